"""What mutation starts from: sound bytes, and the spots in them where a reader takes decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.undo import VARINT_LIMIT, encode_varint

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]


class Kind(IntEnum):
    """What stands at a spot."""

    COUNT = 0
    """a compact size that counts items"""
    LENGTH = 1
    """a compact size that counts bytes"""
    ITEM = 2
    """something that is counted, or could stand twice"""
    VALUE = 3
    """eight bytes, little-endian"""
    VARINT = 4
    """a number in Core's VARINT form"""
    OPCODE = 5
    """a step of a script"""
    WORD = 6
    """four bytes, little-endian"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A slice of a seed with a meaning."""

    kind: Kind
    at: int
    size: int
    value: int = 0
    """what a count or length says"""
    owner: int = -1
    """of an item: which spot of the same seed counts it; -1 for none"""


@dataclass(frozen=True, slots=True)
class Seed:
    """Sound bytes and their spots."""

    raw: bytes
    spots: tuple[Spot, ...] = ()


class SeedPool(NamedTuple):
    """Seeds as arrays, for compiled loops."""

    data: U8
    """all seeds, end to end"""
    edges: I64
    """int64[seeds + 1]: where each begins in `data`"""
    spot_edges: I64
    """int64[seeds + 1]: row of each seed's first spot"""
    spots: I64
    """int64[spots, 5]: kind, place in the seed, size, value, owner (as a row within the seed)"""
    words: U8
    """extreme encodings, end to end"""
    word_edges: I64
    """int64[words + 1]: where each begins"""
    kind_edges: I64
    """int64[kinds + 1]: the first word of each kind"""

    def raw(self, number: int) -> bytes:
        """The bytes of a seed."""
        return self.data[int(self.edges[number]) : int(self.edges[number + 1])].tobytes()


def _le(size: int, *values: int) -> list[bytes]:
    return [value.to_bytes(size, "little") for value in values]


_SIZES = [
    *_le(1, 0, 1, 0xFC, 0xFD, 0xFE, 0xFF),
    *(b"\xfd" + raw for raw in _le(2, 0, 0xFC, 0xFD, 0x100, 0xFFFF)),
    *(b"\xfe" + raw for raw in _le(4, 0, 0xFC, 0xFFFF, 1 << 16, 1 << 24, (1 << 31) - 1, 1 << 31, 0xFFFFFFFF)),
    *(b"\xff" + raw for raw in _le(8, 0, 0xFFFFFFFF, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)),
]
WORDS: dict[Kind, list[bytes]] = {
    Kind.COUNT: _SIZES,
    Kind.LENGTH: _SIZES,
    Kind.ITEM: [],
    Kind.VALUE: _le(8, 0, 1, 2_100_000_000_000_000, 2_100_000_000_000_001, 1 << 32, 1 << 63, (1 << 64) - 1),
    Kind.VARINT: [
        *_le(1, 0, 1, 2, 4, 5, 6, 7, 0x1F, 0x7F),
        b"\x80\x00",
        b"\x80\x46",
        b"\xff\x7f",
        b"\x80\x80\x80\x80\x00",
        b"\xff" * 7 + b"\x7f",
        b"\xff" * 8 + b"\x7f",
        b"\xfe" * 9 + b"\x00",
        b"\x80" * 12,
        *(encode_varint(value << 7) for value in (VARINT_LIMIT - 1, VARINT_LIMIT, 2 * VARINT_LIMIT)),
    ],
    Kind.OPCODE: [
        *_le(1, 0, 1, 2, 0x14, 0x20, 0x21, 0x41, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51, 0x60, 0x61),
        *_le(1, 0x6A, 0x76, 0x87, 0x88, 0xA9, 0xAC, 0xAE, 0xFF),
        *(b"\x01" + raw for raw in _le(1, 0x10, 0x11, 0x14, 0x15, 0x50)),
        *(b"\x4c" + raw for raw in _le(1, 0, 0x21, 0x41, 0x4B, 0xFF)),
        *(b"\x4d" + raw for raw in _le(2, 0, 0x21, 0x41, 0xFF, 0xFFFF)),
        *(b"\x4e" + raw for raw in _le(4, 0, 0x21, 0x41, 0xFFFF, (1 << 31) - 1, 1 << 31, 0xFFFFFFFF)),
    ],
    Kind.WORD: _le(4, 0, 1, 79, 80, 81, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 33, (1 << 32) - 1),
}
"""The encodings at the edges of what a reader can be told, by the kind of spot that they replace."""


def _edges(parts: Sequence[Sequence[object] | bytes]) -> I64:
    return np.cumsum([0, *map(len, parts)]).astype(np.int64)


def pack(seeds: Sequence[Seed]) -> SeedPool:
    """Seeds as arrays."""
    words = [word for kind in Kind for word in WORDS[kind]]
    rows = [(s.kind, s.at, s.size, s.value, s.owner) for seed in seeds for s in seed.spots]
    return SeedPool(
        np.frombuffer(b"".join(seed.raw for seed in seeds), np.uint8),
        _edges([seed.raw for seed in seeds]),
        _edges([seed.spots for seed in seeds]),
        np.array(rows, np.int64).reshape(-1, 5),
        np.frombuffer(b"".join(words), np.uint8),
        _edges(words),
        _edges([WORDS[kind] for kind in Kind]),
    )
