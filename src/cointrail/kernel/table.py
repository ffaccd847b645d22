"""An open-addressing table from a 64-bit prefix to row numbers; equal prefixes keep every row.

A prefix is no identity: whoever looks one up compares the full key of every row under it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

EMPTY = np.uint32(0xFFFFFFFF)
"""The row number of a free slot."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@kernel
def slot_of(prefix: np.uint64, mask: np.uint64) -> np.uint64:
    """Where the probe line of `prefix` begins.

    The high bits choose: in a table twice as large every line begins at twice its place or one behind, so
    that growing it walks both tables from front to back.
    """
    return (((prefix * _SPREAD) >> np.uint64(32)) * (mask + np.uint64(1))) >> np.uint64(32)


@kernel
def fetch_slot(keys: U64, rows: U32, prefix: np.uint64) -> np.uint64:
    """Ask for the cache lines where the probe line of `prefix` begins; which slot that is."""
    at = slot_of(prefix, np.uint64(len(keys) - 1))
    prefetch(address_of(keys) + 8 * int64(at))
    prefetch(address_of(rows) + 4 * int64(at))
    return at


@kernel
def put(keys: U64, rows: U32, prefix: np.uint64, row: int) -> None:
    """Add one row. The table must have a free slot."""
    mask = np.uint64(len(keys) - 1)
    at = slot_of(prefix, mask)
    while rows[at] != EMPTY:
        at = (at + np.uint64(1)) & mask
    keys[at] = prefix
    rows[at] = np.uint32(row)


@kernel
def put_rows(keys: U64, rows: U32, prefixes: U64, numbers: U32) -> None:
    """Add `numbers[k]` under `prefixes[k]`."""
    for k in range(len(prefixes)):
        put(keys, rows, prefixes[k], numbers[k])


@kernel
def put_new(keys: U64, rows: U32, prefixes: U64, new: U64) -> int:
    """Add each prefix that is not there yet, under row 0, and list it in `new`; how many these are."""
    mask = np.uint64(len(keys) - 1)
    count = 0
    for k in range(len(prefixes)):
        at = slot_of(prefixes[k], mask)
        while rows[at] != EMPTY and keys[at] != prefixes[k]:
            at = (at + np.uint64(1)) & mask
        if rows[at] == EMPTY:
            keys[at] = prefixes[k]
            rows[at] = 0
            new[count] = prefixes[k]
            count += 1
    return count


@kernel
def copy_into(keys: U64, rows: U32, new_keys: U64, new_rows: U32) -> None:
    """Move every row into a larger table."""
    for k in range(len(keys)):
        if rows[k] != EMPTY:
            put(new_keys, new_rows, keys[k], rows[k])


class PrefixTable:
    """A growing table; 12 bytes a slot, at most 5/8 full."""

    def __init__(self, capacity: int = 1 << 16) -> None:
        """Start with `capacity` slots, a power of two."""
        self.keys: U64 = np.empty(capacity, np.uint64)
        self.rows: U32 = np.full(capacity, EMPTY, np.uint32)
        self.count = 0

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.keys.nbytes + self.rows.nbytes

    @staticmethod
    def rows_within(size: int) -> int:
        """How many rows a table of at most `size` bytes has room for."""
        slots = 1 << max(0, (size // 12).bit_length() - 1)
        return slots * 5 // 8

    def reserve(self, more: int) -> None:
        """Make room for `more` rows."""
        capacity = len(self.keys)
        while (self.count + more) * 8 > capacity * 5:
            capacity *= 2
        if capacity > len(self.keys):
            keys, rows = np.empty(capacity, np.uint64), np.full(capacity, EMPTY, np.uint32)
            copy_into(self.keys, self.rows, keys, rows)
            self.keys, self.rows = keys, rows

    def add_new(self, prefixes: U64) -> U64:
        """Add prefixes as a set has them; those that were not there yet, in the order met."""
        self.reserve(len(prefixes))
        new = np.empty(len(prefixes), np.uint64)
        count = put_new(self.keys, self.rows, prefixes, new)
        self.count += count
        return new[:count]

    def add(self, prefixes: U64, numbers: U32) -> None:
        """Add `numbers[k]` under `prefixes[k]`."""
        self.reserve(len(prefixes))
        put_rows(self.keys, self.rows, prefixes, numbers)
        self.count += len(prefixes)
