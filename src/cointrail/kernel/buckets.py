"""Rows put together by the leading bits of a key, and numbers put together by their key: in linear time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]


@kernel
def count_buckets(keys: Array, shift: int, counts: I64) -> None:
    """Add to `counts[b]` how many keys have `key >> shift == b`; keys are unsigned."""
    for k in range(len(keys)):
        counts[int64(np.uint64(keys[k]) >> np.uint64(shift))] += 1


@kernel
def scatter_by_bucket(keys: Array, shift: int, column: Array, next_row: I64, out: Array) -> None:
    """Write the rows of a column bucket by bucket, in their order within each.

    `next_row[b]` is where bucket b begins in `out`; it is moved to where the bucket ends.
    """
    for k in range(len(keys)):
        bucket = int64(np.uint64(keys[k]) >> np.uint64(shift))
        out[next_row[bucket]] = column[k]
        next_row[bucket] += 1


@kernel
def count_keys(keys: U32, first: int, counts: I64) -> None:
    """Add to `counts[k - first]` how often each key k stands there."""
    for k in range(len(keys)):
        counts[int64(keys[k]) - first] += 1


@kernel
def place_numbers(keys: U32, numbers: Array, first: int, next_row: I64, out: Array) -> None:
    """Write the numbers of each key k end to end, in their order, from row `next_row[k - first]` on.

    `next_row` is moved to where each list ends.
    """
    for k in range(len(keys)):
        place = int64(keys[k]) - first
        out[next_row[place]] = numbers[k]
        next_row[place] += 1


@kernel
def add_by_key(keys: Array, values: I64, sums: I64) -> None:
    """Add every value to the sum of its key."""
    for k in range(len(keys)):
        sums[keys[k]] += values[k]
