"""Sorted indices in runs: sorted, merged and written. What they are is told in `index_files`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.radix import DIGIT_BITS, DIGITS, sort_by_key
from cointrail.kernel.sorted_pairs import copy_pairs, count_equal
from cointrail.store.index_files import Pairs, Run, cuts, open_run, run_paths
from cointrail.store.schema import IndexSpec

Array = npt.NDArray[Any]


def sort_pairs(keys: Array, numbers: Array) -> Pairs:
    """Ascending keys; equal keys keep their order. What is given is used up."""
    spare_keys, spare_numbers = np.empty_like(keys), np.empty_like(numbers)
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


def build_runs(
    folder: Path,
    spec: IndexSpec,
    old: Sequence[tuple[int, int]],
    settled: int,
    fresh: Callable[[int, int], Pairs],
) -> None:
    """Write the runs that a settled height of `settled` asks for.

    Args:
        folder: where runs live.
        spec: which index.
        old: the runs that are there and good; they cover 0.. without a gap.
        settled: the new settled height.
        fresh: the unsorted pairs of blocks first..last - 1, in chain order.

    Raises:
        OSError: the disk is full.
    """
    for first, last in cuts(settled):
        if (first, last) in old:
            continue
        inside = [(a, b) for a, b in old if first <= a and b <= last]
        pieces = [open_run(folder, spec, a, b) for a, b in inside]
        start = inside[-1][1] if inside else first
        pairs = [(piece.keys, piece.numbers) for piece in pieces]
        if start < last:
            pairs.append(fresh(start, last))
        write_run(folder, spec, first, last, pairs)


def write_run(folder: Path, spec: IndexSpec, first: int, last: int, pieces: Sequence[Pairs]) -> None:
    """Sort pieces, which are in chain order, into one run; each file appears whole or not at all.

    Raises:
        OSError: the disk is full.
    """
    keys, numbers = sort_pairs(
        np.concatenate([piece[0] for piece in pieces]), np.concatenate([piece[1] for piece in pieces])
    )
    for path, values, dtype in zip(
        run_paths(folder, spec, first, last), (keys, numbers), (spec.key, spec.number), strict=True
    ):
        beside = path.with_name(path.name + ".new")
        with beside.open("wb") as file:
            file.write(np.ascontiguousarray(values, dtype).data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def superseded(folder: Path, settled: int) -> list[Path]:
    """Run files that a store with so many settled blocks does not use."""
    tags = {f"{a:09}-{b:09}" for a, b in cuts(settled)}
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix == ".new" or path.stem.split("-", 1)[1] not in tags
    ]
