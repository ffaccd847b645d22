"""The folder that a case run wrote, read back: its summary, and its tables filtered and sorted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from cointrail.casework.basis import RESULT_VERSION
from cointrail.casework.columns import Column, columns_of
from cointrail.casework.outputs import SUMMARY, read_rows, safe_cell
from cointrail.casework.rows import TABLES
from cointrail.errors import BadInput, NotFound
from cointrail.lookups.views import Page
from cointrail.report.workbook import table_workbook
from cointrail.workbench.table_shelf import Row, TableShelf
from cointrail.workbench.table_sums import GROUPED_BY, GroupSum, sums_by_group

_NUMBERS = frozenset(
    {"count", "currency", "currency per bitcoin", "height", "label", "level", "satoshi", "scripts"}
)
_TIMES = frozenset({"UTC", "date"})
"""Units of columns that are compared as numbers, and as times."""

_EPOCH, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)
_DAY = len("2017-01-31")
_MONTH = len("2017-01")
_DECEMBER = 12

COUNTED = "payment"
"""Class of the rows that are payments to the service."""

_SHELF = TableShelf()


class How(StrEnum):
    """How a cell is compared."""

    IS = "is"
    CONTAINS = "contains"
    """Without regard to case."""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose cell in a column compares so with a text. An empty cell is neither least nor most."""

    column: str
    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """By a column; empty cells come last, whichever way."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """Some rows of a table.

    Attributes:
        table: which.
        columns: of each row, with their meaning.
        page: which of the rows that the filters let through.
        all_rows: of the table, before any filter.
        filters: in force, for whoever reads the sums.
        grouped_by: the column that tells apart what is not to be added up: `class`, of leads `hand`.
        sums: of each of its values, over all rows that the filters let through.
        rows: cells as texts, an empty one where there is no value.
    """

    table: str
    columns: tuple[Column, ...]
    page: Page
    all_rows: int
    filters: tuple[Filter, ...]
    grouped_by: str
    sums: tuple[GroupSum, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMonth:
    """Payments to the service in a month.

    Attributes:
        month: `2017-01`, UTC, by block time.
        payments: how many; rows of another class, as returns are, do not count.
        value_sat: their sum.
        value: at payment time, in the currency of the case, added up from the rows as they are rounded; None
            where a rate is missing for one of them.
        currency: of that value; empty when none is asked for.
    """

    month: str
    payments: int
    value_sat: int
    value: Decimal | None
    currency: str


class CaseFolder:
    """What one case run wrote. A changed folder must be opened anew.

    Args:
        folder: the output folder of `cointrail case run`.

    Raises:
        BadInput: it holds no case run, one of another version, or a file that its summary does not name so.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary: dict[str, Any] = self._read_summary()
        for table in TABLES:
            self._read_table(table)
        self.basis: dict[str, Any] = json.loads(self._read_file("basis.json"))
        if self.basis["result_version"] != RESULT_VERSION:
            raise _other_version(folder / "basis.json")

    def xlsx(self, table: str, *, filters: Sequence[Filter] = (), order: Sequence[Order] = ()) -> bytes:
        """The rows that filters let through as a workbook in which no cell is a formula."""
        found = self.part(table, filters=filters, order=order, limit=None)
        about = [
            ("table", table),
            ("reference", self.summary["reference"]),
            ("basis digest", self.summary["basis_digest"]),
            *(
                (f"{name} of {found.grouped_by} {one.group}, {one.rows} rows", str(sat))
                for one in found.sums
                for name, sat in one.sums_sat.items()
            ),
            *((f"filter: {one.column} {one.how.value}", one.text) for one in filters),
        ]
        made = datetime.fromisoformat(self.summary["tip"]["time_utc"][:10])
        heads = [(one.name, one.unit) for one in found.columns]
        return table_workbook(table, heads, found.rows, about, made)

    def part(
        self,
        table: str,
        *,
        filters: Sequence[Filter] = (),
        order: Sequence[Order] = (),
        start: int = 0,
        limit: int | None = 100,
    ) -> TablePart:
        """Some rows of a table.

        Raises:
            NotFound: there is no such table.
            BadInput: there is no such column, or a text is no number or time for it.
        """
        rows, places = self._open(table)
        columns = columns_of(TABLES[table])
        kept = rows
        for one in filters:
            kept = self._filtered(kept, columns[self._place(table, one.column)], places[one.column], one)
        for by in reversed(order):
            column = columns[self._place(table, by.column)]
            kept = _sorted(kept, places[by.column], column, descending=by.descending)
        last = None if limit is None else start + limit
        shown = tuple(kept[start:last])
        return TablePart(
            table=table,
            columns=columns,
            page=Page(start, len(shown), len(kept)),
            all_rows=len(rows),
            filters=tuple(filters),
            grouped_by=GROUPED_BY[table],
            sums=sums_by_group(table, kept, places),
            rows=shown,
        )

    def csv(self, table: str, *, filters: Sequence[Filter] = (), order: Sequence[Order] = ()) -> bytes:
        """The rows that filters let through as CSV, safe in spreadsheets."""
        found = self.part(table, filters=filters, order=order, limit=None)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(column.name for column in found.columns)
        writer.writerows([safe_cell(cell) for cell in row] for row in found.rows)
        return text.getvalue().encode()

    @cached_property
    def made(self) -> datetime:
        """When it was written, by the clock of the machine: it is no part of the result."""
        return datetime.fromtimestamp(int((self.folder / SUMMARY).stat().st_mtime), UTC)

    @cached_property
    def payment_months(self) -> tuple[PaymentMonth, ...]:
        """Every month from the first payment's to the last one's, also those without any."""
        rows, place = self._open("payments")
        by_month: dict[str, list[Row]] = {}
        for row in rows:
            if row[place["class"]] == COUNTED:
                by_month.setdefault(row[place["time_utc"]][:_MONTH], []).append(row)
        if not by_month:
            return ()
        return tuple(
            self._month(month, by_month.get(month, [])) for month in _months(min(by_month), max(by_month))
        )

    def _month(self, month: str, rows: list[Row]) -> PaymentMonth:
        place = self._places["payments"]
        values = [row[place["value"]] for row in rows]
        return PaymentMonth(
            month=month,
            payments=len(rows),
            value_sat=sum(int(row[place["value_sat"]]) for row in rows),
            value=sum(map(Decimal, values), Decimal(0)) if all(values) else None,
            currency=next((row[place["currency"]] for row in rows), ""),
        )

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        return {
            table: {column.name: place for place, column in enumerate(columns_of(row_type))}
            for table, row_type in TABLES.items()
        }

    def _open(self, table: str) -> tuple[list[Row], dict[str, int]]:
        if table not in TABLES:
            raise NotFound(
                f"there is no table `{table[:40]}`", hint=f"there are: {', '.join(TABLES)}", table=table
            )
        rows = _SHELF.rows(self._digest(f"{table}.csv"), lambda: self._read_rows(table))
        return rows, self._places[table]

    def _place(self, table: str, column: str) -> int:
        place = self._places[table].get(column)
        if place is None:
            raise BadInput(
                f"the table `{table}` has no column `{column[:60]}`", hint="see its `columns`", column=column
            )
        return place

    @staticmethod
    def _filtered(rows: list[Row], column: Column, place: int, one: Filter) -> list[Row]:
        match one.how:
            case How.IS:
                return [row for row in rows if row[place] == one.text]
            case How.CONTAINS:
                wanted = one.text.casefold()
                return [row for row in rows if wanted in row[place].casefold()]
        bound = _ordinal(column, one.text)
        if bound is None:
            raise BadInput(
                f"`{one.text[:60]}` is nothing that `{column.name}` could be at least or at most",
                hint="write a plain number, or a time like 2017-01-31",
                column=column.name,
            )
        values = zip(rows, (_ordinal(column, row[place]) for row in rows), strict=True)
        if one.how is How.AT_LEAST:
            return [row for row, value in values if value is not None and value >= bound]
        if column.unit in _TIMES and len(one.text) == _DAY:
            bound += timedelta(days=1) // _SECOND - 1  # all of that day
        return [row for row, value in values if value is not None and value <= bound]

    def _read_summary(self) -> dict[str, Any]:
        path = self.folder / SUMMARY
        try:
            found: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadInput(
                f"`{self.folder}` is not the output of a case run: `{SUMMARY}` cannot be read",
                hint="run `cointrail case run CASE.toml --out DIR` and name DIR",
                path=str(path),
            ) from error
        return found

    def _read_rows(self, table: str) -> tuple[int, list[Row]]:
        data = self._read_table(table)
        return len(data), [tuple(row) for row in read_rows(data)[1:]]

    def _read_table(self, table: str) -> bytes:
        name = f"{table}.csv"
        data = self._read_file(name)
        heads = read_rows(data[: data.find(b"\n") + 1]) or [[]]
        if heads[0] != [column.name for column in columns_of(TABLES[table])]:
            raise _other_version(self.folder / name)
        return data

    def _read_file(self, name: str) -> bytes:
        path, wanted = self.folder / name, self._digest(name)
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != wanted:
            raise BadInput(
                f"`{path}` is not the file that the run wrote",
                hint="run the case again",
                path=str(path),
                wanted=wanted,
            )
        return data

    def _digest(self, name: str) -> str:
        return str(self.summary.get("files_sha256", {}).get(name))


def _other_version(path: Path) -> BadInput:
    return BadInput(f"`{path}` was written by another version", hint="run the case again", path=str(path))


def _ordinal(column: Column, text: str) -> Decimal | None:
    """A cell as a number that can be compared: times as epoch seconds; None where it has no such order."""
    if not text:
        return None
    if column.unit in _TIMES:
        return _seconds(text)
    if column.unit not in _NUMBERS:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _months(first: str, last: str) -> Iterator[str]:
    year, month = map(int, first.split("-"))
    while (now := f"{year:04}-{month:02}") <= last:
        yield now
        year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)


def _seconds(text: str) -> Decimal | None:
    """A day or a time in ISO 8601; UTC where it names no zone."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return Decimal((when - _EPOCH) // _SECOND)


def _sorted(rows: list[Row], place: int, column: Column, *, descending: bool) -> list[Row]:
    """Stable; numbers as numbers, everything else as text."""
    there = [row for row in rows if row[place]]
    if column.unit in _NUMBERS:
        there.sort(key=lambda row: Decimal(row[place]), reverse=descending)
    else:
        there.sort(key=lambda row: row[place], reverse=descending)
    return there + [row for row in rows if not row[place]]
