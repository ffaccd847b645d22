"""Pairs in ascending order of their keys: those under many keys at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]


@kernel
def count_equal(keys: Array, wanted: Array, first: I64, counts: I64) -> int:
    """How many rows have each wanted key, given the first row that is not below it; their sum."""
    total = 0
    for k in range(len(wanted)):
        row = first[k]
        while row < len(keys) and keys[row] == wanted[k]:
            row += 1
        counts[k] = row - first[k]
        total += counts[k]
    return total


@kernel
def copy_pairs(
    keys: Array, numbers: Array, first: I64, counts: I64, out_keys: Array, out_numbers: Array
) -> None:
    """Copy `counts[k]` pairs from row `first[k]` on, for every k, end to end."""
    at = 0
    for k in range(len(first)):
        for row in range(first[k], first[k] + counts[k]):
            out_keys[at] = keys[row]
            out_numbers[at] = numbers[row]
            at += 1


@kernel
def check_pairs(keys: Array, numbers: Array, first: int, wanted: Array, seen: npt.NDArray[np.bool_]) -> bool:
    """Whether pairs ascend, by key and then by number, and each number leads to a row with its key.

    Args:
        keys: of the pairs.
        numbers: of the pairs.
        first: the number of row 0.
        wanted: the key of each row.
        seen: in and out, rows that a pair leads to.
    """
    fits = True
    for k in range(len(keys)):
        row = int64(numbers[k]) - first
        if row < 0 or row >= len(wanted) or wanted[row] != keys[k]:
            fits = False
            continue
        seen[row] = True
        if k > 0 and (keys[k] < keys[k - 1] or (keys[k] == keys[k - 1] and numbers[k] <= numbers[k - 1])):
            fits = False
    return fits
