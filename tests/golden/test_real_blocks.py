"""Real blocks and transactions against what others have counted in them (blocks/INDEX.csv)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cointrail.chain.address import decode_address, encode_address
from cointrail.chain.commitments import check_merkle_root, check_witness_commitment, coinbase_height
from cointrail.chain.decode import decode_block, decode_tx, encode_block, encode_tx
from cointrail.chain.marks import input_marks
from cointrail.chain.network import BY_MAGIC, NETWORKS
from cointrail.chain.proof_of_work import check_proof_of_work
from cointrail.chain.script import classify
from cointrail.chain.types import Block, BlockHash
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.errors import DecodeError
from support.block_index import COLUMNS, RUNS, SINGLE, Row, expected
from support.real_files import iter_mempool_txs


def counts(blocks: list[Block]) -> dict[str, int]:
    """The counts of an index row. Coinbase inputs are not counted there."""
    txs = [tx for block in blocks for tx in block.txs]
    kinds = Counter(COLUMNS[classify(output.script)] for tx in txs for output in tx.outputs)
    return {
        "size": sum(block.size for block in blocks),
        "ntx": len(txs),
        "inputs": sum(len(tx.inputs) for tx in txs if not tx.is_coinbase),
        "outputs": sum(len(tx.outputs) for tx in txs),
        "segwit_tx": sum(tx.has_witness for tx in txs),
        **{column: kinds[column] for column in COLUMNS.values()},
    }


def check(block: Block, row: Row, height: int) -> None:
    """Work, merkle root, witnesses and height, each from where it binds."""
    network = NETWORKS[row["net"]]
    check_proof_of_work(block.header, network)
    check_merkle_root(block)
    if height >= network.segwit_height:
        check_witness_commitment(block)
    if height >= network.bip34_height:
        assert coinbase_height(block.txs[0]) == height


@pytest.mark.parametrize("row", SINGLE, ids=[row["file"] for row in SINGLE])
def test_a_real_block_holds_what_was_counted_in_it(real_data: Path, row: Row) -> None:
    raw = (real_data / "blocks" / row["file"]).read_bytes()
    block = decode_block(raw)
    assert (str(block.header.hash), str(block.header.previous)) == (row["hash"], row["prev"])
    assert counts([block]) == expected(row)
    check(block, row, int(row["height"]))
    assert encode_block(block) == raw


def framed(data: bytes) -> Iterator[bytes]:
    """The blocks of a blk file: magic, length, block."""
    at = 0
    while at < len(data):
        assert data[at : at + 4] in BY_MAGIC
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at + 8 : at + 8 + size]
        at += 8 + size


@pytest.mark.parametrize("row", RUNS, ids=[row["file"] for row in RUNS])
def test_a_real_run_of_blocks_is_unbroken_and_holds_what_was_counted_in_it(real_data: Path, row: Row) -> None:
    data = (real_data / "blocks" / row["file"]).read_bytes()
    blocks = [decode_block(raw) for raw in framed(data)]
    assert blocks[0].header.hash == NETWORKS[row["net"]].genesis
    assert blocks[0].header.previous == BlockHash(bytes(32))
    assert all(b.header.previous == a.header.hash for a, b in pairwise(blocks))
    assert str(blocks[-1].header.hash) == row["hash"]
    frames = 8 * len(blocks)
    assert counts(blocks) == expected(row) | {"size": int(row["size"]) - frames}
    for height, block in enumerate(blocks):
        check(block, row, height)


def test_a_real_block_cut_off_anywhere_is_refused(real_data: Path) -> None:
    raw = (real_data / "blocks/mainnet/116928_ba5d560d.blk").read_bytes()
    for end in range(len(raw)):
        with pytest.raises(DecodeError):
            decode_block(raw[:end])


def test_real_mempool_transactions_have_their_txids_and_addresses(real_data: Path) -> None:
    mainnet = NETWORKS["mainnet"]
    for row in iter_mempool_txs(real_data):
        raw = bytes.fromhex(row["raw"])
        tx = decode_tx(raw)
        assert str(tx.txid) == row["txid"]
        assert encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime) == raw
        assert [encode_address(output.script, mainnet) for output in tx.outputs] == row["out_addr"]
        for output, text in zip(tx.outputs, row["out_addr"], strict=True):
            assert text is None or decode_address(text, mainnet) == output.script
        paid = sum(prevout["value"] for prevout in row["prevouts"])
        assert paid - sum(output.value for output in tx.outputs) == row["fee"]


def test_every_real_spend_by_key_shows_its_signature(real_data: Path) -> None:
    by_key = {ScriptType.P2PKH, ScriptType.P2WPKH, ScriptType.P2TR}
    seen: Counter[ScriptType] = Counter()
    for row in iter_mempool_txs(real_data):
        tx = decode_tx(bytes.fromhex(row["raw"]))
        for i, prevout in zip(tx.inputs, row["prevouts"], strict=True):
            marks = input_marks(i.script_sig, i.witness)
            kind = classify(bytes.fromhex(prevout["script"]))
            assert (InputMarks.SCRIPT_PATH in marks) <= (kind is ScriptType.P2TR)
            if kind in by_key and InputMarks.SCRIPT_PATH not in marks:
                assert InputMarks.SIGNED in marks
                seen[kind] += 1
    assert seen.keys() == by_key
