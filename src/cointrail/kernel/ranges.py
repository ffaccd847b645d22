"""Keys within a range: counted and picked out, in the order they stand in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]


@kernel
def count_bins(keys: Array, shift: int, bins: I64) -> None:
    """Count keys by what is left of them after `shift` bits."""
    for k in range(len(keys)):
        bins[int64(np.uint64(keys[k]) >> np.uint64(shift))] += 1


@kernel
def count_within(keys: Array, low: Any, high: Any) -> int:
    """How many keys are low..high, both included."""
    count = 0
    for k in range(len(keys)):
        count += 1 if low <= keys[k] <= high else 0
    return count


@kernel
def select_keys(
    keys: Array, first_number: int, low: Any, high: Any, out_keys: Array, out_numbers: Array
) -> int:
    """The keys low..high with their numbers: `first_number` and the row added up. How many these are."""
    at = 0
    for k in range(len(keys)):
        if low <= keys[k] <= high:
            out_keys[at] = keys[k]
            out_numbers[at] = first_number + k
            at += 1
    return at
