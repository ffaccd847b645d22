"""One part of the store while it is written: a folder, its columns, how many rows each table has."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy.typing as npt

from cointrail.store.columns import ColumnWriter, map_column
from cointrail.store.schema import BY_KEY, COLUMNS, TABLES, Table

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
        self._writers: dict[str, ColumnWriter] = {}
        try:
            for spec in COLUMNS:
                self._writers[spec.key] = ColumnWriter(folder, spec)
        except OSError:
            self.close()
            raise

    def total(self, table: Table) -> int:
        """Rows of a table up to and with this part."""
        return self.base[table] + self.rows[table]

    def totals(self) -> dict[str, int]:
        """Rows of every table up to and with this part."""
        return {table: self.total(table) for table in TABLES}

    def append(self, columns: dict[str, Array]) -> None:
        """Add rows; `columns` is keyed `table.name`. A column that is left out is written later, by `put`.

        Raises:
            OSError: the disk is full.
        """
        more = {BY_KEY[key].table: len(values) for key, values in columns.items()}
        for key, values in columns.items():
            self.put(key, self.rows[BY_KEY[key].table], values)
        for table, count in more.items():
            self.rows[table] += count

    def put(self, key: str, row: int, values: Array) -> None:
        """Write a column's rows from `row` of this part on.

        Raises:
            OSError: the disk is full.
        """
        self._writers[key].write(row, values)

    def map(self, key: str, rows: int | None = None) -> Array:
        """The first `rows` rows of a column; of all that its table has, unless told otherwise."""
        spec = BY_KEY[key]
        return map_column(self.folder, spec, self.rows[spec.table] if rows is None else rows)

    def read(self, key: str, first: int, last: int) -> Array:
        """Rows first..last - 1 of this part, in memory of their own."""
        return self._writers[key].read(first, last)

    def sync(self, keys: tuple[str, ...] | None = None) -> None:
        """Make what is written so far durable: these columns, or all."""
        for key in keys or tuple(self._writers):
            self._writers[key].sync()

    def close(self) -> None:
        """Give the handles back."""
        for writer in self._writers.values():
            writer.close()


def no_rows() -> dict[str, int]:
    """Zero rows in every table."""
    return dict.fromkeys(TABLES, 0)


SYNC_EVERY = 512 << 20
"""Bytes of blocks whose rows are made durable together, while more are written."""


class Syncing:
    """Makes a part durable in a thread of its own as it grows; little is left to wait for at a commit."""

    def __init__(self, part: PartWriter) -> None:
        """Begin with nothing to do."""
        self._part, self._pool = part, ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None
        self._written = 0

    def wrote(self, size: int) -> None:
        """Rows of so many bytes of blocks were written.

        Raises:
            OSError: what was written before cannot be made durable.
        """
        self._written += size
        if self._written < SYNC_EVERY or (self._under_way and not self._under_way.done()):
            return
        if self._under_way:
            self._under_way.result()
        self._written, self._under_way = 0, self._pool.submit(self._part.sync)

    def finish(self) -> Future[None]:
        """Make all that is written durable.

        The result is an `OSError` also where an earlier part could not be made durable: the system tells
        that once, so a later call that succeeds says nothing of what was written before.
        """
        earlier, self._under_way = self._under_way, None
        self._written = 0
        return self._pool.submit(self._sync_after, earlier)

    def _sync_after(self, earlier: Future[None] | None) -> None:
        if earlier:
            earlier.result()
        self._part.sync()

    def close(self) -> None:
        """Give the thread back."""
        self._pool.shutdown()
