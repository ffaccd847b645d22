"""ActorPack: GraphSense's YAML format for actors, with jurisdictions and legal names.

Source: graphsense-lib, actorpack schema, 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cointrail.attribution.actors import Actor
from cointrail.attribution.importers.rows import ActorRow, ParsedFile
from cointrail.attribution.importers.yaml_text import Fields, Items, Node, Text, flat, texts
from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.tags import Verdict
from cointrail.errors import BadTag

MAX_ACTOR_TEXT = 2_000
"""Longest field of an actor, in characters."""

_HEADER_ONLY = frozenset({"title", "creator", "description", "owner", "is_public", "actors"})
_ACTOR_FIELDS = frozenset(
    {"id", "label", "uri", "categories", "jurisdictions", "aliases", "legal_name", "source", "context"}
)
_COUNTRY = re.compile(r"[A-Z]{2}")
_NOTHING = Text(None, 0)


def read_actorpack(path: Path, root: Fields) -> ParsedFile:
    """The actors of a parsed ActorPack, each with what it inherits from the header.

    An actor's source is its own `source` field, or the pack's title and creator.

    Raises:
        BadTag: `actors` is not a list.
    """
    rows = root.fields["actors"]
    if not isinstance(rows, Items):
        raise BadTag(
            f"{path}, line {root.line}: `actors` is not a list",
            hint="write one `- id: ...` under `actors:` per actor",
            path=str(path),
            line=root.line,
        )
    title = flat(root.fields.get("title", _NOTHING)).strip() or path.name
    creator = flat(root.fields.get("creator", _NOTHING)).strip()
    inherited = {name: node for name, node in root.fields.items() if name not in _HEADER_ONLY}
    source = f"{title}, {creator}" if creator else title
    return ParsedFile(
        format="actorpack", pack=title, actors=tuple(_row(node, inherited, source) for node in rows.items)
    )


def _row(node: Node, inherited: Mapping[str, Node], source: str) -> ActorRow:
    if not isinstance(node, Fields):
        text = flat(node)[:MAX_ACTOR_TEXT]
        return ActorRow(None, node.line, text, Verdict.INCOMPLETE, "not a mapping of fields")
    merged = {**inherited, **node.fields}
    actor_id, label = (flat(merged.get(name, _NOTHING)).strip() for name in ("id", "label"))
    if missing := [name for name, text in (("id", actor_id), ("label", label)) if not text]:
        subject = (actor_id or label)[:MAX_ACTOR_TEXT]
        return ActorRow(None, node.line, subject, Verdict.INCOMPLETE, f"it has no `{missing[0]}`")
    for name, value in merged.items():
        if len(flat(value)) > MAX_ACTOR_TEXT:
            reason = f"`{safe_text(name)}` is longer than {MAX_ACTOR_TEXT:,} characters"
            return ActorRow(None, node.line, actor_id[:MAX_ACTOR_TEXT], Verdict.UNSUPPORTED, reason)
    return _described(merged, node.line, actor_id, label, source)


def _described(merged: Mapping[str, Node], line: int, actor_id: str, label: str, source: str) -> ActorRow:
    context = merged.get("context")
    facts = context.fields if isinstance(context, Fields) else {}
    jurisdictions = tuple(code.upper() for code in texts(merged.get("jurisdictions")))
    odd = [code for code in jurisdictions if not _COUNTRY.fullmatch(code)]
    unknown = [name for name in merged if name not in _ACTOR_FIELDS and name != "lastmod"]
    extra = [(name, flat(merged[name])) for name in merged if name not in _ACTOR_FIELDS]
    extra += [(f"context.{name}", flat(value)) for name, value in facts.items() if name != "legal_name"]
    if context is not None and not facts:
        extra.append(("context", flat(context)))
    legal_name = flat(merged.get("legal_name", facts.get("legal_name", _NOTHING))).strip()
    actor = Actor(
        id=actor_id,
        label=label,
        categories=texts(merged.get("categories")),
        jurisdictions=jurisdictions,
        legal_name=legal_name or None,
        uri=flat(merged.get("uri", _NOTHING)).strip() or None,
        source=flat(merged.get("source", _NOTHING)).strip() or source,
        aliases=texts(merged.get("aliases")),
        extra=tuple(sorted(extra)),
    )
    warnings = [f"`{code}` is not a two-letter country code" for code in odd]
    warnings += [f"unknown field `{name}`, kept" for name in unknown]
    return ActorRow(actor, line, actor_id, warnings=tuple(map(safe_text, warnings)))
