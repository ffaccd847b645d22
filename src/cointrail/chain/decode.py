"""The wire form of transactions and blocks, both ways. Written to be read; it is the definition.

What is taken is what Bitcoin Core's deserialiser takes (src/primitives/transaction.h, BIP 144), and
less: nothing is left over, a transaction has an input, values are within 0..21 million coins, the first
transaction of a block and no other is a coinbase. Whatever else makes a transaction valid is not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeVar

from cointrail.chain.merkle import merkle_root
from cointrail.chain.types import COIN, Block, BlockHash, BlockHeader, Outpoint, Sat, Tx, Txid, TxIn, TxOut
from cointrail.errors import DecodeError

__all__ = [
    "HEADER_SIZE",
    "MAX_MONEY",
    "decode_block",
    "decode_header",
    "decode_tx",
    "encode_block",
    "encode_compact_size",
    "encode_header",
    "encode_tx",
    "merkle_root",
    "read_compact_size",
    "tx_of",
]

T = TypeVar("T")

HEADER_SIZE = 80
MAX_MONEY = Sat(21_000_000 * COIN)
"""No output may hold more. Source: Bitcoin Core, src/consensus/amount.h."""

MIN_INPUT_SIZE = 41
"""Outpoint 36, an empty scriptSig 1, sequence 4."""
MIN_OUTPUT_SIZE = 9
"""Value 8, an empty script 1."""
MIN_WITNESS_ITEM_SIZE = 1
MIN_TX_SIZE = 10 + MIN_INPUT_SIZE
"""Version 4, two counts 2, one input, locktime 4."""


class _Cursor:
    """A place in some bytes. Each read is measured against what is left before it is made."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, count: int, what: str) -> bytes:
        start, end = self.at, self.at + count
        if end > len(self.data):
            left = len(self.data) - start
            raise _wrong(start, f"expected {what} of {count} bytes", f"{left} left")
        self.at = end
        return self.data[start:end]

    def uint(self, size: int, what: str) -> int:
        return int.from_bytes(self.take(size, what), "little")

    def int32(self, what: str) -> int:
        return int.from_bytes(self.take(4, what), "little", signed=True)

    def compact_size(self, what: str) -> int:
        start = self.at
        first = self.uint(1, what)
        if first < 0xFD:
            return first
        width = 2 << (first - 0xFD)
        value = self.uint(width, what)
        if len(encode_compact_size(value)) != 1 + width:
            raise _wrong(start, f"expected {what} in its shortest form", f"got {value} in {width} bytes")
        return value

    def count(self, item_size: int, what: str) -> int:
        """A count of items of at least `item_size` bytes each, which must still fit."""
        start = self.at
        count = self.compact_size(f"the number of {what}")
        left = len(self.data) - self.at
        if count * item_size > left:
            raise _wrong(start, f"expected {count} {what}", f"{left} bytes cannot hold them")
        return count

    def sized(self, what: str) -> bytes:
        """Bytes after their own length."""
        return self.take(self.compact_size(f"the length of {what}"), what)

    def finish(self, what: str) -> None:
        if left := len(self.data) - self.at:
            raise _wrong(self.at, f"expected the end of {what}", f"{left} bytes follow")


def _wrong(offset: int, expected: str, found: str) -> DecodeError:
    return DecodeError(f"byte {offset}: {expected}, {found}", offset=offset, expected=expected)


def _whole(data: bytes, read: Callable[[_Cursor], T], what: str) -> T:
    cursor = _Cursor(data)
    value = read(cursor)
    cursor.finish(what)
    return value


def decode_tx(data: bytes) -> Tx:
    """The transaction that `data` is, with or without witnesses.

    Raises:
        DecodeError: not a transaction, or more than one; names the offset and what was expected there.
    """
    return _whole(data, _read_tx, "the transaction")


def decode_header(data: bytes) -> BlockHeader:
    """The block header that these 80 bytes are.

    Raises:
        DecodeError: not 80 bytes.
    """
    return _whole(data, _read_header, "the header")


def decode_block(data: bytes) -> Block:
    """The block that `data` is. Neither its work nor its merkle root is checked here.

    Raises:
        DecodeError: not a block, or more than one; names the offset and what was expected there.
    """
    return _whole(data, _read_block, "the block")


def read_compact_size(data: bytes, offset: int = 0) -> tuple[int, int]:
    """The number at `offset` in its variable-length form, and the offset behind it.

    Raises:
        DecodeError: the bytes end, or a shorter form exists (Bitcoin Core refuses it too).
    """
    cursor = _Cursor(data, offset)
    return cursor.compact_size("a compact size"), cursor.at


def _read_block(cursor: _Cursor) -> Block:
    header = _read_header(cursor)
    start = cursor.at
    count = cursor.count(MIN_TX_SIZE, "transactions")
    if count == 0:
        raise _wrong(start, "expected at least one transaction", "got none")
    txs = tuple([_read_block_tx(cursor, place) for place in range(count)])
    return Block(header, txs, cursor.at)


def _read_block_tx(cursor: _Cursor, place: int) -> Tx:
    start = cursor.at
    tx = _read_tx(cursor)
    if tx.is_coinbase != (place == 0):
        expected, found = ("no coinbase", "another one") if place else ("the coinbase", "none")
        raise _wrong(start, f"expected {expected} as transaction {place}", f"got {found}")
    return tx


def _read_header(cursor: _Cursor) -> BlockHeader:
    raw = cursor.take(HEADER_SIZE, "a block header")
    version, previous, root, time, bits, nonce = struct.unpack("<i32s32sIII", raw)
    return BlockHeader(version, BlockHash(previous), root, time, bits, nonce, raw)


def _read_tx(cursor: _Cursor) -> Tx:
    start = cursor.at
    version = cursor.int32("a transaction version")
    segwit = cursor.data[cursor.at : cursor.at + 1] == b"\x00"
    if segwit:
        _skip_marker(cursor)
    body = cursor.at
    inputs = [_read_input(cursor) for _ in range(_input_count(cursor))]
    outputs = [_read_output(cursor) for _ in range(cursor.count(MIN_OUTPUT_SIZE, "outputs"))]
    body_end = cursor.at
    if segwit:
        inputs = _read_witnesses(cursor, inputs)
    locktime = cursor.uint(4, "a locktime")
    data, end = cursor.data, cursor.at
    base = data[start : start + 4] + data[body:body_end] + data[end - 4 : end]
    return Tx(version, tuple(inputs), tuple(outputs), locktime, base, end - start)


def _skip_marker(cursor: _Cursor) -> None:
    start = cursor.at
    if (marker := cursor.take(2, "a segwit marker and flag")) != b"\x00\x01":
        raise _wrong(start, "expected an input, or the segwit marker and flag 0001", f"got {marker.hex()}")


def _input_count(cursor: _Cursor) -> int:
    start = cursor.at
    count = cursor.count(MIN_INPUT_SIZE, "inputs")
    if count == 0:
        raise _wrong(start, "expected at least one input", "got none")
    return count


def _read_input(cursor: _Cursor) -> TxIn:
    txid = Txid(cursor.take(32, "the transaction id that an input spends"))
    vout = cursor.uint(4, "the output number that an input spends")
    script_sig = cursor.sized("a scriptSig")
    return TxIn(Outpoint(txid, vout), script_sig, cursor.uint(4, "a sequence"))


def _read_output(cursor: _Cursor) -> TxOut:
    start = cursor.at
    value = cursor.uint(8, "a value")
    if value > MAX_MONEY:
        raise _wrong(start, f"expected a value of 0..{MAX_MONEY} sat", f"got {value}")
    return TxOut(Sat(value), cursor.sized("a locking script"))


def _read_witnesses(cursor: _Cursor, inputs: list[TxIn]) -> list[TxIn]:
    start = cursor.at
    with_witness = []
    for i in inputs:
        count = cursor.count(MIN_WITNESS_ITEM_SIZE, "witness items")
        witness = tuple([cursor.sized("a witness item") for _ in range(count)])
        with_witness.append(TxIn(i.outpoint, i.script_sig, i.sequence, witness))
    if not any(i.witness for i in with_witness):
        raise _wrong(start, "expected a witness after the segwit marker", "every one is empty")
    return with_witness


def encode_compact_size(value: int) -> bytes:
    """The shortest variable-length form of 0..2^64-1."""
    if value < 0xFD:
        return value.to_bytes(1, "little")
    if value <= 0xFFFF:
        return b"\xfd" + value.to_bytes(2, "little")
    if value <= 0xFFFFFFFF:
        return b"\xfe" + value.to_bytes(4, "little")
    return b"\xff" + value.to_bytes(8, "little")


def _sized(data: bytes) -> bytes:
    return encode_compact_size(len(data)) + data


def _encode_input(i: TxIn) -> bytes:
    outpoint = i.outpoint.txid.raw + i.outpoint.vout.to_bytes(4, "little")
    return outpoint + _sized(i.script_sig) + i.sequence.to_bytes(4, "little")


def _encode_output(output: TxOut) -> bytes:
    return output.value.to_bytes(8, "little") + _sized(output.script)


def _encode_witness(witness: Sequence[bytes]) -> bytes:
    return encode_compact_size(len(witness)) + b"".join(map(_sized, witness))


def _encode_body(inputs: Sequence[TxIn], outputs: Sequence[TxOut]) -> bytes:
    ins = encode_compact_size(len(inputs)) + b"".join(map(_encode_input, inputs))
    return ins + encode_compact_size(len(outputs)) + b"".join(map(_encode_output, outputs))


def encode_tx(version: int, inputs: Sequence[TxIn], outputs: Sequence[TxOut], locktime: int) -> bytes:
    """The transaction on the wire, with witnesses when there are any (BIP 144).

    `version` is signed, 32 bits. Numbers that do not fit their field raise OverflowError.
    """
    head, tail = version.to_bytes(4, "little", signed=True), locktime.to_bytes(4, "little")
    body = _encode_body(inputs, outputs)
    if not any(i.witness for i in inputs):
        return head + body + tail
    return head + b"\x00\x01" + body + b"".join(_encode_witness(i.witness) for i in inputs) + tail


def tx_of(version: int, inputs: Sequence[TxIn], outputs: Sequence[TxOut], locktime: int) -> Tx:
    """The transaction made of these parts, as if it had been read from the wire."""
    head, tail = version.to_bytes(4, "little", signed=True), locktime.to_bytes(4, "little")
    base = head + _encode_body(inputs, outputs) + tail
    size = len(encode_tx(version, inputs, outputs, locktime))
    return Tx(version, tuple(inputs), tuple(outputs), locktime, base, size)


def encode_header(  # noqa: PLR0917 - in wire order
    version: int, previous: BlockHash, merkle_root: bytes, time: int, bits: int, nonce: int
) -> bytes:
    """The 80 bytes of a header. `merkle_root` is 32 bytes, wire order; `version` is signed."""
    return struct.pack("<i32s32sIII", version, previous.raw, merkle_root, time, bits, nonce)


def encode_block(block: Block) -> bytes:
    """The block on the wire, with witnesses."""
    txs = [encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime) for tx in block.txs]
    return block.header.raw + encode_compact_size(len(txs)) + b"".join(txs)
