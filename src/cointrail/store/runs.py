"""Sorted indices in runs: sorted, merged and written. What they are is told in `index_files`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.kernel.radix import DIGIT_BITS, DIGITS, sort_by_key, sort_spread
from cointrail.kernel.ranges import count_bins, count_within, select_keys
from cointrail.kernel.sorted_pairs import copy_pairs, count_equal
from cointrail.store.index_files import Pairs, Run, cuts, open_run, run_paths
from cointrail.store.schema import INDEXES, IndexSpec

Array = npt.NDArray[Any]

SORT_MEMORY = 1 << 30
"""Bytes to sort in, unless told otherwise."""

LEAST_SPREAD, MOST_SPREAD_BITS = 1 << 12, 16
"""Pairs from which on hashes are sorted by their highest bits, and the most of these."""

SHARES, WORTH_SHARING = 2, 1 << 19
"""Into how many ranges a run is cut for several threads, and pairs in each from which on that pays off."""

BIN_BITS = 16
"""Ranges of keys are cut at multiples of a sixty-five-thousandth of the largest key."""

CHUNK = 1 << 17
"""Keys looked at together."""

_BINARY = getattr(os, "O_BINARY", 0)
_RUN = re.compile(rf"({'|'.join(spec.name for spec in INDEXES)})-\d+-\d+\.(keys|numbers)(\.new)?")


def sort_pairs(keys: Array, numbers: Array) -> Pairs:
    """Ascending keys; equal keys keep their order. What is given is used up."""
    spare_keys, spare_numbers = np.empty_like(keys), np.empty_like(numbers)
    if keys.dtype == np.uint64 and len(keys) >= LEAST_SPREAD:
        edges = np.empty((1 << min(MOST_SPREAD_BITS, len(keys).bit_length() - 8)) + 1, np.int64)
        if sort_spread(keys, numbers, spare_keys, spare_numbers, edges, np.empty(257, np.int64)):
            return keys, numbers
        keys, numbers, spare_keys, spare_numbers = spare_keys, spare_numbers, keys, numbers
    places = -(-keys.itemsize * 8 // DIGIT_BITS)
    swapped = sort_by_key(keys, numbers, spare_keys, spare_numbers, np.zeros((places, DIGITS), np.int64))
    return (spare_keys, spare_numbers) if swapped else (keys, numbers)


def find_many(run: Run, keys: Array) -> Pairs:
    """Every (key, number) of a run whose key is among `keys`, which are ascending and distinct."""
    first = np.searchsorted(run.keys, keys, side="left")
    counts = np.empty(len(keys), np.int64)
    hits = count_equal(run.keys, keys, first, counts)
    found = np.empty(hits, run.keys.dtype), np.empty(hits, run.numbers.dtype)
    copy_pairs(run.keys, run.numbers, first, counts, *found)
    return found


def open_runs(folder: Path, spec: IndexSpec, settled: int) -> list[Run]:
    """Every run of a store with so many settled blocks, in chain order."""
    return [open_run(folder, spec, first, last) for first, last in cuts(settled)]


class Keys(Protocol):
    """Keys that are read a slice at a time: an array, or a column that is not held in memory."""

    def __len__(self) -> int:
        """How many."""

    def __getitem__(self, rows: slice, /) -> Array:
        """Some of them."""


@dataclass(frozen=True)
class Fresh:
    """Pairs that stand in no run yet: row k has the key `keys[k]` and the number `first_number + k`."""

    keys: Keys
    """read as often as memory asks for"""
    first_number: int


@dataclass(frozen=True)
class Stored:
    """A run on disk, mapped only while it is read."""

    folder: Path
    spec: IndexSpec
    first: int
    last: int

    def open(self) -> Run:
        """Map it."""
        return open_run(self.folder, self.spec, self.first, self.last)


Piece = Stored | Fresh


def build_runs(
    folder: Path,
    spec: IndexSpec,
    old: Sequence[tuple[int, int]],
    settled: int,
    fresh: Callable[[int, int], Fresh],
    *,
    memory: int = SORT_MEMORY,
    pool: Executor | None = None,
) -> None:
    """Write the runs that a settled height of `settled` asks for.

    Args:
        folder: where runs live.
        spec: which index.
        old: the runs that are there and good; they cover 0.. without a gap.
        settled: the new settled height.
        fresh: the pairs of blocks first..last - 1, in chain order.
        memory: bytes to sort in.
        pool: threads that share the work; not of those that call this.

    Raises:
        OSError: the disk is full.
    """
    for first, last in cuts(settled):
        if (first, last) in old:
            continue
        inside = [(a, b) for a, b in old if first <= a and b <= last]
        pieces: list[Piece] = [Stored(folder, spec, a, b) for a, b in inside]
        start = inside[-1][1] if inside else first
        if start < last:
            pieces.append(fresh(start, last))
        write_run(folder, spec, first, last, pieces, memory=memory, pool=pool)


def write_run(
    folder: Path,
    spec: IndexSpec,
    first: int,
    last: int,
    pieces: Sequence[Piece],
    *,
    memory: int = SORT_MEMORY,
    pool: Executor | None = None,
) -> None:
    """Sort pieces, which are in chain order, into one run; each file appears whole or not at all.

    Where all pairs do not fit into `memory`, the run is written a range of keys at a time; with a pool,
    several ranges at once.

    Raises:
        OSError: the disk is full.
    """
    paths = run_paths(folder, spec, first, last)
    beside = [path.with_name(path.name + ".new") for path in paths]
    with ExitStack() as opened:
        handles = [_create(path, opened) for path in beside]
        ranges = _key_ranges(spec, pieces, memory, parts=SHARES if pool else 1)
        ends = list(accumulate(sum(_count(spec, piece, *keys) for piece in pieces) for keys in ranges))
        work = [(keys, end) for keys, end in zip(ranges, [0, *ends[:-1]], strict=True)]

        def write(one: tuple[tuple[int, int], int]) -> None:
            (low, high), row = one
            pairs = sort_pairs(*_pairs_within(spec, pieces, low, high))
            for handle, values in zip(handles, pairs, strict=True):
                _write_at(handle, row * values.itemsize, values)

        _share(write, work, pool)
        for handle in handles:
            os.fsync(handle)
    for path, done in zip(paths, beside, strict=True):
        done.replace(path)


def _share(
    write: Callable[[tuple[tuple[int, int], int]], None],
    work: Sequence[tuple[tuple[int, int], int]],
    pool: Executor | None,
) -> None:
    """Write the ranges, by several threads where there is a pool; back once no thread is at it."""
    if pool is None:
        for one in work:
            write(one)
        return
    under_way = [pool.submit(write, one) for one in work]
    wait(under_way)
    for done in under_way:
        done.result()


def _create(path: Path, opened: ExitStack) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o644)
    opened.callback(os.close, handle)
    return handle


def _write_at(handle: int, at: int, values: Array) -> None:
    view = memoryview(values.view(np.uint8))  # type: ignore[arg-type]
    while view:
        done = os.pwrite(handle, view, at)
        view, at = view[done:], at + done


def _key_ranges(
    spec: IndexSpec, pieces: Sequence[Piece], memory: int, *, parts: int
) -> list[tuple[int, int]]:
    """Ranges of keys (first, last, both included) that each hold as many pairs as fit, if keys allow it."""
    top = int(np.iinfo(spec.key).max)
    pair = np.dtype(spec.key).itemsize + np.dtype(spec.number).itemsize
    total = sum(len(_keys(piece)) for piece in pieces)
    most = max(1, memory // (2 * pair * parts))
    if total <= most and total < WORTH_SHARING * parts:
        return [(0, top)]
    most = min(most, -(-total // parts))
    shift = max(0, max(map(_largest, pieces)).bit_length() - BIN_BITS)
    bins = np.zeros(1 << BIN_BITS, np.int64)
    for piece in pieces:
        keys = _keys(piece)
        for at in range(0, len(keys), CHUNK):
            count_bins(keys[at : at + CHUNK], shift, bins)
    ranges, low, held = [], 0, 0
    for number in np.flatnonzero(bins).tolist():
        if held and held + int(bins[number]) > most:
            ranges.append((low, (number << shift) - 1))
            low, held = number << shift, 0
        held += int(bins[number])
    return [*ranges, (low, top)]


def _keys(piece: Piece) -> Keys:
    return piece.keys if isinstance(piece, Fresh) else piece.open().keys


def _largest(piece: Piece) -> int:
    keys = _keys(piece)
    if not len(keys):
        return 0
    if isinstance(piece, Stored):
        return int(keys[len(keys) - 1 : len(keys)][0])
    return max(int(keys[at : at + CHUNK].max()) for at in range(0, len(keys), CHUNK))


def _pairs_within(spec: IndexSpec, pieces: Sequence[Piece], low: int, high: int) -> Pairs:
    """The pairs with keys low..high, in chain order of the pieces."""
    wanted = np.dtype(spec.key).type
    limits = wanted(low), wanted(high)
    counts = [_count(spec, piece, low, high) for piece in pieces]
    keys, numbers = np.empty(sum(counts), spec.key), np.empty(sum(counts), spec.number)
    at = 0
    for piece, count in zip(pieces, counts, strict=True):
        room = keys[at : at + count], numbers[at : at + count]
        if isinstance(piece, Stored):
            run = piece.open()
            first = int(run.keys.searchsorted(limits[0], side="left"))
            room[0][:], room[1][:] = run.keys[first : first + count], run.numbers[first : first + count]
        else:
            _select(piece, limits, room)
        at += count
    return keys, numbers


def _select(piece: Fresh, limits: tuple[Any, Any], room: Pairs) -> None:
    """Copy the pairs of a range of keys."""
    at = 0
    for first in range(0, len(piece.keys), CHUNK):
        left = room[0][at:], room[1][at:]
        at += select_keys(piece.keys[first : first + CHUNK], piece.first_number + first, *limits, *left)


def _count(spec: IndexSpec, piece: Piece, first: int, last: int) -> int:
    """How many pairs are within a range of keys."""
    low, high = (np.dtype(spec.key).type(key) for key in (first, last))
    if isinstance(piece, Stored):
        keys = piece.open().keys
        return int(keys.searchsorted(high, side="right")) - int(keys.searchsorted(low, side="left"))
    whole = low == 0 and high == np.iinfo(type(high)).max
    if whole:
        return len(piece.keys)
    parts = range(0, len(piece.keys), CHUNK)
    return sum(count_within(piece.keys[at : at + CHUNK], low, high) for at in parts)


def superseded(folder: Path, settled: int) -> list[Path]:
    """Run files that a store with so many settled blocks does not use. Files of others are none."""
    used = {path for spec in INDEXES for run in cuts(settled) for path in run_paths(folder, spec, *run)}
    return [path for path in sorted(folder.iterdir()) if _RUN.fullmatch(path.name) and path not in used]
