"""Sorted indices in runs that are cut where the height says.

A run covers the settled blocks first..last - 1 and is two files: ascending keys, and their numbers.
Runs cover `UNIT` blocks times a power of `FANOUT`, the largest first, then one tail. The layout is a
function of the settled height alone, so it is the same however the store was built.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.kernel.radix import DIGIT_BITS, DIGITS, sort_by_key
from cointrail.kernel.ranges import count_bins, count_within, select_keys
from cointrail.kernel.sorted_pairs import copy_pairs, count_equal
from cointrail.store.columns import map_file
from cointrail.store.schema import INDEXES, IndexSpec

Array = npt.NDArray[Any]

UNIT = 512
"""Blocks in the smallest whole run."""

FANOUT = 8
"""Runs of one size that make the next larger one."""

SORT_MEMORY = 1 << 30
"""Bytes to sort in, unless told otherwise."""

BIN_BITS = 16
"""Ranges of keys are cut at multiples of a sixty-five-thousandth of the largest key."""

CHUNK = 1 << 22
"""Keys looked at together."""

Pairs = tuple[Array, Array]
"""(keys, numbers) of equal length."""

_BINARY = getattr(os, "O_BINARY", 0)
_RUN = re.compile(rf"({'|'.join(spec.name for spec in INDEXES)})-\d+-\d+\.(keys|numbers)(\.new)?")


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


def sort_pairs(keys: Array, numbers: Array) -> Pairs:
    """Ascending keys; equal keys keep their order. What is given is used up."""
    spare_keys, spare_numbers = np.empty_like(keys), np.empty_like(numbers)
    places = -(-keys.itemsize * 8 // DIGIT_BITS)
    swapped = sort_by_key(keys, numbers, spare_keys, spare_numbers, np.zeros((places, DIGITS), np.int64))
    return (spare_keys, spare_numbers) if swapped else (keys, numbers)


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

    def find_many(self, keys: Array) -> Pairs:
        """Every (key, number) whose key is among `keys`, which are ascending and distinct."""
        first = np.searchsorted(self.keys, keys, side="left")
        counts = np.empty(len(keys), np.int64)
        hits = count_equal(self.keys, keys, first, counts)
        found = np.empty(hits, self.keys.dtype), np.empty(hits, self.numbers.dtype)
        copy_pairs(self.keys, self.numbers, first, counts, *found)
        return found


def open_run(folder: Path, spec: IndexSpec, first: int, last: int, rows: int | None = None) -> Run:
    """Map a run.

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
    return Run(map_file(keys, spec.key, count), map_file(numbers, spec.number, count))


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


def open_runs(folder: Path, spec: IndexSpec, settled: int) -> list[Run]:
    """Every run of a store with so many settled blocks, in chain order."""
    return [open_run(folder, spec, first, last) for first, last in cuts(settled)]


@dataclass(frozen=True)
class Fresh:
    """Pairs that stand in no run yet: row k has the key `keys[k]` and the number `first_number + k`."""

    keys: Array
    """any stride; read as often as memory asks for"""
    first_number: int


def build_runs(
    folder: Path,
    spec: IndexSpec,
    old: Sequence[tuple[int, int]],
    settled: int,
    fresh: Callable[[int, int], Fresh],
    memory: int = SORT_MEMORY,
) -> None:
    """Write the runs that a settled height of `settled` asks for.

    Args:
        folder: where runs live.
        spec: which index.
        old: the runs that are there and good; they cover 0.. without a gap.
        settled: the new settled height.
        fresh: the pairs of blocks first..last - 1, in chain order.
        memory: bytes to sort in.

    Raises:
        OSError: the disk is full.
    """
    for first, last in cuts(settled):
        if (first, last) in old:
            continue
        inside = [(a, b) for a, b in old if first <= a and b <= last]
        pieces: list[Run | Fresh] = [open_run(folder, spec, a, b) for a, b in inside]
        start = inside[-1][1] if inside else first
        if start < last:
            pieces.append(fresh(start, last))
        write_run(folder, spec, first, last, pieces, memory)


def write_run(
    folder: Path,
    spec: IndexSpec,
    first: int,
    last: int,
    pieces: Sequence[Run | Fresh],
    memory: int = SORT_MEMORY,
) -> None:
    """Sort pieces, which are in chain order, into one run; each file appears whole or not at all.

    Where all pairs do not fit into `memory`, the run is written a range of keys at a time.

    Raises:
        OSError: the disk is full.
    """
    paths = run_paths(folder, spec, first, last)
    beside = [path.with_name(path.name + ".new") for path in paths]
    with ExitStack() as opened:
        handles = [_create(path, opened) for path in beside]
        at = 0
        for low, high in _key_ranges(spec, pieces, memory):
            pairs = _pairs_within(spec, pieces, low, high)
            for handle, values in zip(handles, sort_pairs(*pairs), strict=True):
                _write_at(handle, at * values.itemsize, values)
            at += len(pairs[0])
        for handle in handles:
            os.fsync(handle)
    for path, done in zip(paths, beside, strict=True):
        done.replace(path)


def _create(path: Path, opened: ExitStack) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o644)
    opened.callback(os.close, handle)
    return handle


def _write_at(handle: int, at: int, values: Array) -> None:
    view = memoryview(values.view(np.uint8))  # type: ignore[arg-type]
    while view:
        done = os.pwrite(handle, view, at)
        view, at = view[done:], at + done


def _key_ranges(spec: IndexSpec, pieces: Sequence[Run | Fresh], memory: int) -> list[tuple[int, int]]:
    """Ranges of keys (first, last, both included) that hold at most so many pairs as fit, if keys allow it."""
    top = int(np.iinfo(spec.key).max)
    most = max(1, memory // (2 * (np.dtype(spec.key).itemsize + np.dtype(spec.number).itemsize)))
    total = sum(len(piece.keys) for piece in pieces)
    if total <= most:
        return [(0, top)]
    shift = max(0, max(_largest(piece) for piece in pieces).bit_length() - BIN_BITS)
    bins = np.zeros(1 << BIN_BITS, np.int64)
    for piece in pieces:
        for at in range(0, len(piece.keys), CHUNK):
            count_bins(piece.keys[at : at + CHUNK], shift, bins)
    ranges, low, held = [], 0, 0
    for number in np.flatnonzero(bins).tolist():
        if held and held + int(bins[number]) > most:
            ranges.append((low, (number << shift) - 1))
            low, held = number << shift, 0
        held += int(bins[number])
    return [*ranges, (low, top)]


def _largest(piece: Run | Fresh) -> int:
    if not len(piece.keys):
        return 0
    return int(piece.keys[-1] if isinstance(piece, Run) else piece.keys.max())


def _pairs_within(spec: IndexSpec, pieces: Sequence[Run | Fresh], low: int, high: int) -> Pairs:
    """The pairs with keys low..high, in chain order of the pieces."""
    wanted = np.dtype(spec.key).type
    spans = [_span(piece, wanted(low), wanted(high)) for piece in pieces]
    count = sum(last - first for first, last in spans)
    keys, numbers = np.empty(count, spec.key), np.empty(count, spec.number)
    at = 0
    for piece, (first, last) in zip(pieces, spans, strict=True):
        room = slice(at, at + last - first)
        if isinstance(piece, Run):
            keys[room], numbers[room] = piece.keys[first:last], piece.numbers[first:last]
        else:
            select_keys(piece.keys, piece.first_number, wanted(low), wanted(high), keys[room], numbers[room])
        at = room.stop
    return keys, numbers


def _span(piece: Run | Fresh, low: Any, high: Any) -> tuple[int, int]:
    """Rows of a run within a range of keys; of fresh pairs, 0 and how many there are."""
    if isinstance(piece, Run):
        first = int(piece.keys.searchsorted(low, side="left"))
        return first, int(piece.keys.searchsorted(high, side="right"))
    return 0, count_within(piece.keys, low, high)


def superseded(folder: Path, settled: int) -> list[Path]:
    """Run files that a store with so many settled blocks does not use. Files of others are none."""
    used = {path for spec in INDEXES for run in cuts(settled) for path in run_paths(folder, spec, *run)}
    return [path for path in sorted(folder.iterdir()) if _RUN.fullmatch(path.name) and path not in used]
