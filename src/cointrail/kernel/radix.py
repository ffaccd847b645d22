"""Pairs sorted by key: stable, in time that grows with their number alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

DIGIT_BITS = 11
DIGITS = 1 << DIGIT_BITS
"""So many counters fit the first-level cache."""


@kernel
def _count_digits(keys: Array, counts: I64) -> None:
    """How often each digit stands at each place; `counts` is int64[places, DIGITS]."""
    places = counts.shape[0]
    for k in range(len(keys)):
        key = np.uint64(keys[k])
        for place in range(places):
            counts[place, int64(key & np.uint64(DIGITS - 1))] += 1
            key >>= np.uint64(DIGIT_BITS)


@kernel
def _scatter(
    keys: Array, numbers: Array, shift: int, next_row: I64, to_keys: Array, to_numbers: Array
) -> None:
    """Move every pair to the next free row of its digit."""
    for k in range(len(keys)):
        digit = int64((np.uint64(keys[k]) >> np.uint64(shift)) & np.uint64(DIGITS - 1))
        row = next_row[digit]
        next_row[digit] = row + 1
        to_keys[row] = keys[k]
        to_numbers[row] = numbers[k]


@kernel
def sort_by_key(keys: Array, numbers: Array, spare_keys: Array, spare_numbers: Array, counts: I64) -> bool:
    """Sort pairs by key, ascending; equal keys keep their order.

    Args:
        keys: unsigned; used up.
        numbers: used up.
        spare_keys: as long as `keys`.
        spare_numbers: as long as `keys`.
        counts: scratch of zeros, int64[places, DIGITS], where places * DIGIT_BITS covers a key.

    Returns:
        Whether the sorted pairs are in the spare arrays, and not in `keys` and `numbers`.
    """
    _count_digits(keys, counts)
    swapped = False
    for place in range(counts.shape[0]):
        row = int64(0)
        constant = False
        for digit in range(DIGITS):
            held = counts[place, digit]
            constant = constant or held == len(keys)
            counts[place, digit] = row
            row += held
        if constant:
            continue
        shift = int64(place * DIGIT_BITS)
        if swapped:
            _scatter(spare_keys, spare_numbers, shift, counts[place], keys, numbers)
        else:
            _scatter(keys, numbers, shift, counts[place], spare_keys, spare_numbers)
        swapped = not swapped
    return swapped


MOST_ALIKE = 48
"""Pairs that are put in order one by one; more than that with nearly one key call for `sort_by_key`."""


@kernel
def sort_spread(
    keys: Array, numbers: Array, spare_keys: Array, spare_numbers: Array, edges: I64, inner: I64
) -> bool:
    """Sort pairs whose 64-bit keys are spread evenly, as hashes are; equal keys keep their order.

    By the highest bits into buckets, each of them by the next eight bits, then one by one.

    Args:
        keys: uint64; used up.
        numbers: used up.
        spare_keys: as long as `keys`.
        spare_numbers: as long as `keys`.
        edges: scratch, int64[2**bits + 1], bits at least 1; a few hundred pairs a bucket are best.
        inner: scratch, int64[257].

    Returns:
        Whether they are sorted, in `keys` and `numbers`. If not, the keys are not spread evenly: nothing is
        lost, the pairs are in `spare_keys` and `spare_numbers`, equal keys still in order.
    """
    buckets = len(edges) - 1
    bits = 0
    while (1 << bits) < buckets:
        bits += 1
    high, low = np.uint64(64 - bits), np.uint64(56 - bits)
    edges[:] = 0
    for k in range(len(keys)):
        edges[int64(keys[k] >> high) + 1] += 1
    for b in range(buckets):
        edges[b + 1] += edges[b]
    for k in range(len(keys)):
        bucket = int64(keys[k] >> high)
        row = edges[bucket]
        edges[bucket] = row + 1
        spare_keys[row] = keys[k]
        spare_numbers[row] = numbers[k]
    begin = int64(0)
    for b in range(buckets):
        end = edges[b]
        inner[:] = 0
        for k in range(begin, end):
            inner[int64((spare_keys[k] >> low) & np.uint64(255)) + 1] += 1
        for d in range(256):
            if inner[d + 1] > MOST_ALIKE:
                return False
            inner[d + 1] += inner[d]
        for k in range(begin, end):
            digit = int64((spare_keys[k] >> low) & np.uint64(255))
            row = begin + inner[digit]
            inner[digit] += 1
            keys[row] = spare_keys[k]
            numbers[row] = spare_numbers[k]
        for k in range(begin + 1, end):
            key, number = keys[k], numbers[k]
            at = k
            while at > begin and keys[at - 1] > key:
                keys[at], numbers[at] = keys[at - 1], numbers[at - 1]
                at -= 1
            keys[at], numbers[at] = key, number
        begin = end
    return True
