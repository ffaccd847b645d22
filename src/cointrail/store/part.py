"""One part of the store while it is written: a folder, its columns, how many rows each table has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import ColumnWriter, map_column
from cointrail.store.schema import BY_KEY, COLUMNS, NOT_YET, TABLES, Table

Array = npt.NDArray[Any]


class PartWriter:
    """Appends rows to one part. Nothing counts before the manifest says so."""

    def __init__(self, folder: Path, rows: dict[str, int], base: dict[str, int]) -> None:
        """Open every column.

        Args:
            folder: where the files are; made when missing.
            rows: rows per table that count already.
            base: rows per table of the parts before this one.
        """
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.rows = dict(rows)
        self.base = dict(base)
        self._writers = {spec.key: ColumnWriter(folder, spec) for spec in COLUMNS}

    def total(self, table: Table) -> int:
        """Rows of a table up to and with this part."""
        return self.base[table] + self.rows[table]

    def append(self, columns: dict[str, Array]) -> None:
        """Add rows; `columns` holds every column but `outputs.spent_by`, keyed `table.name`.

        Raises:
            OSError: the disk is full.
        """
        more = {BY_KEY[key].table: len(values) for key, values in columns.items()}
        fresh = np.full(more["outputs"], NOT_YET)
        for key, values in {**columns, "outputs.spent_by": fresh}.items():
            self._writers[key].write(self.rows[BY_KEY[key].table], values)
        for table, count in more.items():
            self.rows[table] += count

    def map(self, key: str, *, write: bool = False) -> Array:
        """A column as far as it is written."""
        spec = BY_KEY[key]
        return map_column(self.folder, spec, self.rows[spec.table], write=write)

    def sync(self) -> None:
        """Make every row durable."""
        for writer in self._writers.values():
            writer.sync()

    def close(self) -> None:
        """Give the handles back."""
        for writer in self._writers.values():
            writer.close()


def no_rows() -> dict[str, int]:
    """Zero rows in every table."""
    return dict.fromkeys(TABLES, 0)


def add_rows(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Row counts added up."""
    total = no_rows()
    for rows in parts:
        for table, count in rows.items():
            total[table] += count
    return total
