"""RIPEMD-160, for key hashes and script hashes.

OpenSSL builds may leave it out, so a plain version stands beside the library's.
Source: Dobbertin, Bosselaers and Preneel, RIPEMD-160: A Strengthened Version of RIPEMD, 1996.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from contextlib import suppress

LEFT_WORDS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    (3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12),
    (1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    (4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
RIGHT_WORDS = (
    (5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12),
    (6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    (15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13),
    (8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    (12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
LEFT_TURNS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    (11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5),
    (11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    (9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
RIGHT_TURNS = (
    (8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6),
    (9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    (9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5),
    (15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    (8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)
LEFT_CONSTANTS = (0x00000000, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
RIGHT_CONSTANTS = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0x00000000)
START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_MASK = 0xFFFFFFFF

_State = tuple[int, int, int, int, int]


def _mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return (x & y) | (~x & z)
    if kind == 2:
        return (x | ~y) ^ z
    if kind == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | ~z)


def _turn(x: int, by: int) -> int:
    x &= _MASK
    return (x << by | x >> (32 - by)) & _MASK


def _step(line: _State, kind: int, word: int, constant: int, by: int) -> _State:
    a, b, c, d, e = line
    return e, (_turn(a + _mix(kind, b, c, d) + word + constant, by) + e) & _MASK, b, _turn(c, 10), d


def _compress(state: _State, words: tuple[int, ...]) -> _State:
    left = right = state
    for i in range(5):
        for j in range(16):
            word = words[LEFT_WORDS[i][j]]
            left = _step(left, i, word, LEFT_CONSTANTS[i], LEFT_TURNS[i][j])
            word = words[RIGHT_WORDS[i][j]]
            right = _step(right, 4 - i, word, RIGHT_CONSTANTS[i], RIGHT_TURNS[i][j])
    return (
        (state[1] + left[2] + right[3]) & _MASK,
        (state[2] + left[3] + right[4]) & _MASK,
        (state[3] + left[4] + right[0]) & _MASK,
        (state[4] + left[0] + right[1]) & _MASK,
        (state[0] + left[1] + right[2]) & _MASK,
    )


def ripemd160_plain(data: bytes) -> bytes:
    """The 20-byte hash, in Python alone."""
    tail = b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data) & 0xFFFFFFFFFFFFFFFF)
    state: _State = START
    for words in struct.iter_unpack("<16I", data + tail):
        state = _compress(state, words)
    return struct.pack("<5I", *state)


def ripemd160_of_library(data: bytes) -> bytes:
    """The 20-byte hash, by the library; ValueError where it has none."""
    return hashlib.new("ripemd160", data).digest()


def first_that_works(*candidates: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """The first of these hash functions but the last that raises no ValueError, or else the last."""
    for candidate in candidates[:-1]:
        with suppress(ValueError):
            candidate(b"")
            return candidate
    return candidates[-1]


ripemd160 = first_that_works(ripemd160_of_library, ripemd160_plain)
"""The 20-byte hash of some bytes."""
