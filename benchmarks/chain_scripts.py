"""Locking scripts of an invented chain: the real forms, random keys.

A script is a number with its kind in the low four bits; its bytes follow from the number, so none is
ever stored.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chain_bytes import mixed, put, put_noise
from chain_jit import kernel
from cointrail.kernel.jit import int64
from cointrail.kernel.memory import address_of_bytes

(
    P2PKH,
    P2PKH_WHOLE,
    P2SH_NESTED,
    P2SH_MULTISIG,
    P2PK,
    P2PK_WHOLE,
    MULTISIG,
    P2WPKH,
    P2WSH,
    P2TR,
    P2TR_PATH,
    INSCRIPTION,
    OP_RETURN,
) = range(13)
"""Kinds. The same form of script can be spent in more than one way: P2PKH with a compressed or a whole
key, P2SH as nested P2WPKH or as 2-of-3 multisig, P2TR by its key, by a script, or by a script that holds
an inscription."""

KIND_BITS = 4
NUMBER_BITS = 52
"""The number of a script has so many bits; key seeds take the rest."""
KEY = 33
HASH, LONG_HASH = 20, 32
MULTISIG_KEYS = 3
_KEY_SALT = 0x5851F42D4C957F2D


@kernel
def kind_of(script: int) -> int:
    """The kind of a script."""
    return script & ((1 << KIND_BITS) - 1)


@kernel
def has_witness(script: int) -> bool:
    """Whether spending this script takes a witness."""
    kind = kind_of(script)
    return kind >= P2WPKH or kind == P2SH_NESTED


@kernel
def put_hash(at: int, script: int, length: int) -> int:
    """The bytes of a script that no other script has."""
    return put_noise(at, length, int64(mixed(np.uint64(script))))


@kernel
def put_key(at: int, script: int, number: int) -> int:
    """A compressed key of a script."""
    seed = int64(mixed(np.uint64(script * 8 + number) ^ np.uint64(_KEY_SALT)))
    return put_noise(put(at, 2 + (seed & 1), 1), KEY - 1, seed)


@kernel
def put_whole_key(at: int, script: int) -> int:
    """The uncompressed key of a script; not a point of the curve."""
    return put_noise(put(at, 4, 1), 2 * LONG_HASH, int64(mixed(np.uint64(script * 8) ^ np.uint64(_KEY_SALT))))


@kernel
def put_multisig(at: int, script: int, needed: int) -> int:
    """A script that asks for `needed` of three keys."""
    at = put(at, 0x50 + needed, 1)
    for number in range(MULTISIG_KEYS):
        at = put_key(put(at, KEY, 1), script, number)
    return put(at, 0xAE00 + 0x50 + MULTISIG_KEYS, 2)


@kernel
def _data_size(script: int) -> int:
    """Bytes that an OP_RETURN carries: short ones, a hash, or what fits one push."""
    mark = (script >> KIND_BITS) % 8
    return 20 if mark < 4 else 32 if mark < 6 else 13 if mark < 7 else 75


@kernel
def script_size(script: int) -> int:
    """Bytes of a script."""
    kind = kind_of(script)
    if kind <= P2PKH_WHOLE:
        return 25
    if kind <= P2SH_MULTISIG:
        return 23
    if kind == P2WPKH:
        return 22
    if kind == OP_RETURN:
        return 2 + _data_size(script)
    if kind >= P2WSH:
        return 34
    if kind == MULTISIG:
        return 3 + MULTISIG_KEYS * (1 + KEY)
    return 35 if kind == P2PK else 67


@kernel
def put_script(at: int, script: int) -> int:
    """The bytes of a script. Returns the address after them."""
    kind = kind_of(script)
    if kind <= P2PKH_WHOLE:
        return put(put_hash(put(at, 0x14A976, 3), script, HASH), 0xAC88, 2)
    if kind <= P2SH_MULTISIG:
        return put(put_hash(put(at, 0x14A9, 2), script, HASH), 0x87, 1)
    if kind == P2WPKH:
        return put_hash(put(at, 0x1400, 2), script, HASH)
    if kind == OP_RETURN:
        size = _data_size(script)
        return put_hash(put(at, 0x6A + (size << 8), 2), script, size)
    if kind >= P2WSH:
        return put_hash(put(at, 0x2000 if kind == P2WSH else 0x2051, 2), script, LONG_HASH)
    if kind == MULTISIG:
        return put_multisig(at, script, 1)
    if kind == P2PK:
        return put(put_key(put(at, KEY, 1), script, 0), 0xAC, 1)
    return put(put_whole_key(put(at, 65, 1), script), 0xAC, 1)


@kernel
def _write_script(script: int, out: npt.NDArray[np.uint8]) -> int:
    at = address_of_bytes(out)
    return put_script(at, script) - at


def script_bytes(script: int) -> bytes:
    """The bytes of a script."""
    out = np.zeros(256, np.uint8)
    return out[: _write_script(script, out)].tobytes()
