from __future__ import annotations

import pytest

from cointrail.chain.commitments import (
    check_merkle_root,
    check_witness_commitment,
    coinbase_height,
    find_witness_commitment,
    witness_commitment,
    wtxid,
)
from cointrail.chain.decode import tx_of
from cointrail.chain.script import push_number
from cointrail.chain.types import NULL_VOUT, Block, Outpoint, Sat, Tx, Txid, TxIn, TxOut, sha256d
from cointrail.errors import BadBlocks
from support.wire import block_of

NULL = Outpoint(Txid(bytes(32)), NULL_VOUT)
PREFIX = bytes.fromhex("6a24aa21a9ed")


def coinbase(*scripts: bytes, tag: bytes = b"\x51", witness: tuple[bytes, ...] = (bytes(32),)) -> Tx:
    return tx_of(1, [TxIn(NULL, tag, 0, witness)], [TxOut(Sat(0), script) for script in scripts], 0)


def spend(*witness: bytes) -> Tx:
    return tx_of(1, [TxIn(Outpoint(Txid(b"\x07" * 32), 0), b"", 0, witness)], [TxOut(Sat(1), b"")], 0)


SIGNED = spend(b"signature")
COMMITMENT = sha256d(sha256d(bytes(32) + wtxid(SIGNED)) + bytes(32))


def committed(*scripts: bytes, witness: tuple[bytes, ...] = (bytes(32),)) -> Block:
    return block_of([coinbase(*scripts, witness=witness), SIGNED])


def test_a_block_whose_witnesses_are_committed_to_passes() -> None:
    block = committed(b"\x51", PREFIX + COMMITMENT)
    check_witness_commitment(block)
    assert find_witness_commitment(block) == witness_commitment(block) == COMMITMENT


def test_the_last_commitment_output_counts() -> None:
    check_witness_commitment(committed(PREFIX + bytes(32), PREFIX + COMMITMENT + b"more", PREFIX))
    with pytest.raises(BadBlocks, match="other witnesses than its coinbase says"):
        check_witness_commitment(committed(PREFIX + COMMITMENT, PREFIX + bytes(32)))


def test_a_changed_witness_is_noticed() -> None:
    block = block_of([coinbase(PREFIX + COMMITMENT), spend(b"Signature")])
    with pytest.raises(BadBlocks, match="other witnesses"):
        check_witness_commitment(block)


def test_witnesses_without_a_commitment_are_refused() -> None:
    with pytest.raises(BadBlocks, match="has witnesses that its coinbase does not commit to"):
        check_witness_commitment(committed(b"\x51"))


def test_a_block_without_witnesses_needs_no_commitment() -> None:
    check_witness_commitment(block_of([coinbase(b"\x51", witness=()), spend()]))


@pytest.mark.parametrize("witness", [(), (bytes(31),), (bytes(32), bytes(32))], ids=["none", "short", "two"])
def test_a_commitment_needs_one_witness_item_of_32_bytes(witness: tuple[bytes, ...]) -> None:
    block = committed(PREFIX + COMMITMENT, witness=witness)
    assert witness_commitment(block) is None
    with pytest.raises(BadBlocks, match="other witnesses"):
        check_witness_commitment(block)


def test_a_header_vouches_for_its_transactions() -> None:
    block = block_of([coinbase(b"\x51"), SIGNED])
    check_merkle_root(block)
    with pytest.raises(BadBlocks, match="has other transactions than its header says"):
        check_merkle_root(Block(block.header, block.txs[:1], block.size))


def test_a_doubled_transaction_under_the_same_root_is_refused() -> None:
    block = block_of([coinbase(b"\x51"), SIGNED, spend()])
    doubled = Block(block.header, (*block.txs, block.txs[-1]), block.size)
    with pytest.raises(BadBlocks, match="lists transactions twice"):
        check_merkle_root(doubled)


@pytest.mark.parametrize("height", [0, 1, 16, 17, 127, 128, 227_931, 481_824, 2**31 - 1])
def test_a_coinbase_says_its_height(height: int) -> None:
    assert coinbase_height(coinbase(tag=push_number(height) + b"\x00miner")) == height


@pytest.mark.parametrize(
    "tag",
    ["", "0105", "0100", "021100", "03ffff", "0481", "04ffffffff", "0500ffffff00", "4c0111", "4f", "6a"],
)
def test_a_coinbase_that_starts_with_no_minimal_number_says_no_height(tag: str) -> None:
    assert coinbase_height(coinbase(tag=bytes.fromhex(tag))) is None
