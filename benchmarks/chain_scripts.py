"""Scripts and signatures of an invented chain: the real sizes, random bytes.

A script is known by its number: kind and bytes follow from it, so none is ever stored.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, copy_bytes, store_count

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]

P2PKH, P2SH, P2WPKH, P2WSH, P2TR, P2PK, MULTISIG, OP_RETURN = range(8)
"""Kinds; a P2SH is nested P2WPKH or 2-of-3 multisig, half of them each."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@kernel
def mixed(number: np.uint64) -> np.uint64:
    """Sixty-four bits that look random. Source: Steele, Lea & Flood 2014, SplitMix64."""
    z = (number ^ (number >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@kernel
def roll(dice: U64, sides: int) -> int:
    """The next number below `sides`, at most 2 ** 31."""
    dice[0] += _STEP
    return int64(mixed(dice[0]) >> np.uint64(33)) % sides


@kernel
def put_noise(out: U8, at: int, length: int, seed: np.uint64) -> None:
    """Write bytes that follow from `seed`; up to 7 bytes more are overwritten."""
    where = address_of_bytes(out) + at
    for k in range(0, length, 8):
        seed += _STEP
        store_count(where + k, int64(mixed(seed)))


@kernel
def copy(data: U8, start: int, length: int, out: U8, at: int) -> int:
    """Copy a slice of `data` to `out`, another array or place. Returns the position after it."""
    copy_bytes(address_of_bytes(out) + at, address_of_bytes(data) + start, int64(length))
    return at + length


@kernel
def put_number(out: U8, at: int, value: int, length: int) -> int:
    """Write a little-endian number. Returns the position after it."""
    for k in range(length):
        out[at + k] = (value >> (8 * k)) & 0xFF
    return at + length


@kernel
def put_size(out: U8, at: int, value: int) -> int:
    """Write a compact size below 2 ** 32. Returns the position after it."""
    if value < 0xFD:
        out[at] = value
        return at + 1
    out[at] = 0xFD if value <= 0xFFFF else 0xFE
    return put_number(out, at + 1, value, 2 if value <= 0xFFFF else 4)


@kernel
def kind_of(script: int) -> int:
    """The kind of script `script`: about the mix of the years 2017 to 2021."""
    mark = int64(mixed(np.uint64(script) + _FIRST) >> np.uint64(33)) % 1000
    if mark < 450:
        return P2PKH
    if mark < 650:
        return P2SH
    if mark < 850:
        return P2WPKH
    if mark < 905:
        return P2WSH
    if mark < 965:
        return P2TR
    if mark < 975:
        return P2PK
    return MULTISIG if mark < 980 else OP_RETURN


@kernel
def is_nested(script: int) -> bool:
    """Whether a P2SH holds a P2WPKH, and not a multisig."""
    return script & 1 == 0


@kernel
def has_witness(script: int) -> bool:
    """Whether spending this script takes a witness."""
    kind = kind_of(script)
    return P2WPKH <= kind <= P2TR or (kind == P2SH and is_nested(script))


@kernel
def _put_payload(out: U8, at: int, script: int, length: int) -> int:
    put_noise(out, at, length, mixed(np.uint64(script) + _SECOND))
    return at + length


@kernel
def _put_key(out: U8, at: int, script: int, number: int) -> int:
    """A compressed public key, not pushed."""
    out[at] = 2 + (script + number & 1)
    return _put_payload(out, at + 1, script * 8 + number, 32)


@kernel
def put_multisig(out: U8, at: int, script: int, needed: int, keys: int) -> int:
    """A bare multisig script. Returns the position after it."""
    out[at] = 80 + needed
    at += 1
    for number in range(keys):
        out[at] = 33
        at = _put_key(out, at + 1, script, number)
    out[at] = 80 + keys
    out[at + 1] = 0xAE
    return at + 2


@kernel
def put_script(out: U8, at: int, script: int) -> int:
    """The locking script of number `script`. Returns the position after it."""
    kind = kind_of(script)
    if kind == P2PKH:
        out[at], out[at + 1], out[at + 2] = 0x76, 0xA9, 20
        at = _put_payload(out, at + 3, script, 20)
        out[at], out[at + 1] = 0x88, 0xAC
        return at + 2
    if kind == P2SH:
        out[at], out[at + 1] = 0xA9, 20
        at = _put_payload(out, at + 2, script, 20)
        out[at] = 0x87
        return at + 1
    if kind == P2PK:
        out[at] = 33
        at = _put_key(out, at + 1, script, 0)
        out[at] = 0xAC
        return at + 1
    if kind == MULTISIG:
        return put_multisig(out, at, script, 1, 2)
    if kind == OP_RETURN:
        out[at], out[at + 1] = 0x6A, 32
        return _put_payload(out, at + 2, script, 32)
    out[at] = 0x51 if kind == P2TR else 0
    length = 20 if kind == P2WPKH else 32
    out[at + 1] = length
    return _put_payload(out, at + 2, script, length)


@kernel
def _put_signature(out: U8, at: int, dice: U64) -> int:
    """A DER signature of 71 or 72 bytes with SIGHASH_ALL, after its length."""
    high = roll(dice, 2)
    out[at] = 71 + high
    out[at + 1], out[at + 2], out[at + 3], out[at + 4] = 0x30, 68 + high, 2, 32 + high
    dice[0] += _STEP
    put_noise(out, at + 5, 68, dice[0])
    if high:
        out[at + 5] = 0
    else:
        out[at + 5] &= 0x7F
    s = at + 37 + high
    out[s], out[s + 1] = 2, 32
    out[s + 2] &= 0x7F
    out[s + 34] = 1
    return s + 35


@kernel
def put_script_sig(out: U8, at: int, script: int, dice: U64) -> int:
    """What a scriptSig that spends `script` holds. Returns the position after it."""
    kind = kind_of(script)
    if kind == P2PKH:
        at = _put_signature(out, at, dice)
        out[at] = 33
        return _put_key(out, at + 1, script, 0)
    if kind == P2PK:
        return _put_signature(out, at, dice)
    if kind == MULTISIG:
        out[at] = 0
        return _put_signature(out, at + 1, dice)
    if kind != P2SH:
        return at
    if is_nested(script):
        out[at], out[at + 1], out[at + 2] = 22, 0, 20
        return _put_payload(out, at + 3, script + 1, 20)
    out[at] = 0
    at = _put_signature(out, at + 1, dice)
    at = _put_signature(out, at, dice)
    out[at], out[at + 1] = 76, 105
    return put_multisig(out, at + 2, script, 2, 3)


@kernel
def put_witness(out: U8, at: int, script: int, dice: U64) -> int:
    """The witness of an input that spends `script`. Returns the position after it."""
    kind = kind_of(script)
    if not has_witness(script):
        out[at] = 0
        return at + 1
    if kind == P2TR:
        out[at], out[at + 1] = 1, 64
        dice[0] += _STEP
        put_noise(out, at + 2, 64, dice[0])
        return at + 66
    if kind == P2WSH:
        out[at], out[at + 1] = 4, 0
        at = _put_signature(out, at + 2, dice)
        at = _put_signature(out, at, dice)
        out[at] = 105
        return put_multisig(out, at + 1, script, 2, 3)
    out[at] = 2
    at = _put_signature(out, at + 1, dice)
    out[at] = 33
    return _put_key(out, at + 1, script, 0)
