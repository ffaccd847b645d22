"""Columns that are too long for memory: appended to files and mapped, or put apart by key first.

On a shelf in memory they stay in memory. The files have no name, so a killed program leaves none behind.
"""

from __future__ import annotations

import mmap
import os
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.shelf import Shelf
from cointrail.kernel.buckets import count_buckets, scatter_by_bucket

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]
Columns = tuple[Array, ...]

BUCKET_BITS = 8
"""A spill has at most 256 buckets: one of them fits memory when all of them do not."""

WAITING_ROWS = 1 << 22
"""So many rows are put apart together, so that each bucket gets thousands at once. Fewer need no file."""


class Log:
    """Columns of equal length that grow at the end.

    Args:
        shelf: gives a file for each column.
        dtypes: of the columns.
    """

    def __init__(self, shelf: Shelf, dtypes: tuple[str, ...]) -> None:
        self._dtypes = dtypes
        self._files = [file for _ in dtypes if (file := shelf.scratch()) is not None]
        self._pieces: list[Columns] = []
        self._rows = 0

    def append(self, *columns: Array) -> None:
        """Add rows.

        Raises:
            OSError: the disk is full.
        """
        rows = tuple(np.ascontiguousarray(c, dtype) for c, dtype in zip(columns, self._dtypes, strict=True))
        self._rows += len(rows[0])
        if not self._files:
            self._pieces.append(rows)
        for file, column in zip(self._files, rows, strict=False):
            _write(file, column)

    def close(self) -> Columns:
        """All rows, mapped where they are on disk. Nothing can be added afterwards.

        Raises:
            OSError: the disk is full.
        """
        pairs = zip(self._files, self._dtypes, strict=False)
        mapped = tuple(_mapped(file, dtype, self._rows) for file, dtype in pairs)
        if mapped:
            return mapped
        empty = tuple(np.empty(0, dtype) for dtype in self._dtypes)
        return tuple(np.concatenate(pieces) for pieces in zip(empty, *self._pieces, strict=True))


def _mapped(file: IO[bytes], dtype: str, rows: int) -> Array:
    """A file as an array that outlives it."""
    with file:
        if rows:
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype)
    return np.empty(0, dtype)


def _write(file: IO[bytes], column: Array) -> None:
    """Write all of a column to a file without a buffer."""
    left = memoryview(column.view(np.uint8))  # type: ignore[arg-type]
    while left:
        left = left[file.write(left) :]


class _Block(NamedTuple):
    """Rows put apart together: where each bucket ends, and the columns, or their places in the file."""

    ends: I64
    columns: Columns
    places: tuple[int, ...]


class Spill:
    """Rows put apart by the leading bits of an unsigned key; each bucket keeps their order.

    Bucket b holds the keys from `b << shift` on, below those of bucket b + 1.

    Args:
        shelf: gives a file when one is needed.
        key_bits: no key has more.
        dtypes: of the key and of each column beside it.
    """

    def __init__(self, shelf: Shelf, key_bits: int, dtypes: tuple[str, ...]) -> None:
        self.shift = max(0, key_bits - BUCKET_BITS)
        self.buckets = 1 << min(key_bits, BUCKET_BITS)
        self._shelf = shelf
        self._dtypes = dtypes
        self._file: IO[bytes] | None = None
        self._waiting: list[Columns] = []
        self._rows = 0
        self._blocks: list[_Block] = []

    def add(self, *columns: Array) -> None:
        """Add rows; the first column is the key.

        Raises:
            OSError: the disk is full.
        """
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows >= WAITING_ROWS:
            self._file = self._file or self._shelf.scratch()
            block = self._put_apart()
            self._blocks.append(block if self._file is None else _written(block, self._file))

    def filled(self) -> list[int]:
        """The buckets that hold rows, ascending."""
        self._finish()
        return np.flatnonzero(
            sum((_counts(block) for block in self._blocks), np.zeros(self.buckets))
        ).tolist()

    def take(self, bucket: int) -> Columns:
        """The rows of a bucket in the order they came.

        Raises:
            OSError: they cannot be read.
        """
        self._finish()
        parts = [self._part(block, bucket) for block in self._blocks]
        empty = tuple(np.empty(0, dtype) for dtype in self._dtypes)
        return tuple(np.concatenate(pieces) for pieces in zip(empty, *parts, strict=True))

    def close(self) -> None:
        """Give up all rows, and the place that they take."""
        self._blocks.clear()
        if self._file is not None:
            self._file.close()

    def _finish(self) -> None:
        """Put apart what still waits; it stays in memory."""
        if self._rows:
            self._blocks.append(self._put_apart())

    def _put_apart(self) -> _Block:
        rows = [
            np.concatenate(pieces, dtype=dtype)
            for pieces, dtype in zip(zip(*self._waiting, strict=True), self._dtypes, strict=True)
        ]
        self._waiting, self._rows = [], 0
        counts = np.zeros(self.buckets, np.int64)
        count_buckets(rows[0], self.shift, counts)
        ends = np.cumsum(counts)
        out = tuple(np.empty_like(column) for column in rows)
        for column, moved in zip(rows, out, strict=True):
            scatter_by_bucket(rows[0], self.shift, column, ends - counts, moved)
        return _Block(ends, out, ())

    def _part(self, block: _Block, bucket: int) -> Columns:
        """The rows of one block in one bucket."""
        first = int(block.ends[bucket - 1]) if bucket else 0
        last = int(block.ends[bucket])
        if not block.places:
            return tuple(column[first:last] for column in block.columns)
        pairs = zip(block.places, self._dtypes, strict=True)
        return tuple(self._read(place, np.dtype(dtype), first, last) for place, dtype in pairs)

    def _read(self, place: int, dtype: np.dtype[Any], first: int, last: int) -> Array:
        assert self._file is not None
        size = (last - first) * dtype.itemsize
        data = os.pread(self._file.fileno(), size, place + first * dtype.itemsize)
        if len(data) < size:
            raise OSError(f"a file without a name has {len(data)} bytes at {place}, not {size}")
        return np.frombuffer(data, dtype)


def _written(block: _Block, file: IO[bytes]) -> _Block:
    """The same block, in the file."""
    places = []
    for column in block.columns:
        places.append(file.tell())
        _write(file, column)
    return block._replace(columns=(), places=tuple(places))


def _counts(block: _Block) -> I64:
    return np.diff(block.ends, prepend=0)


def bits_of(count: int) -> int:
    """How many bits the numbers below `count` take."""
    return max(count - 1, 0).bit_length()
