"""Column files: appended by the writer at stated rows, mapped by readers up to the manifest's count."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.store.schema import ColumnSpec

Array = npt.NDArray[Any]


def column_path(folder: Path, spec: ColumnSpec) -> Path:
    """The file of a column in a part's folder."""
    return folder / f"{spec.key}.bin"


def shaped(flat: Array, spec: ColumnSpec) -> Array:
    """Rows of several values become a second axis."""
    return flat if spec.width == 1 else flat.reshape(-1, spec.width)


def map_file(path: Path, dtype: str, count: int, *, searched: bool = False) -> Array:
    """The first `count` values of a file, mapped; an empty array can be written to no more than a mapped one.

    Args:
        path: the file.
        dtype: of its values.
        count: how many.
        searched: it is read here and there, not from end to end, so that the system need not read ahead.

    Raises:
        StoreCorrupt: the file is missing, shorter, or cannot be read.
    """
    width = np.dtype(dtype).itemsize
    if count == 0:
        empty = np.empty(0, dtype)
        empty.flags.writeable = False
        return empty
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < count * width:
                raise StoreCorrupt(
                    f"`{path}` has {size} bytes, the manifest needs {count * width}",
                    hint="run `cointrail doctor`, or ingest into a new store",
                    path=str(path),
                )
            mapped = mmap.mmap(file.fileno(), count * width, access=mmap.ACCESS_READ)
            if searched and hasattr(mmap, "MADV_RANDOM"):
                mapped.madvise(mmap.MADV_RANDOM)
            return np.frombuffer(mapped, dtype)
    except FileNotFoundError as error:
        raise StoreCorrupt(f"`{path}` is missing", hint="ingest into a new store", path=str(path)) from error
    except OSError as error:
        raise StoreCorrupt(
            f"`{path}` cannot be read: {error.strerror or error}",
            hint="see who may read it and whether the disk is sound, then try again",
            path=str(path),
        ) from error


def map_column(folder: Path, spec: ColumnSpec, rows: int) -> Array:
    """The first `rows` rows of a column, mapped; shape (rows,) or (rows, width)."""
    return shaped(map_file(column_path(folder, spec), spec.dtype, rows * spec.width), spec)


class ColumnWriter:
    """Writes rows of one column at a stated row; what an interrupted run left there is overwritten."""

    def __init__(self, folder: Path, spec: ColumnSpec) -> None:
        """Open the file, creating it when it is missing."""
        self.spec = spec
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._handle = os.open(column_path(folder, spec), flags, 0o644)

    def write(self, row: int, values: Array) -> None:
        """Put `values` at `row` and after.

        Raises:
            OSError: the disk is full.
        """
        data = np.ascontiguousarray(values, dtype=self.spec.dtype).reshape(-1).view(np.uint8)
        view = memoryview(data)  # type: ignore[arg-type]
        at = row * self.spec.row_bytes
        while view:
            done = os.pwrite(self._handle, view, at)
            view, at = view[done:], at + done

    def read(self, first: int, last: int) -> Array:
        """Rows first..last - 1, in memory of their own.

        Raises:
            StoreCorrupt: the file is shorter.
        """
        flat = np.empty((last - first) * self.spec.width, self.spec.dtype)
        view = memoryview(flat.view(np.uint8))  # type: ignore[arg-type]
        at = first * self.spec.row_bytes
        while view:
            done = os.preadv(self._handle, [view], at)
            if done == 0:
                raise StoreCorrupt(
                    f"column `{self.spec.key}` ends before row {last}", hint="ingest into a new store"
                )
            view, at = view[done:], at + done
        return shaped(flat, self.spec)

    def sync(self) -> None:
        """Make everything written so far durable."""
        os.fsync(self._handle)

    def close(self) -> None:
        """Give the handle back."""
        os.close(self._handle)


class Column:
    """A column over both parts, read by row number."""

    __slots__ = ("border", "recent", "settled")

    def __init__(self, settled: Array, recent: Array) -> None:
        """`settled` holds rows 0..n - 1, `recent` those after."""
        self.settled = settled
        self.recent = recent
        self.border = len(settled)

    def __len__(self) -> int:
        return self.border + len(self.recent)

    def __getitem__(self, row: int) -> Any:
        """One row: a NumPy scalar, or an array of `width` values."""
        return self.settled[row] if row < self.border else self.recent[row - self.border]

    def slice(self, first: int, last: int) -> Array:
        """Rows first..last - 1; a view unless they lie in both parts."""
        border = self.border
        if last <= border:
            return self.settled[first:last]
        if first >= border:
            return self.recent[first - border : last - border]
        return np.concatenate([self.settled[first:border], self.recent[: last - border]])

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> Array:
        """Many rows, in the order asked for."""
        old = rows < self.border
        out: Array = np.empty((len(rows), *self.settled.shape[1:]), self.settled.dtype)
        out[old] = self.settled[rows[old]]
        out[~old] = self.recent[rows[~old].astype(np.int64) - self.border]
        return out

    def all(self) -> Array:
        """Every row; a copy when both parts have rows."""
        return self.slice(0, len(self))

    def search(self, value: int) -> int:
        """The last row whose value is at most `value`, in an ascending column; -1 when there is none."""
        if value < 0:
            return -1
        wanted = self.settled.dtype.type(value)
        if len(self.recent) and self.recent[0] <= wanted:
            return self.border + int(self.recent.searchsorted(wanted, side="right")) - 1
        return int(self.settled.searchsorted(wanted, side="right")) - 1

    def search_many(self, values: Array) -> npt.NDArray[np.int64]:
        """`search` of many values, none of which is below the first row."""
        later = values >= self.recent[0] if len(self.recent) else np.zeros(len(values), np.bool_)
        found = np.empty(len(values), np.int64)
        found[~later] = self.settled.searchsorted(values[~later], side="right") - 1
        found[later] = self.border - 1 + self.recent.searchsorted(values[later], side="right")
        return found
