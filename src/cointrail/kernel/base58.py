"""Base58 of the 25 bytes behind an address: the fast twin of `chain.base58.encode_base58`.

The number is a byte and six limbs of 32 bits. What each of them is worth is known in base 58**5, so seven
sums of products give the number in that base, and each of its digits gives five of base 58. No sum
leaves 64 bits: six products are below 2**61.3 each, that of the byte is below 2**37.3, a carry below
2**34.8.
"""

from __future__ import annotations

import numpy as np

from cointrail.chain.base58 import ALPHABET
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import load_byte, load_count, stack_block, store_byte, store_count

SIZE = 25
"""Bytes of such an address: version, 20 bytes of hash, checksum."""
MOST_DIGITS = 35
"""A number below 2**200 has no more digits of base 58."""

_GROUPS = 7
_BASE = 58**5
_WORTH = np.array(
    [[(1 << 32 * (6 - limb)) // _BASE ** (6 - k) % _BASE for k in range(_GROUPS)] for limb in range(7)],
    np.uint64,
)
"""uint64[7, 7]: one in each limb, the most significant first, as digits of base 58**5."""
_TEXT = np.frombuffer(ALPHABET.encode(), np.uint8)


@kernel
def write_base58(source: int, target: int) -> int:
    """Write the text of the `SIZE` bytes at address `source` to address `target`. Returns its length.

    There is room for `MOST_DIGITS` characters.
    """
    digits = stack_block(64)
    _split_number(source, digits)
    skip = _leading_zeros(digits, int64(MOST_DIGITS)) - _leading_zeros(source, int64(SIZE))
    for k in range(skip, MOST_DIGITS):
        store_byte(target + k - skip, _TEXT[load_byte(digits + k)])
    return MOST_DIGITS - skip


@kernel
def _leading_zeros(address: int, count: int) -> int:
    """How many of `count` bytes are zero before the first that is not."""
    k = int64(0)
    while k < count and load_byte(address + k) == 0:
        k += 1
    return k


@kernel
def _limb(address: int) -> np.uint64:
    """Four bytes, big-endian."""
    high = load_byte(address) << 24 | load_byte(address + 1) << 16
    return np.uint64(high | load_byte(address + 2) << 8 | load_byte(address + 3))


@kernel
def _split_number(source: int, digits: int) -> None:
    """Write all 35 digits of the number at `source`, one in a byte."""
    sums = stack_block(64)
    for k in range(_GROUPS):
        total = np.uint64(load_byte(source)) * _WORTH[0, k]
        for limb in range(1, 7):
            total += _limb(source + 4 * limb - 3) * _WORTH[limb, k]
        store_count(sums + 8 * k, int64(total))
    carry = np.uint64(0)
    for k in range(_GROUPS - 1, -1, -1):
        total = np.uint64(load_count(sums + 8 * k)) + carry
        carry = total // np.uint64(_BASE)
        _split_group(total - carry * np.uint64(_BASE), digits + 5 * k)


@kernel
def _split_group(group: np.uint64, target: int) -> None:
    """Write the five digits of a number below 58**5."""
    for k in range(4, -1, -1):
        rest = group // np.uint64(58)
        store_byte(target + k, int64(group - rest * np.uint64(58)))
        group = rest
