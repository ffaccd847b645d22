from __future__ import annotations

import pytest

from cointrail.chain.decode import decode_block, decode_header, encode_block, encode_header, tx_of
from cointrail.chain.types import NULL_VOUT, BlockHash, Outpoint, Sat, Txid, TxIn, TxOut
from cointrail.errors import DecodeError
from support.wire import block_of

GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
    "29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000000000000000000000000000000000"
    "ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e2062"
    "72696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678a"
    "fdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7"
    "ba0b8d578a4c702b6bf11d5fac00000000"
)
COINBASE = tx_of(
    1, [TxIn(Outpoint(Txid(bytes(32)), NULL_VOUT), b"\x51\x51", 0xFFFFFFFF)], [TxOut(Sat(50), b"\x51")], 0
)
SPEND = tx_of(1, [TxIn(Outpoint(COINBASE.txid, 0), b"", 0)], [TxOut(Sat(40), b"")], 0)


def test_the_genesis_block_is_known_by_its_hash() -> None:
    block = decode_block(GENESIS)
    assert str(block.header.hash) == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert str(block.txs[0].txid) == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    assert (block.header.time, block.header.bits, block.header.nonce) == (1231006505, 0x1D00FFFF, 2083236893)
    assert (block.size, block.txs[0].is_coinbase) == (285, True)
    assert encode_block(block) == GENESIS


def test_a_header_comes_back_byte_for_byte() -> None:
    header = decode_header(GENESIS[:80])
    fields = (header.version, header.previous, header.merkle_root, header.time, header.bits, header.nonce)
    assert encode_header(*fields) == GENESIS[:80]
    assert header.previous == BlockHash(bytes(32))


@pytest.mark.parametrize("size", [0, 79, 81])
def test_a_header_is_80_bytes(size: int) -> None:
    with pytest.raises(DecodeError):
        decode_header(GENESIS[:size])


def test_a_block_cut_off_anywhere_is_refused() -> None:
    for end in range(len(GENESIS)):
        with pytest.raises(DecodeError):
            decode_block(GENESIS[:end])


def test_bytes_behind_a_block_are_refused() -> None:
    with pytest.raises(DecodeError, match="byte 285: expected the end of the block, 2 bytes follow"):
        decode_block(GENESIS + b"\0\0")


def test_a_block_without_transactions_is_refused() -> None:
    with pytest.raises(DecodeError, match="byte 80: expected at least one transaction, got none"):
        decode_block(GENESIS[:80] + b"\0")


def test_more_transactions_than_can_fit_are_refused_before_any_is_read() -> None:
    with pytest.raises(DecodeError, match="byte 80: expected 5 transactions, 204 bytes cannot hold them"):
        decode_block(GENESIS[:80] + b"\x05" + GENESIS[81:])


def test_a_block_must_start_with_a_coinbase() -> None:
    with pytest.raises(DecodeError, match="byte 81: expected the coinbase as transaction 0, got none"):
        decode_block(encode_block(block_of([SPEND])))


def test_a_second_coinbase_is_refused() -> None:
    offset = 81 + COINBASE.size + SPEND.size
    expected = f"byte {offset}: expected no coinbase as transaction 2, got another one"
    with pytest.raises(DecodeError, match=expected):
        decode_block(encode_block(block_of([COINBASE, SPEND, COINBASE])))
