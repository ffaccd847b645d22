"""TagPack: GraphSense's YAML format for tags; a field in the header holds for every tag below it.

Source: graphsense-lib, tagpack schema, 2026. `category` and `abuse` are the older forms of `concepts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cointrail.attribution.importers.rows import TAG_FIELDS, ParsedFile, TagRow
from cointrail.attribution.importers.yaml_text import Fields, Items, Node, Text, flat, texts
from cointrail.errors import BadTag

_HEADER_ONLY = frozenset({"title", "creator", "description", "owner", "is_public", "tags"})
_CATEGORY_FIELDS = ("category", "concepts", "abuse")


def read_tagpack(path: Path, root: Fields) -> ParsedFile:
    """The tags of a parsed TagPack, each with what it inherits from the header.

    Raises:
        BadTag: `tags` is not a list.
    """
    rows = root.fields["tags"]
    if not isinstance(rows, Items):
        raise BadTag(
            f"{path}, line {root.line}: `tags` is not a list",
            hint="write one `- address: ...` under `tags:` per tag",
            path=str(path),
            line=root.line,
        )
    inherited = {name: node for name, node in root.fields.items() if name not in _HEADER_ONLY}
    missing = [name for name in ("title", "creator") if not flat(root.fields.get(name, Text(None, 0)))]
    return ParsedFile(
        format="tagpack",
        pack=flat(root.fields.get("title", Text(None, 0))).strip() or path.name,
        tags=tuple(_row(node, inherited) for node in rows.items),
        warnings=tuple(f"the header has no `{name}`" for name in missing),
    )


def _row(node: Node, inherited: Mapping[str, Node]) -> TagRow:
    if not isinstance(node, Fields):
        return TagRow({}, node.line, warnings=("not a mapping of fields",), extra=(("row", flat(node)),))
    merged = {**inherited, **node.fields}
    fields: dict[str, str] = {}
    extra: list[tuple[str, str]] = []
    warnings: list[str] = []
    for name, value in merged.items():
        if name in TAG_FIELDS:
            if not isinstance(value, Text) and name != "context":
                warnings.append(f"`{name}` is not one text")
            if text := flat(value).strip():
                fields[name] = text
        elif name not in _CATEGORY_FIELDS:
            extra.append((name, flat(value)))
            warnings.append(f"unknown field `{name}`, kept")
    categories = (word for name in _CATEGORY_FIELDS for word in texts(merged.get(name)))
    return TagRow(fields, node.line, tuple(dict.fromkeys(categories)), tuple(sorted(extra)), tuple(warnings))
