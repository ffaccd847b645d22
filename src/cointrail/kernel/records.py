"""The records of Core's blk and rev files: found, counted, and freed of their XOR.

A record is magic (4 bytes), length (4, little-endian), payload, and in rev files a 32-byte checksum.
Source: Bitcoin Core, src/node/blockstorage.cpp; key by absolute file offset modulo 8 (PR #28052).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, load_count, store_count

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

END = 0
"""The file ends after a record, or only zeros follow."""
CUT = 1
"""A record is longer than what is left of the file."""
FOREIGN = 2
"""Something stands there that is neither a record nor empty space."""
FULL = 3
"""The result arrays are full; call again from where it stopped."""


@kernel
def _plain(data: U8, at: int, key: U8) -> int:
    return int64(data[at] ^ key[at & 7])


@kernel
def _is_empty_tail(data: U8, at: int, key: U8) -> bool:
    """Whether only zeros follow, as they stand or after the XOR."""
    raw = True
    freed = True
    for k in range(at, len(data)):
        raw = raw and data[k] == 0
        freed = freed and data[k] == key[k & 7]
        if not raw and not freed:
            return False
    return True


@kernel
def scan_records(
    data: U8, start: int, key: U8, magic: U8, trailer: int, starts: I64, sizes: I64
) -> tuple[int, int, int]:
    """Walk the records of a file.

    Args:
        data: the file as it stands on disk.
        start: where a record should begin.
        key: uint8[8].
        magic: uint8[4].
        trailer: bytes after each payload.
        starts: out, offset of each payload.
        sizes: out, length of each payload.

    Returns:
        (records found, where the walk stopped, `END`, `CUT`, `FOREIGN` or `FULL`).
    """
    at = start
    found = 0
    while at + 8 <= len(data):
        same = True
        for k in range(4):
            same = same and _plain(data, at + k, key) == magic[k]
        if not same:
            return found, at, END if _is_empty_tail(data, at, key) else FOREIGN
        size = int64(0)
        for k in range(4):
            size |= _plain(data, at + 4 + k, key) << (8 * k)
        if size + trailer > len(data) - at - 8:
            return found, at, CUT
        if found == len(starts):
            return found, at, FULL
        starts[found] = at + 8
        sizes[found] = size
        found += 1
        at += 8 + size + trailer
    return found, at, END if _is_empty_tail(data, at, key) else CUT


@kernel
def copy_plain(data: U8, key: U8, starts: I64, length: int, out: U8) -> None:
    """Copy `length` bytes from each start into a row of `out` (uint8[n, length]), freed of the XOR."""
    for row in range(len(starts)):
        for k in range(length):
            at = starts[row] + k
            out[row, k] = data[at] ^ key[at & 7] if at < len(data) else 0


@kernel
def free_in_place(data: U8, starts: I64, sizes: I64, phases: I64, key: U8) -> None:
    """Undo the XOR of slices of `data`; `phases` are the file offsets where each stood."""
    for row in range(len(starts)):
        mask = int64(0)
        for k in range(8):
            mask |= int64(key[(phases[row] + k) & 7]) << (8 * k)
        start, whole = starts[row], sizes[row] & -8
        at = address_of_bytes(data) + start
        for place in range(at, at + whole, 8):
            store_count(place, load_count(place) ^ mask)
        for k in range(whole, sizes[row]):
            data[start + k] ^= key[(phases[row] + k) & 7]
