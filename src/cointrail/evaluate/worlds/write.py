"""An evaluation as files: tables as CSV and Parquet, and a page with pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evaluate.worlds.page import page_files
from cointrail.evaluate.worlds.parquet import can_write, write_parquet
from cointrail.evaluate.worlds.pool import Evaluation
from cointrail.evaluate.worlds.tables import DIGITS, Cell, Sheet, sheets


def require_room(out: Path) -> None:
    """See that `out` is a folder with nothing in it, or is not there yet.

    Raises:
        BadInput: there is something in it, or it is no folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"`{out}` is not an empty folder", hint="name a new folder", path=str(out))


def write_evaluation(found: Evaluation, out: Path) -> tuple[str, ...]:
    """Write every file into the new or empty folder `out`: the same bytes for the same figures.

    Returns:
        Their names.
    """
    return write_files(sheets(found), page_files(found), out)


def write_files(tables: Sequence[Sheet], texts: Mapping[str, str], out: Path) -> tuple[str, ...]:
    """Write tables and texts into the new or empty folder `out`; Parquet needs Arrow, else it is left out.

    Returns:
        Their names.
    """
    require_room(out)
    files = {f"{sheet.name}.csv": csv_of(sheet) for sheet in tables} | dict(texts)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    packed = tables if can_write() else ()
    for sheet in packed:
        write_parquet(sheet, out / f"{sheet.name}.parquet")
    return tuple(sorted((*files, *(f"{sheet.name}.parquet" for sheet in packed))))


def csv_of(sheet: Sheet) -> str:
    """A table as CSV with line feeds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.heads)
    writer.writerows([_digits(one) for one in row] for row in sheet.rows)
    return text.getvalue()


def _digits(one: Cell) -> Cell:
    return f"{one:.{DIGITS}f}" if isinstance(one, float) else one
