"""Bech32 and bech32m, both ways, and the regrouping of bits they need. Source: BIPs 173 and 350."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import NamedTuple

from cointrail.errors import BadAddress

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
MAX_LENGTH = 90
CHECKSUM_LENGTH = 6

_DIGITS = {character: value for value, character in enumerate(CHARSET)}
_EITHER_CASE = frozenset(CHARSET + CHARSET.upper())
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_FOLDED = tuple(
    reduce(xor, (one for i, one in enumerate(_GENERATORS) if top >> i & 1), 0) for top in range(32)
)
"""What the five bits that leave the remainder put back into it."""


class Variant(IntEnum):
    """Which checksum; the value is the constant that the checksum comes to."""

    BECH32 = 1
    BECH32M = 0x2BC830A3


class Bech32(NamedTuple):
    """The parts of a bech32 text: prefix in lower case, 5-bit values without checksum, which checksum."""

    hrp: str
    values: tuple[int, ...]
    variant: Variant


def encode_bech32(hrp: str, values: Sequence[int], variant: Variant) -> str:
    """The text of a prefix in lower case and some 5-bit values."""
    head = [*_expand(hrp), *values]
    remainder = _polymod([*head, *[0] * CHECKSUM_LENGTH]) ^ variant
    checksum = [remainder >> 5 * (CHECKSUM_LENGTH - 1 - i) & 31 for i in range(CHECKSUM_LENGTH)]
    return hrp + "1" + "".join(CHARSET[value] for value in (*values, *checksum))


def decode_bech32(text: str) -> Bech32:
    """The parts of `text`, its checksum verified and removed.

    Raises:
        BadAddress: with `fault` length, alphabet, mixed_case or checksum.
    """
    if len(text) > MAX_LENGTH:
        raise _bad(text, "length", f"it has {len(text)} characters, {MAX_LENGTH} are the most")
    hrp, separator, data = text.rpartition("1")
    if not separator or not hrp:
        raise _bad(text, "length", "there is no prefix with a `1` behind it")
    for place, character in enumerate(text):
        known = "!" <= character <= "~" if place <= len(hrp) else character in _EITHER_CASE
        if not known:
            raise _bad(text, "alphabet", f"character {place + 1}, `{character}`, is not in bech32")
    if text.lower() != text and text.upper() != text:
        raise _bad(text, "mixed_case", "it mixes lower and upper case")
    if len(data) < CHECKSUM_LENGTH:
        raise _bad(text, "length", f"{len(data)} characters are too few to hold a checksum")
    hrp, data = hrp.lower(), data.lower()
    values = tuple(_DIGITS[character] for character in data)
    remainder = _polymod([*_expand(hrp), *values])
    if remainder not in (Variant.BECH32, Variant.BECH32M):
        raise _bad(text, "checksum", "its checksum is wrong, so at least one character is wrong too")
    return Bech32(hrp, values[:-CHECKSUM_LENGTH], Variant(remainder))


def to_words(data: bytes) -> list[int]:
    """Bytes as 5-bit values; the last is filled up with zero bits."""
    bits = int.from_bytes(data, "big") << (-8 * len(data) % 5)
    count = (8 * len(data) + 4) // 5
    return [bits >> 5 * (count - 1 - i) & 31 for i in range(count)]


def from_words(words: Sequence[int]) -> bytes | None:
    """5-bit values as bytes; None when five or more bits, or any that is set, are left over."""
    number = 0
    for word in words:
        number = number << 5 | word
    count, spare = divmod(5 * len(words), 8)
    if spare >= 5 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(count, "big")


def _bad(text: str, fault: str, why: str) -> BadAddress:
    shown = text if len(text) <= MAX_LENGTH else text[:20] + "..."
    return BadAddress(
        f"`{shown}` is not an address: {why}", hint="copy the address again", fault=fault, value=text
    )


def _expand(hrp: str) -> list[int]:
    return [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]


def _polymod(values: Iterable[int]) -> int:
    remainder = 1
    for value in values:
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value ^ _FOLDED[remainder >> 25]
    return remainder
