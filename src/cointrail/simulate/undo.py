"""Undo records: what a block spent, in the two compressed forms of Bitcoin Core.

Source: Bitcoin Core, src/undo.h, src/compressor.cpp, src/serialize.h (VARINT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.script import OP_CHECKSIG
from cointrail.chain.types import sha256d

_FIELD = 2**256 - 2**32 - 977
"""The prime of secp256k1."""
_SPECIAL_SCRIPTS = 6
"""Numbers below this one name a compressed form; others are a length plus this."""


@dataclass(frozen=True, slots=True)
class Spent:
    """An output that a block spends, and where it came from."""

    value: int
    script: bytes
    height: int
    coinbase: bool


def undo_record(previous: bytes, spent: Sequence[Sequence[Spent]]) -> tuple[bytes, bytes]:
    """The undo data of a block and the checksum that follows it.

    `previous` is the hash of the block before, wire order; `spent` has one row for each transaction
    but the coinbase, one entry for each input.
    """
    data = encode_compact_size(len(spent)) + b"".join(map(_tx_undo, spent))
    return data, sha256d(previous + data)


def _tx_undo(spent: Sequence[Spent]) -> bytes:
    return encode_compact_size(len(spent)) + b"".join(map(_coin, spent))


def _coin(spent: Spent) -> bytes:
    code = varint(spent.height * 2 + spent.coinbase)
    # A version number that is no longer used stands here for every coin that has a height.
    version = b"\x00" if spent.height else b""
    return code + version + varint(compress_amount(spent.value)) + compress_script(spent.script)


def varint(value: int) -> bytes:
    """Seven bits a byte, the highest first; each byte but the last counts from one."""
    out = [value & 0x7F]
    while value > 0x7F:
        value = (value >> 7) - 1
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def compress_amount(value: int) -> int:
    """A number that is small when `value` ends in zeros."""
    if value == 0:
        return 0
    zeros = 0
    while value % 10 == 0 and zeros < 9:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + (value - 1) * 10 + 9
    rest, last = divmod(value, 10)
    return 1 + (rest * 9 + last - 1) * 10 + zeros


def compress_script(script: bytes) -> bytes:
    """P2PKH and P2SH as their hash, P2PK as its X, all else as it is after its length plus six."""
    size = len(script)
    if size == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return b"\x00" + script[3:23]
    if size == 23 and script[:2] == b"\xa9\x14" and script[22] == 0x87:
        return b"\x01" + script[2:22]
    if size == 35 and script[0] == 33 and script[1] in {2, 3} and script[34] == OP_CHECKSIG:
        return script[1:34]
    if size == 67 and script[:2] == b"\x41\x04" and script[66] == OP_CHECKSIG and _on_curve(script[2:66]):
        return bytes((4 | script[65] & 1,)) + script[2:34]
    return varint(size + _SPECIAL_SCRIPTS) + script


def _on_curve(point: bytes) -> bool:
    x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
    return x < _FIELD and y < _FIELD and (y * y - x * x * x - 7) % _FIELD == 0
