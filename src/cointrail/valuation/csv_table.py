"""Price tables as CSV: a header row with a time and a close, comment lines above it that say the rest."""

from __future__ import annotations

import csv
import io

from cointrail.attribution.text_file import TextFile, leading_facts
from cointrail.valuation.table import (
    About,
    PriceRow,
    PriceTable,
    build_table,
    parse_price,
    parse_time,
    refuse,
)

_TIME_NAMES = ("time", "date", "datetime", "timestamp", "open_time")
_CLOSE_NAMES = ("close", "price")


def read_csv_table(file: TextFile, about: About) -> PriceTable:
    """Rows below the header; of an OHLC table the close. A blank or zero close makes a gap.

    What `about` says goes before what the file's comment lines say.

    Raises:
        BadPrice: no header, no time or close column, a row that cannot be read, or see `build_table`.
    """
    facts = leading_facts(file.text)
    said = About(
        source=facts.get("source"),
        convention=facts.get("convention"),
        currency=facts.get("currency"),
        interval=facts.get("interval"),
        stamp=facts.get("stamp"),
    )
    return build_table(file.path, _rows(file), about.over(said))


def _rows(file: TextFile) -> list[PriceRow]:
    first = next((line for line in file.text.splitlines() if line.strip() and line.strip()[0] != "#"), "")
    reader = csv.reader(
        io.StringIO(file.text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    columns: tuple[int, int] | None = None
    rows: list[PriceRow] = []
    try:
        for cells in reader:
            place = f"line {reader.line_num}"
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if columns is None:
                columns = _columns(file, place, cells)
                continue
            if len(cells) <= max(columns):
                refuse(file.path, place, f"{len(cells)} cells, fewer than the header has")
            time = parse_time(cells[columns[0]], file.path, place)
            rows.append(PriceRow(time, parse_price(cells[columns[1]], file.path, place), place))
    except csv.Error as error:
        refuse(file.path, f"line {reader.line_num}", f"not CSV: {error}", "quote cells as RFC 4180 does")
    return rows


def _columns(file: TextFile, place: str, header: list[str]) -> tuple[int, int]:
    names = [cell.strip().lower().replace(" ", "_") for cell in header]
    found: list[int] = []
    for wanted in (_TIME_NAMES, _CLOSE_NAMES):
        have = [name for name in wanted if name in names]
        if not have or names.count(have[0]) > 1:
            problem = f"no single column `{wanted[0]}` or `{wanted[1]}` in the header"
            refuse(file.path, place, problem, "write a header like `time,close`")
        found.append(names.index(have[0]))
    return found[0], found[1]
