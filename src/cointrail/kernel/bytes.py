"""Slices of byte arrays: read as numbers, copied together, and compared, eight bytes at a time."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, copy_bytes, load_count

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

CHECKED = bool(numba.config.BOUNDSCHECK)
"""Whether kernels are compiled under bounds checks. Those see no raw load: `touch` stands in for it."""


@kernel
def touch(data: U8, at: int, length: int) -> int:
    """The ends of a slice, read by index: IndexError under bounds checks when they are not there."""
    return int64(data[at]) + int64(data[at + length - 1]) if length > 0 else int64(0)


@kernel
def read_u64(data: U8, at: int) -> np.uint64:
    """Eight bytes, little-endian."""
    if CHECKED:
        touch(data, at, 8)
    return np.uint64(load_count(address_of_bytes(data) + at))


@kernel
def same_slices(a: U8, a_at: int, b: U8, b_at: int, length: int) -> bool:
    """Whether `length` bytes are the same. The last eight are compared as one, whatever the length."""
    if CHECKED:
        touch(a, a_at, length)
        touch(b, b_at, length)
    if length < 8:
        for k in range(length):
            if a[a_at + k] != b[b_at + k]:
                return False
        return True
    x, y, last = address_of_bytes(a) + a_at, address_of_bytes(b) + b_at, length - 8
    for k in range(0, last, 8):
        if load_count(x + k) != load_count(y + k):
            return False
    return load_count(x + last) == load_count(y + last)


@kernel
def copy_slice(data: U8, start: int, length: int, out: U8, at: int) -> None:
    """Copy a slice of `data` to another array."""
    if CHECKED:
        touch(data, start, length)
        touch(out, at, length)
    copy_bytes(address_of_bytes(out) + at, address_of_bytes(data) + start, int64(length))


@kernel
def gather_slices(data: U8, starts: I64, lengths: I64, out: U8, out_starts: I64) -> None:
    """Copy slice k of `data` to `out_starts[k]` of `out`."""
    for k in range(len(starts)):
        copy_slice(data, starts[k], lengths[k], out, out_starts[k])


@kernel
def differing_stored(
    numbers: npt.NDArray[np.uint32],
    ends: npt.NDArray[np.uint64],
    heap: U8,
    data: U8,
    starts: I64,
    lengths: I64,
    differs: npt.NDArray[np.bool_],
) -> None:
    """Whether slice `numbers[k]` of those that lie end to end in `heap`, and slice k of `data`, differ."""
    for k in range(len(numbers)):
        s = int64(numbers[k])
        begin = int64(ends[s - 1]) if s > 0 else int64(0)
        differs[k] = int64(ends[s]) - begin != lengths[k]
        if not differs[k]:
            differs[k] = not same_slices(heap, begin, data, starts[k], lengths[k])


@kernel
def put_rows(rows: I64, hashes: U8, out: U8) -> None:
    """Copy 32 bytes each: `hashes[k]` to row `rows[k]` of `out`, uint8[32 * all]."""
    for k in range(len(rows)):
        copy_bytes(address_of_bytes(out) + 32 * rows[k], address_of_bytes(hashes) + 32 * k, int64(32))
