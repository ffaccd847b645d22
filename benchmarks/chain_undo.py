"""Undo entries of an invented chain. Source: Bitcoin Core, src/undo.h, src/compressor.cpp."""

from __future__ import annotations

from chain_bytes import put
from chain_jit import kernel
from chain_places import CODE, SCRIPT, VALUE
from chain_scripts import (
    HASH,
    P2PK,
    P2PKH_WHOLE,
    P2SH_MULTISIG,
    kind_of,
    put_hash,
    put_key,
    put_script,
    script_size,
)
from cointrail.kernel.memory import load_count

WHOLE_SCRIPT = 6


@kernel
def _put_varint(at: int, value: int) -> int:
    """Core's VARINT: base 128, the highest first, each byte but the last counts from one."""
    number, length = value & 0x7F, 1
    while value > 0x7F:
        value = (value >> 7) - 1
        number = number << 8 | 0x80 | (value & 0x7F)
        length += 1
    return put(at, number, length)


@kernel
def _compressed_amount(value: int) -> int:
    if value == 0:
        return 0
    zeros = 0
    while zeros < 9 and value % 10 == 0:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + (value - 1) * 10 + 9
    last = value % 10
    return 1 + (value // 10 * 9 + last - 1) * 10 + zeros


@kernel
def put_coin(at: int, row: int) -> int:
    """The undo entry of the row at address `row`. Returns the address after it."""
    at = put(_put_varint(at, load_count(row + CODE)), 0, 1)
    at = _put_varint(at, _compressed_amount(load_count(row + VALUE)))
    script = load_count(row + SCRIPT)
    kind = kind_of(script)
    if kind <= P2SH_MULTISIG:
        return put_hash(put(at, 0 if kind <= P2PKH_WHOLE else 1, 1), script, HASH)
    if kind == P2PK:
        return put_key(at, script, 0)
    return put_script(_put_varint(at, script_size(script) + WHOLE_SCRIPT), script)
