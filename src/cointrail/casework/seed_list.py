"""Seeds of a case: addresses and outpoints, from the case file itself or from CSV lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from cointrail.attribution.text_file import read_text
from cointrail.casework.case import ReadFile, Seed, SeedKind
from cointrail.chain.address import decode_address
from cointrail.chain.network import Network
from cointrail.chain.types import Outpoint
from cointrail.errors import BadCase, BadInput


def read_seed(kind: SeedKind, text: str, network: Network | None, file: Path, line: int) -> Seed:
    """Check one seed.

    Raises:
        BadCase: not an address of this network, or not an outpoint; names file and line.
    """
    try:
        if kind is SeedKind.ADDRESS:
            return Seed(kind, text, str(file), line, script=decode_address(text, network))
        return Seed(kind, text, str(file), line, outpoint=Outpoint.parse(text))
    except BadInput as error:
        raise BadCase(f"{file}, line {line}: {error}", hint=error.hint, path=str(file), line=line) from None


def read_seed_csv(path: Path, network: Network | None) -> tuple[list[Seed], ReadFile]:
    """Read a list of seeds: CSV with a header that names `address`, `outpoint` or both.

    Other columns are the investigator's own and are passed over. A row may fill either column.

    Raises:
        BadCase: no such file, no such column, an empty row or a bad seed; names file and line.
    """
    file = read_text(path, BadCase)
    rows = csv.reader(io.StringIO(file.text, newline=""), strict=True)
    try:
        columns = _find_columns(next(rows, []), path)
        seeds = [
            read_seed(kind, text, network, path, rows.line_num)
            for row in rows
            if any(cell.strip() for cell in row)
            for kind, text in _cells(row, columns, path, rows.line_num)
        ]
    except csv.Error as error:
        raise BadCase(
            f"{path}, line {rows.line_num}: not CSV: {error}", path=str(path), line=rows.line_num
        ) from None
    return seeds, ReadFile(path, file.sha256)


def _find_columns(header: list[str], path: Path) -> dict[SeedKind, int]:
    names = [name.strip().casefold() for name in header]
    columns = {kind: names.index(kind.value) for kind in SeedKind if kind.value in names}
    if not columns:
        raise BadCase(
            f"{path}, line 1: no column `address` or `outpoint`",
            hint="the first line names the columns",
            path=str(path),
            line=1,
        )
    return columns


def _cells(
    row: list[str], columns: dict[SeedKind, int], path: Path, line: int
) -> Iterator[tuple[SeedKind, str]]:
    filled = [(kind, row[at].strip()) for kind, at in columns.items() if at < len(row) and row[at].strip()]
    if not filled:
        names = " or ".join(f"`{kind.value}`" for kind in columns)
        raise BadCase(f"{path}, line {line}: nothing under {names}", path=str(path), line=line)
    yield from filled
