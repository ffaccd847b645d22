"""Bech32 and bech32m of witness programs: the fast twin of `chain.bech32.encode_bech32`.

The checksum is the remainder of a polynomial; it takes up the text's values of five bits two at a time.
What the ten bits that fall out at its top come to is looked up. Source: BIPs 173 and 350.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.chain.bech32 import CHARSET, CHECKSUM_LENGTH, Variant
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import load_byte, store_byte

U8 = npt.NDArray[np.uint8]

_BITS = 30
"""Bits of the checksum."""
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_TEXT = np.frombuffer(CHARSET.encode(), np.uint8)
_BECH32, _BECH32M = int(Variant.BECH32), int(Variant.BECH32M)


def _fall_out(bits: int, count: int) -> int:
    """What the `count` bits at the top of a checksum come to, after five have fallen out at a time."""
    remainder = bits << _BITS - count
    for _ in range(count // 5):
        top, remainder = remainder >> 25, (remainder & 0x1FFFFFF) << 5
        for k, generator in enumerate(_GENERATORS):
            remainder ^= generator * (top >> k & 1)
    return remainder


_ONE = np.array([_fall_out(bits, 5) for bits in range(1 << 5)], np.int64)
_TWO = np.array([_fall_out(bits, 10) for bits in range(1 << 10)], np.int64)


@kernel
def take_one(checksum: int, value: int) -> int:
    """The checksum after one more value of five bits."""
    return ((checksum & 0x1FFFFFF) << 5 | value) ^ int64(_ONE[checksum >> 25])


@kernel
def take_two(checksum: int, values: int) -> int:
    """The checksum after two more values, together ten bits."""
    return ((checksum & 0xFFFFF) << 10 | values) ^ int64(_TWO[checksum >> 20])


@kernel
def open_checksum(hrp: U8) -> int:
    """The checksum after the prefix of an address, in lower case."""
    checksum = int64(1)
    for k in range(len(hrp)):
        checksum = take_one(checksum, int64(hrp[k]) >> 5)
    checksum = take_one(checksum, int64(0))
    for k in range(len(hrp)):
        checksum = take_one(checksum, int64(hrp[k]) & 31)
    return checksum


@kernel
def text_length(size: int) -> int:
    """Characters behind the `1` for a program of `size` bytes: its version, itself, the checksum."""
    return 1 + (8 * size + 4) // 5 + CHECKSUM_LENGTH


@kernel
def write_program(checksum: int, version: int, source: int, size: int, target: int) -> None:
    """Write what stands behind the `1` of an address: `text_length(size)` characters.

    Args:
        checksum: of `open_checksum`.
        version: witness version, 0..16.
        source: address of the witness program.
        size: its bytes, two or more.
        target: address to write to.
    """
    store_byte(target, _TEXT[version])
    checksum = take_one(checksum, version)
    bits, held, at = int64(0), int64(0), target + 1
    for k in range(size):
        bits = (bits << 8 | load_byte(source + k)) & 0xFFFFF
        held += 8
        if held >= 10:
            held -= 10
            values = bits >> held & 1023
            checksum = take_two(checksum, values)
            at = _write_two(at, values)
    checksum, at = _write_rest(checksum, bits, held, at)
    for _ in range(CHECKSUM_LENGTH // 2):
        checksum = take_two(checksum, int64(0))
    checksum ^= _BECH32 if version == 0 else _BECH32M
    for shift in (20, 10, 0):
        at = _write_two(at, checksum >> shift & 1023)


@kernel
def _write_two(at: int, values: int) -> int:
    """Two characters. Returns the address behind them."""
    store_byte(at, _TEXT[values >> 5])
    store_byte(at + 1, _TEXT[values & 31])
    return at + 2


@kernel
def _write_rest(checksum: int, bits: int, held: int, at: int) -> tuple[int, int]:
    """Write the `held` bits that are left, filled up with zeros. (checksum, address behind them)."""
    if held > 5:
        values = bits << 10 - held & 1023
        return take_two(checksum, values), _write_two(at, values)
    if held > 0:
        value = bits << 5 - held & 31
        store_byte(at, _TEXT[value])
        return take_one(checksum, value), at + 1
    return checksum, at
