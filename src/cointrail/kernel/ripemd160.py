"""RIPEMD-160 of many SHA-256 digests: the second half of HASH160, over columns.

The definition is `cointrail.chain.ripemd160.ripemd160_plain`; names here are its names, and the tables are
its tables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.chain import ripemd160 as plain
from cointrail.kernel.jit import kernel

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

WORDS = 16
"""Words of the scratch that `ripemd160_of_digests` needs."""

_LEFT_WORDS = np.array(plain.LEFT_WORDS, np.int64)
_RIGHT_WORDS = np.array(plain.RIGHT_WORDS, np.int64)
_LEFT_TURNS = np.array(plain.LEFT_TURNS, np.uint32)
_RIGHT_TURNS = np.array(plain.RIGHT_TURNS, np.uint32)
_LEFT_CONSTANTS = np.array(plain.LEFT_CONSTANTS, np.uint32)
_RIGHT_CONSTANTS = np.array(plain.RIGHT_CONSTANTS, np.uint32)
_START = np.array(plain.START, np.uint32)

_DIGEST_BITS = np.uint32(8 * 32)


@kernel
def _mix(kind: int, x: np.uint32, y: np.uint32, z: np.uint32) -> np.uint32:
    if kind == 0:
        return np.uint32(x ^ y ^ z)
    if kind == 1:
        return np.uint32((x & y) | (~x & z))
    if kind == 2:
        return np.uint32((x | ~y) ^ z)
    if kind == 3:
        return np.uint32((x & z) | (y & ~z))
    return np.uint32(x ^ (y | ~z))


@kernel
def _turn(x: np.uint32, by: np.uint32) -> np.uint32:
    return np.uint32((x << by) | (x >> (np.uint32(32) - by)))


@kernel
def _load(digest: U8, words: U32) -> None:
    """The one block of a 32-byte message: the message, its end mark, its length in bits."""
    for k in range(8):
        words[k] = (
            np.uint32(digest[4 * k])
            | np.uint32(digest[4 * k + 1]) << np.uint32(8)
            | np.uint32(digest[4 * k + 2]) << np.uint32(16)
            | np.uint32(digest[4 * k + 3]) << np.uint32(24)
        )
    words[8] = np.uint32(0x80)
    for k in range(9, WORDS):
        words[k] = np.uint32(0)
    words[14] = _DIGEST_BITS


@kernel
def _store(words: tuple[np.uint32, np.uint32, np.uint32, np.uint32, np.uint32], out: U8) -> None:
    for k in range(5):
        for byte in range(4):
            out[4 * k + byte] = np.uint8((words[k] >> np.uint32(8 * byte)) & np.uint32(0xFF))


@kernel
def _compress(words: U32, out: U8) -> None:
    """Work the one block into the start, and write the hash."""
    a, b, c, d, e = _START[0], _START[1], _START[2], _START[3], _START[4]
    f, g, h, i, j = a, b, c, d, e
    for part in range(5):
        for step in range(16):
            word = words[_LEFT_WORDS[part, step]]
            turned = _turn(
                np.uint32(a + _mix(part, b, c, d) + word + _LEFT_CONSTANTS[part]), _LEFT_TURNS[part, step]
            )
            a, b, c, d, e = e, np.uint32(turned + e), b, _turn(c, np.uint32(10)), d
            word = words[_RIGHT_WORDS[part, step]]
            turned = _turn(
                np.uint32(f + _mix(4 - part, g, h, i) + word + _RIGHT_CONSTANTS[part]),
                _RIGHT_TURNS[part, step],
            )
            f, g, h, i, j = j, np.uint32(turned + j), g, _turn(h, np.uint32(10)), i
    _store(
        (
            np.uint32(_START[1] + c + i),
            np.uint32(_START[2] + d + j),
            np.uint32(_START[3] + e + f),
            np.uint32(_START[4] + a + g),
            np.uint32(_START[0] + b + h),
        ),
        out,
    )


@kernel
def ripemd160_of_digests(digests: U8, words: U32, out: U8) -> None:
    """Write the RIPEMD-160 of every row of `digests`, uint8[n, 32], to the same row of `out`, uint8[n, 20].

    `words` is scratch, uint32[WORDS].
    """
    for row in range(len(digests)):
        _load(digests[row], words)
        _compress(words, out[row])
