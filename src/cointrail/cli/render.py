"""Results on stdout: tables for people, JSON and CSV for programs.

A value whose name ends in `_sat` is whole satoshi; tables for people show it as bitcoin.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

import typer
from rich.cells import cell_len

from cointrail import workbench
from cointrail.attribution.safe_text import safe_text
from cointrail.casework.columns import cell
from cointrail.chain.types import COIN
from cointrail.cli.options import Format
from cointrail.workbench.json_values import plain

SAT = "_sat"
_ORDINALS = frozenset(
    {
        "cluster",
        "height",
        "judged at",
        "as of height",
        "line",
        "locktime",
        "place",
        "script_num",
        "tip height",
        "version",
        "vin",
        "vout",
    }
)
"""Whole numbers that name a place and count nothing: written without separators, to be copied."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; the title stands above them in tables for people.

    `raw`: heads and whole numbers are written as they are also there, to be used again.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    raw: bool = False


def table_of(title: str, heads: Sequence[str], items: Iterable[object]) -> Table:
    """A table of items whose fields have the names of the heads."""
    return Table(title, heads, [[getattr(item, head) for head in heads] for item in items])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found.

    Attributes:
        data: all of it, as JSON gives it.
        facts: single values, in the order of reading.
        tables: lists, in the order of reading.
        csv: what CSV gives; None: the first table, or the facts as one row when there is none.
        beside_csv: facts that the CSV does not hold and that must not be missed; it has them on stderr.
        basis: what it rests on, where `data` does not say it in its own facts.
    """

    data: object
    facts: Sequence[tuple[str, object]] = ()
    tables: Sequence[Table] = ()
    csv: Table | None = None
    beside_csv: Sequence[tuple[str, object]] = ()
    basis: Sequence[tuple[str, object]] = ()


def write(answer: Answer, form: Format) -> None:
    """Write an answer to stdout in the form asked for; what a CSV has no room for goes to stderr."""
    match form:
        case Format.JSON:
            typer.echo(json.dumps(plain(answer.data), indent=2))
        case Format.CSV:
            typer.echo(csv_text(answer), nl=False)
            for line in _fact_lines([*answer.beside_csv, *answer.basis]):
                typer.echo(line, err=True)
        case Format.TABLE:
            typer.echo("\n".join(_page(answer)))


def csv_text(answer: Answer) -> str:
    """The first table, or the facts as one row: a header, line feeds, cells safe in spreadsheets."""
    facts = Table("", [name for name, _ in answer.facts], [[value for _, value in answer.facts]])
    table = answer.csv or next(iter(answer.tables), facts)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_heads(table))
    writer.writerows([[workbench.safe_cell(_text(value)) for value in row] for row in table.rows])
    return text.getvalue()


def _heads(table: Table) -> list[str]:
    if table.raw:
        return [workbench.safe_cell(head) for head in table.heads]
    return [head.replace(" ", "_") for head in table.heads]


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return "; ".join(_text(inner) for inner in value)
        case dict():
            return "; ".join(f"{key}={_text(inner)}" for key, inner in value.items())
        case _:
            return cell(value)


def _shown(name: str, value: object) -> str:
    """A value as people read it; nothing is a dash, never a zero."""
    if value is None or value in ("", (), []):
        return "-"
    if name.endswith(SAT) and isinstance(value, int):
        return bitcoin(value)
    if isinstance(value, int) and not isinstance(value, Enum | bool) and name not in _ORDINALS:
        return f"{value:,}"
    return _text(value)


def bitcoin(sat: int) -> str:
    """Satoshi as bitcoin with eight places: `1,234.50000000`."""
    return f"{'-' if sat < 0 else ''}{abs(sat) // COIN:,}.{abs(sat) % COIN:08}"


def _head(name: str) -> str:
    return f"{name.removesuffix(SAT)} BTC" if name.endswith(SAT) else name


def _page(answer: Answer) -> Iterator[str]:
    yield from _fact_lines(answer.facts)
    for table in answer.tables:
        yield from ("", table.title) if answer.facts or table is not answer.tables[0] else (table.title,)
        yield from _table_lines(table)
    if answer.basis:
        yield from ("", "basis")
        yield from _fact_lines(answer.basis, "  ")


def _fact_lines(facts: Sequence[tuple[str, object]], indent: str = "") -> Iterator[str]:
    names = [_head(name).replace("_", " ") for name, _ in facts]
    width = max(map(len, names), default=0)
    for name, (key, value) in zip(names, facts, strict=True):
        yield f"{indent}{name:<{width}}  {safe_text(_shown(key, value))}"


def _table_lines(table: Table) -> Iterator[str]:
    if not table.rows:
        yield "  none"
        return
    heads = [safe_text(name) if table.raw else _head(name).replace("_", " ") for name in table.heads]
    cells = [
        [safe_text(_cell(table, name, value)) for name, value in zip(table.heads, row, strict=True)]
        for row in table.rows
    ]
    widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    right = [all(_is_number(row[at]) for row in table.rows) for at in range(len(heads))]
    yield _line(heads, widths, right)
    yield _line(["-" * width for width in widths], widths, right)
    for row in cells:
        yield _line(row, widths, right)


def _cell(table: Table, name: str, value: object) -> str:
    if not table.raw:
        return _shown(name, value)
    return "-" if value is None else _text(value)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | Decimal) and not isinstance(value, Enum | bool))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for text, width, to_right in zip(cells, widths, right, strict=True):
        gap = " " * (width - cell_len(text))
        parts.append(gap + text if to_right else text + gap)
    return ("  " + "  ".join(parts)).rstrip()
