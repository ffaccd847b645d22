"""Columns that are too long for memory: appended to files and mapped, or put apart by key first.

Where there is no folder to write to they stay in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.buckets import count_buckets, order_by_bucket
from cointrail.store.columns import map_file

Array = npt.NDArray[Any]
Columns = tuple[Array, ...]

BUCKET_BITS = 8
"""A spill has at most 256 buckets: one of them fits memory when all of them do not."""

WAITING_ROWS = 1 << 22
"""So many rows are put into buckets together, so that each gets a few thousand at once."""


class Log:
    """Columns of equal length that grow at the end.

    Args:
        folder: gets one file a column; None keeps them in memory.
        name: stem of the files.
        dtypes: of the columns.
    """

    def __init__(self, folder: Path | None, name: str, dtypes: tuple[str, ...]) -> None:
        self._dtypes = dtypes
        self._paths = [folder / f"{name}-{k}.part" for k in range(len(dtypes))] if folder else []
        self._pieces: list[Columns] = []
        self.rows = 0

    def append(self, *columns: Array) -> None:
        """Add rows.

        Raises:
            OSError: the disk is full.
        """
        rows = tuple(
            np.ascontiguousarray(column, dtype) for column, dtype in zip(columns, self._dtypes, strict=True)
        )
        self.rows += len(rows[0])
        if not self._paths:
            self._pieces.append(rows)
        for path, column in zip(self._paths, rows, strict=False):
            with path.open("ab") as file:
                file.write(column.data)

    def read(self) -> Columns:
        """All rows; mapped where they are on disk."""
        if self._paths:
            pairs = zip(self._paths, self._dtypes, strict=True)
            return tuple(map_file(path, dtype, self.rows) for path, dtype in pairs)
        empty = tuple(np.empty(0, dtype) for dtype in self._dtypes)
        return tuple(np.concatenate(pieces) for pieces in zip(empty, *self._pieces, strict=True))

    def remove(self) -> None:
        """Give the place back; what was read stays good."""
        self._pieces.clear()
        for path in self._paths:
            path.unlink(missing_ok=True)


class Spill:
    """Rows put apart by the leading bits of an unsigned key; each bucket keeps their order.

    Bucket b holds the keys from `b << shift` on, below those of bucket b + 1.

    Args:
        folder: gets the buckets; None keeps them in memory.
        name: stem of the files.
        key_bits: no key has more.
        dtypes: of the key and of each column beside it.
    """

    def __init__(self, folder: Path | None, name: str, key_bits: int, dtypes: tuple[str, ...]) -> None:
        self.shift = max(0, key_bits - BUCKET_BITS)
        self.buckets = 1 << min(key_bits, BUCKET_BITS)
        self._place = folder, name
        self._dtypes = dtypes
        self._logs: dict[int, Log] = {}
        self._waiting: list[Columns] = []
        self._rows = 0

    def add(self, *columns: Array) -> None:
        """Put rows into their buckets; the first column is the key.

        Raises:
            OSError: the disk is full.
        """
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows >= WAITING_ROWS:
            self._flush()

    def _flush(self) -> None:
        """Rows that wait go to their buckets."""
        if not self._rows:
            return
        columns = [np.concatenate(pieces) for pieces in zip(*self._waiting, strict=True)]
        self._waiting, self._rows = [], 0
        counts = np.zeros(self.buckets, np.int64)
        count_buckets(columns[0], self.shift, counts)
        ends = np.cumsum(counts)
        order = np.empty(len(columns[0]), np.uint32)
        order_by_bucket(columns[0], self.shift, ends - counts, order)
        rows = [column[order] for column in columns]
        for bucket in np.flatnonzero(counts).tolist():
            first, last = int(ends[bucket] - counts[bucket]), int(ends[bucket])
            self._log(bucket).append(*(column[first:last] for column in rows))

    def _log(self, bucket: int) -> Log:
        if bucket not in self._logs:
            folder, name = self._place
            self._logs[bucket] = Log(folder, f"{name}-{bucket:03}", self._dtypes)
        return self._logs[bucket]

    def filled(self) -> list[int]:
        """The buckets that hold rows, ascending."""
        self._flush()
        return sorted(self._logs)

    def take(self, bucket: int) -> Columns:
        """The rows of a bucket in the order they came. The bucket is empty afterwards."""
        self._flush()
        log = self._logs.pop(bucket, None)
        if log is None:
            return tuple(np.empty(0, dtype) for dtype in self._dtypes)
        rows = log.read()
        log.remove()
        return rows

    def clear(self) -> None:
        """Give up all that is left."""
        for bucket in self.filled():
            self._logs.pop(bucket).remove()


def bits_of(count: int) -> int:
    """How many bits the numbers below `count` take."""
    return max(count - 1, 0).bit_length()
