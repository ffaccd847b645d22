"""SHA-256 of slices of a byte array, for use inside kernels and from Python.

`sha256_*` hashes once, `sha256d_*` twice (transaction ids, block hashes, merkle nodes). `hashlib`
is the plain twin that defines them. Arrays are C-contiguous; starts and lengths count bytes;
IndexError when a slice leaves its array. Digests are in wire order; where several are
written, `out` does not overlap `data`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.cpu import implementation
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, address_of_counts, stack_block, store_count
from cointrail.kernel.sha256_run import hash_message, hash_queue

__all__ = [
    "implementation",
    "sha256_into",
    "sha256_many",
    "sha256d_into",
    "sha256d_many",
    "sha256d_parts_many",
    "sha256d_two_into",
]

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


@kernel
def sha256_into(data: Bytes, start: int, length: int, out: Bytes, out_start: int) -> None:
    """Write SHA-256 of `data[start : start + length]` to `out[out_start : out_start + 32]`."""
    _check_slice(data.size, int64(start), int64(length))
    _check_slice(out.size, int64(out_start), int64(32))
    hash_message(address_of_bytes(data) + start, int64(length), address_of_bytes(out) + out_start, int64(1))


@kernel
def sha256d_into(data: Bytes, start: int, length: int, out: Bytes, out_start: int) -> None:
    """Write double SHA-256 of `data[start : start + length]` to `out[out_start : out_start + 32]`."""
    _check_slice(data.size, int64(start), int64(length))
    _check_slice(out.size, int64(out_start), int64(32))
    hash_message(address_of_bytes(data) + start, int64(length), address_of_bytes(out) + out_start, int64(2))


@kernel
def sha256d_two_into(
    data: Bytes, start: int, length: int, other_start: int, other_length: int, out: Bytes, out_start: int
) -> None:
    """Write double SHA-256 of two slices to `out[out_start : out_start + 64]`, one after the other.

    Both are hashed side by side where the CPU has SHA instructions: the second is nearly free.
    """
    _check_slice(data.size, int64(start), int64(length))
    _check_slice(data.size, int64(other_start), int64(other_length))
    _check_slice(out.size, int64(out_start), int64(64))
    slices = stack_block(32)
    store_count(slices, start)
    store_count(slices + 8, other_start)
    store_count(slices + 16, length)
    store_count(slices + 24, other_length)
    digests = address_of_bytes(out) + out_start
    queue = (address_of_bytes(data), slices, slices + 16, digests, int64(2), int64(2), int64(1))
    hash_queue(queue, int64(0), int64(0))


@kernel
def sha256_many(data: Bytes, starts: Offsets, lengths: Offsets, out: Bytes) -> None:
    """Write SHA-256 of every slice `i` of `data` to `out[i]`; `out` has shape (n, 32)."""
    _many(data, starts, lengths, out, int64(1))


@kernel
def sha256d_many(data: Bytes, starts: Offsets, lengths: Offsets, out: Bytes) -> None:
    """Write double SHA-256 of every slice `i` of `data` to `out[i]`; `out` has shape (n, 32)."""
    _many(data, starts, lengths, out, int64(2))


@kernel
def sha256d_parts_many(
    data: Bytes, part_starts: Offsets, part_lengths: Offsets, out: Bytes, scratch: Bytes
) -> None:
    """Write double SHA-256 of every message `i`, whose parts are slices of `data`, to `out[i]`.

    Starts and lengths have shape (n, parts); a part may be empty; parts follow each other in the
    message as they do in the row. So the txid of a transaction with witness is version, inputs and
    outputs, locktime: three parts, two cuts.
    `scratch` holds two messages while they are hashed: IndexError if half of it is too small for one.
    """
    if part_lengths.shape != part_starts.shape or out.shape[0] < part_starts.shape[0] or out.shape[1] != 32:
        raise IndexError("starts, lengths and digests do not belong together")
    half = scratch.size >> 1
    for row in range(part_starts.shape[0]):
        length = int64(0)
        for part in range(part_starts.shape[1]):
            _check_slice(data.size, part_starts[row, part], part_lengths[row, part])
            length += part_lengths[row, part]
            _check_slice(half, int64(0), length)
    count, parts = part_starts.shape
    places = (address_of_bytes(data), address_of_counts(part_starts), address_of_counts(part_lengths))
    queue = (*places, address_of_bytes(out), int64(count), int64(2), int64(parts))
    hash_queue(queue, address_of_bytes(scratch), half)


@kernel
def _check_slice(size: int, start: int, length: int) -> None:
    """IndexError unless `length` items from `start` lie within an array of `size` items."""
    if start < 0 or length < 0 or start > size - length:
        raise IndexError("a slice to hash leaves its array")


@kernel
def _many(data: Bytes, starts: Offsets, lengths: Offsets, out: Bytes, passes: int) -> None:
    """Hash every slice, `passes` times."""
    if lengths.size != starts.size or out.shape[0] < starts.size or out.shape[1] != 32:
        raise IndexError("starts, lengths and digests do not belong together")
    for row in range(starts.size):
        _check_slice(data.size, starts[row], lengths[row])
    places = (address_of_bytes(data), address_of_counts(starts), address_of_counts(lengths))
    hash_queue((*places, address_of_bytes(out), int64(starts.size), passes, int64(1)), int64(0), int64(0))
