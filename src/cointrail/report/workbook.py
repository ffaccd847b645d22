"""The tables of a case as a workbook of spreadsheets (XLSX): text stays text, and no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from cointrail.casework.columns import Column
from cointrail.report.case_tables import CaseTables
from cointrail.report.flows import by_month

MOST_ROWS = 1_048_576
"""Rows of a sheet. Source: Excel specifications and limits, Microsoft."""
LONGEST_CELL = 32_767
"""Characters of a cell; the same source."""
EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; the same source. Longer numbers are written as text."""

NUMBERS = {
    "satoshi",
    "currency",
    "currency per bitcoin",
    "count",
    "height",
    "scripts",
    "label",
    "parts per million",
}
"""Units whose values are numbers; everything else is text, also where it looks like a number."""

WIDE, NARROW = 24, 14


def workbook_of(case: CaseTables, changed: Sequence[str] = ()) -> bytes:
    """The workbook; its first sheet says how the case changed since the run. The same give the same bytes."""
    held = io.BytesIO()
    made = datetime.fromisoformat(case.summary["tip"]["time_utc"][:10])
    book, *forms = text_book(held, case.basis["program"], made, "Tables of a case")
    for sheet in _sheets(case, changed):
        _write(book, sheet, *forms)
    book.close()
    return held.getvalue()


def table_workbook(
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    about: Sequence[tuple[str, str]],
    made: datetime,
) -> bytes:
    """One table, or a part of one, and a sheet that says which. Columns are head and unit."""
    held = io.BytesIO()
    book, *forms = text_book(held, "cointrail", made, name)
    for sheet in (
        (name, columns, rows),
        ("about", [("what", "text"), ("value", "text")], about),
    ):
        _write(book, sheet, *forms)
    book.close()
    return held.getvalue()


def text_book(held: io.BytesIO, author: str, made: datetime, title: str) -> tuple[Any, Any, Any]:
    """A new workbook in which a text is never a formula or a link; the form of heads and of text."""
    import xlsxwriter  # noqa: PLC0415 -- only what makes a workbook pays for it

    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(held, options)
    book.set_properties({"title": title, "author": author, "created": made})
    return book, book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})


Sheet = tuple[str, Sequence[tuple[str, str]], Sequence[Sequence[str]]]
"""Name, columns as (head, unit), rows as texts."""


def _sheets(case: CaseTables, changed: Sequence[str]) -> Iterator[Sheet]:
    yield "about", [("what", "text"), ("value", "text")], list(_about(case, changed))
    for table in case.tables:
        yield table.name, [(one.name, one.unit) for one in table.columns], table.rows
    for name in ("by_exchange", "by_jurisdiction"):
        yield (name, *_entries(case.summary[name]))
    yield ("months", *_months(case))
    heads = [(head, "text") for head in ("table", "column", "kind", "unit", "meaning")]
    rows = [(table.name, *_column_cells(one)) for table in case.tables for one in table.columns]
    yield "columns", heads, rows


def _about(case: CaseTables, changed: Sequence[str]) -> Iterator[tuple[str, str]]:
    summary = case.summary
    yield from (("CHANGED SINCE THE RUN", one) for one in changed)
    yield "reference", summary["reference"]
    yield "legal basis", summary["legal_basis"]
    yield "network", summary["network"]
    yield "last block", f"{summary['tip']['height']} {summary['tip']['hash']} {summary['tip']['time_utc']}"
    yield "basis digest", summary["basis_digest"]
    for name, digest in case.sha256.items():
        yield f"SHA-256 of {name}", digest
    yield "times", "UTC, as the miner of the block wrote them"
    yield "an empty cell", "not known; never zero"
    yield "numbers", f"of more than {EXACT_DIGITS} digits are text, as spreadsheets would round them"
    yield "long cells", f"are cut at {LONGEST_CELL} characters and say so; the CSV has them whole"
    yield "long tables", f"go on in a further sheet after {MOST_ROWS - 1} rows"


def _column_cells(one: Column) -> tuple[str, ...]:
    return one.name, one.kind.value, one.unit, one.about


def _entries(entries: list[dict[str, Any]]) -> tuple[list[tuple[str, str]], list[list[str]]]:
    heads = list(entries[0]) if entries else []
    units = {head: "satoshi" if head.endswith("_sat") else "count" for head in heads}
    units |= dict.fromkeys(("exchange", "legal_entity", "jurisdiction"), "text")
    return [(head, units[head]) for head in heads], [[str(one[head]) for head in heads] for one in entries]


def _months(case: CaseTables) -> tuple[list[tuple[str, str]], list[list[str]]]:
    heads = [("month", "text"), ("payments", "count"), ("value_sat", "satoshi"), ("value", "currency")]
    return heads, [[one.month, str(one.payments), str(one.value_sat), one.fiat] for one in by_month(case)]


def _write(book: Any, given: Sheet, head: Any, plain: Any) -> None:
    name, columns, rows = given
    room = MOST_ROWS - 1
    for part in range(max(1, -(-len(rows) // room))):
        sheet = book.add_worksheet(name if part == 0 else f"{name} {part + 1}")
        sheet.freeze_panes(1, 0)
        for place, (title, unit) in enumerate(columns):
            sheet.set_column(place, place, NARROW if unit in NUMBERS else WIDE)
            sheet.write_string(0, place, title, head)
        for line, row in enumerate(rows[part * room : (part + 1) * room], 1):
            for place, (text, (_, unit)) in enumerate(zip(row, columns, strict=True)):
                if not text:
                    continue
                if unit in NUMBERS and is_exact(text):
                    sheet.write_number(line, place, float(text))
                else:
                    sheet.write_string(line, place, fitting(text, name), plain)


def is_exact(text: str) -> bool:
    """Whether a spreadsheet keeps every digit of the number."""
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits.lstrip("0")) <= EXACT_DIGITS


def fitting(text: str, table: str) -> str:
    """The text as a cell takes it: one that is too long is cut, and says so."""
    if len(text) <= LONGEST_CELL:
        return text
    note = f"… (cut; {len(text)} characters, whole in {table}.csv)"
    return text[: LONGEST_CELL - len(note)] + note
