"""Bytes and dice: what the kernels of an invented chain are made of.

Everything is written at an address, and up to 7 bytes more than what is meant are overwritten: what
follows is written later, and every buffer has room behind it.
"""

from __future__ import annotations

import numpy as np

from chain_jit import kernel
from cointrail.kernel.jit import int64
from cointrail.kernel.memory import load_count, store_count

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)

ALWAYS = 1 << 16
"""Shares are given in parts of this."""


@kernel
def mixed(number: np.uint64) -> np.uint64:
    """Sixty-four bits that look random. Source: Steele, Lea & Flood 2014, SplitMix64."""
    z = (number ^ (number >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@kernel
def next_word(dice: int) -> int:
    """The next random 64 bits of the generator whose state is at address `dice`."""
    z = np.uint64(load_count(dice)) + _STEP
    store_count(dice, int64(z))
    return int64(mixed(z))


@kernel
def roll(dice: int, sides: int) -> int:
    """A random number from 0 to `sides` - 1; at most 2 ** 31 sides."""
    return int64(((np.uint64(next_word(dice)) >> _HALF) * np.uint64(sides)) >> _HALF)


@kernel
def happens(dice: int, share: int) -> bool:
    """True in `share` of `ALWAYS` cases."""
    return roll(dice, ALWAYS) < share


@kernel
def put(at: int, value: int, length: int) -> int:
    """Write the low `length` bytes of a number, at most 8. Returns the address after them."""
    store_count(at, value)
    return at + length


@kernel
def put_size(at: int, value: int) -> int:
    """Write a compact size below 2 ** 32. Returns the address after it."""
    if value < 0xFD:
        return put(at, value, 1)
    if value <= 0xFFFF:
        return put(at, 0xFD | value << 8, 3)
    return put(at, 0xFE | value << 8, 5)


@kernel
def put_noise(at: int, length: int, seed: int) -> int:
    """Write bytes that follow from `seed`. Returns the address after them."""
    word = np.uint64(seed)
    for place in range(at, at + length, 8):
        word += _STEP
        store_count(place, int64(mixed(word)))
    return at + length
