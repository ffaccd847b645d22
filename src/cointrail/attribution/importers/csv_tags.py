"""Tags as a table: a header row, then one tag a row. Column names are taken leniently, none is lost.

The columns are those of a TagPack. Leading lines `# source: ...` and the like hold for every row, as a
TagPack's header does. Comma, semicolon and tab are recognised by the header row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cointrail.attribution.importers.rows import TAG_FIELDS, ParsedFile, TagRow
from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.text_file import TextFile, leading_facts
from cointrail.errors import BadTag

_NAMES = {
    "address": ("addr", "btc_address", "bitcoin_address", "wallet_address"),
    "tx_hash": ("txid", "tx", "transaction"),
    "label": ("tag", "name", "entity", "service", "owner"),
    "actor": ("actor_id",),
    "source": ("url", "uri", "reference", "link"),
    "lastmod": ("date", "last_modified", "updated", "as_of"),
    "currency": ("coin", "asset"),
    "network": ("chain", "blockchain"),
    "is_cluster_definer": ("cluster_definer",),
    "context": ("note", "notes", "comment", "description"),
    "category": ("categories", "concept", "concepts", "type"),
}
_MEANING = {other: name for name, others in _NAMES.items() for other in (name, *others)}
_CATEGORY_NAMES = frozenset({"category", "abuse"})


def read_csv_tags(file: TextFile) -> ParsedFile:
    """A tag for every row below the header.

    Raises:
        BadTag: no header, two columns of one meaning, no address or label column, no source at all,
            a row that is not CSV or has more cells than the header.
    """
    facts = {_meaning(name): value for name, value in leading_facts(file.text).items()}
    records = _records(file)
    first = next(records, None)
    if first is None:
        raise _refused(file, 1, "an empty table", "write a header row: address,label,source")
    line, header = first
    columns = tuple(_meaning(name) for name in header)
    _check_columns(file, line, columns, facts)
    rows = tuple(_row(file, line, columns, cells, facts) for line, cells in records)
    return ParsedFile(format="csv", pack=facts.get("title", file.path.name), tags=rows)


def _meaning(column: str) -> str:
    name = "_".join(column.strip().lower().replace("-", " ").split())
    return _MEANING.get(name, name)


def _refused(file: TextFile, line: int, problem: str, hint: str) -> BadTag:
    message = f"{file.path}, line {line}: {safe_text(problem)}"
    return BadTag(message, hint=hint, path=str(file.path), line=line)


def _records(file: TextFile) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, each with the line it starts on."""
    first = next((line for line in file.text.splitlines() if line.strip() and line.strip()[0] != "#"), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(file.text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(file, line, f"not CSV: {error}", "quote cells as RFC 4180 does") from None


def _check_columns(file: TextFile, line: int, columns: tuple[str, ...], facts: dict[str, str]) -> None:
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise _refused(file, line, f"two columns mean `{twice[0][:40]}`", "rename or remove one of them")
    if not {"address", "tx_hash"} & set(columns):
        raise _refused(file, line, "no column `address` or `tx_hash`", "write a header: address,label,source")
    for name in ("label", "source"):
        if name not in columns and name not in facts:
            hint = f"add a column `{name}`, or a first line `# {name}: ...` that holds for all rows"
            raise _refused(file, line, f"no column `{name}`", hint)


def _row(
    file: TextFile, line: int, columns: tuple[str, ...], cells: list[str], facts: dict[str, str]
) -> TagRow:
    if len(cells) > len(columns):
        problem = f"{len(cells)} cells under a header of {len(columns)}"
        raise _refused(file, line, problem, "quote cells that hold the delimiter")
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    shared = {name: value for name, value in facts.items() if name in TAG_FIELDS | _CATEGORY_NAMES}
    merged = shared | given
    words = (merged[name] for name in ("category", "abuse") if name in merged)
    categories = (word.strip() for text in words for word in text.replace("|", ";").split(";"))
    known = TAG_FIELDS | _CATEGORY_NAMES
    return TagRow(
        fields={name: value for name, value in merged.items() if name in TAG_FIELDS},
        line=line,
        categories=tuple(dict.fromkeys(word for word in categories if word)),
        extra=tuple(sorted((name, value) for name, value in given.items() if name not in known)),
    )
