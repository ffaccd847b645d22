"""Sorted indices in runs that are cut where the height says.

A run covers the settled blocks first..last - 1 and is two files: ascending keys, and their numbers.
Runs cover `UNIT` blocks times a power of `FANOUT`, the largest first, then one tail. The layout is a
function of the settled height alone, so it is the same however the store was built.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.store.columns import map_file
from cointrail.store.schema import IndexSpec

Array = npt.NDArray[Any]

UNIT = 512
"""Blocks in the smallest whole run."""

FANOUT = 8
"""Runs of one size that make the next larger one."""

Pairs = tuple[Array, Array]
"""(keys, numbers) of equal length."""

SPENDS = ("spends.output.bin", "spends.input.bin")
"""In the recent part's folder: what it spends of the settled part, ascending by output; uint64."""


def cuts(settled: int) -> list[tuple[int, int]]:
    """The runs of a store with so many settled blocks: (first, last) heights, last not included."""
    size = UNIT
    while size * FANOUT <= settled:
        size *= FANOUT
    found = []
    at = 0
    while size >= UNIT:
        while at + size <= settled:
            found.append((at, at + size))
            at += size
        size //= FANOUT
    if at < settled:
        found.append((at, settled))
    return found


def run_paths(folder: Path, spec: IndexSpec, first: int, last: int) -> tuple[Path, Path]:
    """The files of a run: keys and numbers."""
    stem = f"{spec.name}-{first:09}-{last:09}"
    return folder / f"{stem}.keys", folder / f"{stem}.numbers"


@dataclass(frozen=True)
class Run:
    """One mapped run."""

    keys: Array
    numbers: Array

    def bounds(self, key: Any) -> tuple[int, int]:
        """Where `key` stands: first and last row, last not included."""
        wanted = self.keys.dtype.type(key)
        first = int(self.keys.searchsorted(wanted, side="left"))
        return first, int(self.keys.searchsorted(wanted, side="right"))

    def find(self, key: Any) -> Array:
        """The numbers under `key`, ascending."""
        first, last = self.bounds(key)
        return self.numbers[first:last]


def open_run(
    folder: Path,
    spec: IndexSpec,
    first: int,
    last: int,
    rows: int | None = None,
    *,
    searched: bool = False,
) -> Run:
    """Map a run; `searched` says that single keys will be looked up, not all of it read.

    Raises:
        StoreCorrupt: a file is missing, or has not `rows` rows where that is given.
    """
    keys, numbers = run_paths(folder, spec, first, last)
    count = stored_rows(keys, spec.key) if rows is None else rows
    for path, dtype in ((keys, spec.key), (numbers, spec.number)):
        if (found := stored_rows(path, dtype)) != count:
            raise StoreCorrupt(
                f"`{path}` has {found} rows, not {count}",
                hint="run `cointrail doctor`, or ingest into a new store",
                path=str(path),
            )
    return Run(
        map_file(keys, spec.key, count, searched=searched),
        map_file(numbers, spec.number, count, searched=searched),
    )


def stored_rows(path: Path, dtype: str) -> int:
    """How many values a file holds.

    Raises:
        StoreCorrupt: it is missing, or holds a part of a value.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise StoreCorrupt(f"`{path}` is missing", hint="ingest into a new store", path=str(path)) from error
    if size % np.dtype(dtype).itemsize:
        raise StoreCorrupt(
            f"`{path}` has {size} bytes: the last value is cut short",
            hint="ingest into a new store",
            path=str(path),
        )
    return size // np.dtype(dtype).itemsize
