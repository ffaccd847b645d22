"""Tables of an evaluation as Parquet: typed columns, the same bytes for the same figures."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from cointrail.evaluate.worlds.tables import Cell, Sheet


def can_write() -> bool:
    """Whether Arrow is there."""
    return find_spec("pyarrow") is not None


def write_parquet(sheet: Sheet, path: Path) -> None:
    """Write one table. An empty cell is null; a column of nothing is one of numbers."""
    import pyarrow as pa  # noqa: PLC0415 - an extra, loaded by those who write
    from pyarrow import parquet  # noqa: PLC0415

    columns = list(zip(*sheet.rows, strict=True)) or [()] * len(sheet.heads)
    arrays = [pa.array(column, getattr(pa, _type_of(column))()) for column in columns]
    parquet.write_table(pa.table(arrays, list(sheet.heads)), path, compression="zstd")


def _type_of(column: tuple[Cell, ...]) -> str:
    """The name of a column's type: text where any cell is, else the widest of its numbers."""
    kinds = {type(one) for one in column if one is not None}
    if str in kinds:
        return "string"
    return "int64" if kinds == {int} else "float64"
