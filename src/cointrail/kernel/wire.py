"""Numbers as the wire format writes them, read under the eye of an end that they may not pass."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import CHECKED, touch
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, load_word

U8 = npt.NDArray[np.uint8]

TRUNCATED = 1
"""A length runs past the end."""
TOO_MANY = 2
"""A count cannot fit into the bytes that are left."""
NOT_CANONICAL = 3
"""A compact size is longer than it need be."""


@kernel
def read_u32(data: U8, at: int) -> int:
    """Four bytes, little-endian."""
    if CHECKED:
        touch(data, at, 4)
    return int64(load_word(address_of_bytes(data) + at))


@kernel
def read_size(data: U8, at: int, end: int) -> tuple[int, int]:
    """A compact size: (value, next position), or (-fault, position)."""
    if at >= end:
        return -TRUNCATED, at
    first = int64(data[at])
    if first < 0xFD:
        return first, at + 1
    if first == 0xFD:
        if at + 3 > end:
            return -TRUNCATED, at
        value = int64(data[at + 1]) | int64(data[at + 2]) << 8
        return (value, at + 3) if value >= 0xFD else (int64(-NOT_CANONICAL), at)
    if first == 0xFE:
        if at + 5 > end:
            return -TRUNCATED, at
        value = read_u32(data, at + 1)
        return (value, at + 5) if value > 0xFFFF else (int64(-NOT_CANONICAL), at)
    if at + 9 > end:
        return -TRUNCATED, at
    high = read_u32(data, at + 5)
    if high == 0:
        return -NOT_CANONICAL, at
    return -TOO_MANY, at
