from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cointrail.chain.decode import decode_block
from cointrail.chain.script import classify, pushes
from cointrail.chain.types import Block, BlockHash, Outpoint, Txid
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.errors import NotFound
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.index_files import Run
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import NOT_YET
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import scratch

TIP = 703


@cache
def _branch() -> Branch:
    """Blocks enough for two index runs below the recent part, busy in all three."""
    branch = random_branch(111, 150, busy=45)
    rng = random.Random(111)
    while branch.height < TIP:
        branch.mine_empty(6)
        branch.mine_random(rng, 5)
    return branch


@cache
def _blocks() -> list[Block]:
    return [decode_block(b.raw) for b in _branch().blocks]


@pytest.fixture(name="snapshot", scope="module")
def opened() -> Iterator[Snapshot]:
    with scratch() as folder:
        write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source)
        with open_snapshot(folder / "store") as snapshot:
            yield snapshot


def test_counts_and_tip_are_those_of_the_chain(snapshot: Snapshot) -> None:
    txs = [tx for block in _blocks() for tx in block.txs]
    assert snapshot.network.name == "regtest"
    assert (snapshot.height, snapshot.tip_hash) == (TIP, _branch().blocks[-1].hash)
    assert snapshot.n_txs == len(txs)
    assert snapshot.n_outputs == sum(len(tx.outputs) for tx in txs)
    assert snapshot.n_inputs == sum(len(tx.inputs) for tx in txs if not tx.is_coinbase)
    assert snapshot.n_scripts == len({o.script for tx in txs for o in tx.outputs})


def test_blocks_are_read_by_height(snapshot: Snapshot) -> None:
    for height, block in enumerate(_blocks()):
        assert snapshot.block_hash(height) == block.header.hash
        assert snapshot.block_header(height) == block.header.raw
        assert snapshot.block_time(height) == block.header.time
    assert snapshot.block_times().tolist() == [b.header.time for b in _blocks()]
    assert isinstance(snapshot.block_hash(0), BlockHash)


@pytest.mark.parametrize("height", [-1, TIP + 1, 10**9])
def test_a_height_without_a_block_is_not_found(snapshot: Snapshot, height: int) -> None:
    for ask in (snapshot.block_hash, snapshot.block_header, snapshot.block_time, snapshot.block_txs):
        with pytest.raises(NotFound, match=f"no block at height {height}: the tip is at {TIP}"):
            ask(height)


def test_transactions_are_read_by_number_and_found_by_id(snapshot: Snapshot) -> None:
    number = 0
    for height, block in enumerate(_blocks()):
        assert snapshot.block_txs(height) == range(number, number + len(block.txs))
        for tx in block.txs:
            assert snapshot.txid(number) == tx.txid
            assert snapshot.find_tx(tx.txid) == number
            assert snapshot.tx_height(number) == height
            assert snapshot.is_coinbase(number) == tx.is_coinbase
            number += 1
    assert snapshot.find_tx(Txid(b"\xff" * 32)) is None


def test_an_id_with_a_known_prefix_is_not_found(snapshot: Snapshot) -> None:
    for number in (0, snapshot.n_txs // 2, snapshot.n_txs - 1):
        raw = snapshot.txid(number).raw
        assert snapshot.find_tx(Txid(raw[:-1] + bytes((raw[-1] ^ 1,)))) is None


def test_outpoints_and_output_numbers_lead_to_each_other(snapshot: Snapshot) -> None:
    number = 0
    for block in _blocks():
        for tx in block.txs:
            for vout in range(len(tx.outputs)):
                outpoint = Outpoint(tx.txid, vout)
                assert snapshot.outpoint(number) == outpoint
                assert snapshot.find_output(outpoint) == number
                assert snapshot.txid(snapshot.output_tx(number)) == tx.txid
                number += 1
            assert snapshot.find_output(Outpoint(tx.txid, len(tx.outputs))) is None
    assert snapshot.find_output(Outpoint(Txid(b"\xff" * 32), 0)) is None


def _history() -> dict[bytes, list[int]]:
    history: dict[bytes, list[int]] = defaultdict(list)
    outputs = [o for block in _blocks() for tx in block.txs for o in tx.outputs]
    for number, output in enumerate(outputs):
        history[output.script].append(number)
    return history


def test_scripts_are_numbered_as_they_appear_and_found_by_bytes_and_hash(snapshot: Snapshot) -> None:
    for number, script in enumerate(_history()):
        assert snapshot.get_script(number) == script
        assert snapshot.script_type(number) == classify(script)
        assert snapshot.find_script(script) == number
        assert snapshot.find_scripthash(hashlib.sha256(script).digest()) == number
    assert snapshot.find_script(b"nobody has this") is None
    digest = hashlib.sha256(snapshot.get_script(0)).digest()
    assert snapshot.find_scripthash(digest[:8] + bytes(24)) is None


def test_the_outputs_of_a_script_come_in_pages(snapshot: Snapshot) -> None:
    rng = random.Random(3)
    for number, wanted in enumerate(_history().values()):
        assert snapshot.count_script_outputs(number) == len(wanted)
        assert snapshot.script_outputs(number).tolist() == wanted
        start, limit = rng.randint(0, len(wanted) + 1), rng.randint(0, len(wanted) + 1)
        page = snapshot.script_outputs(number, start, limit)
        assert page.tolist() == wanted[start : start + limit]
        assert snapshot.script_outputs(number, start).tolist() == wanted[start:]
    assert max(map(len, _history().values())) > 100, "no script is in every part"


def test_spends_are_known_from_both_ends_one_by_one_and_together(snapshot: Snapshot) -> None:
    spenders: dict[Outpoint, int] = {}
    number = 0
    for block in _blocks():
        for tx in block.txs:
            for i in [] if tx.is_coinbase else tx.inputs:
                spenders[i.outpoint] = number
                assert snapshot.txid(snapshot.input_tx(number)) == tx.txid
                number += 1
    wanted = [spenders.get(snapshot.outpoint(n)) for n in range(snapshot.n_outputs)]
    assert [snapshot.spent_by(n) for n in range(snapshot.n_outputs)] == wanted
    together = snapshot.spent_by_many(np.arange(snapshot.n_outputs, dtype=np.uint64))
    assert [None if n == NOT_YET else int(n) for n in together] == wanted


def test_a_view_has_everything_that_the_wire_and_the_outputs_spent_say(snapshot: Snapshot) -> None:
    made = {snapshot.outpoint(n): n for n in range(snapshot.n_outputs)}
    number = 0
    for block in _blocks():
        for tx in block.txs:
            view = snapshot.tx_view(number)
            assert (view.version, view.locktime, view.txid) == (tx.version, tx.locktime, tx.txid)
            assert [(o.value, o.script, o.script_type) for o in view.outputs] == [
                (o.value, o.script, classify(o.script)) for o in tx.outputs
            ]
            inputs = () if tx.is_coinbase else tx.inputs
            assert [(i.outpoint, i.sequence) for i in view.inputs] == [
                (i.outpoint, i.sequence) for i in inputs
            ]
            rows = snapshot.tx_inputs(number)
            assert [row.output_num for row in rows] == [made[i.outpoint] for i in inputs]
            assert [row.value for row in rows] == [i.value for i in view.inputs]
            paid_in, paid_out = sum(row.value or 0 for row in rows), sum(o.value for o in tx.outputs)
            assert snapshot.tx_fee(number) == (0 if tx.is_coinbase else paid_in - paid_out)
            assert snapshot.tx_brief(number) == view.brief
            number += 1


@pytest.mark.parametrize("size", [1, 7, 200, 10**6])
def test_batches_say_what_views_say(snapshot: Snapshot, size: int) -> None:
    first_tx, last_tx = snapshot.n_txs - 240, snapshot.n_txs - 1
    number = first_tx
    for batch in snapshot.batches(first_tx, last_tx, size):
        assert batch.first_tx == number
        assert batch.count <= size
        for k in range(batch.count):
            view = snapshot.tx_view(number)
            ins, outs = slice(*batch.in_start[k : k + 2]), slice(*batch.out_start[k : k + 2])
            assert int(batch.height[k]) == view.height
            assert (int(batch.version[k]), int(batch.locktime[k])) == (view.version, view.locktime)
            assert bool(batch.coinbase[k]) == view.is_coinbase
            assert batch.in_value[ins].tolist() == [i.value for i in view.inputs]
            assert [snapshot.get_script(int(s)) for s in batch.in_script[ins]] == [
                i.script for i in view.inputs
            ]
            assert batch.in_type[ins].tolist() == [i.script_type for i in view.inputs]
            assert batch.in_sequence[ins].tolist() == [i.sequence for i in view.inputs]
            assert [InputMarks(int(m)) for m in batch.in_marks[ins]] == [i.marks for i in view.inputs]
            assert batch.out_value[outs].tolist() == [o.value for o in view.outputs]
            assert [snapshot.get_script(int(s)) for s in batch.out_script[outs]] == [
                o.script for o in view.outputs
            ]
            assert batch.out_type[outs].tolist() == [o.script_type for o in view.outputs]
            number += 1
    assert number == last_tx


def test_all_batches_together_hold_every_transaction(snapshot: Snapshot) -> None:
    assert sum(batch.count for batch in snapshot.batches(size=99)) == snapshot.n_txs
    assert list(snapshot.batches(5, 5)) == []


def test_a_p2sh_script_is_revealed_by_the_spend_of_its_first_output(snapshot: Snapshot) -> None:
    first: dict[bytes, Outpoint] = {}
    shown: list[tuple[bytes, bytes]] = []
    for block in _blocks():
        for tx in block.txs:
            for vout, output in enumerate(tx.outputs):
                first.setdefault(output.script, Outpoint(tx.txid, vout))
    by_first = {outpoint: script for script, outpoint in first.items()}
    for block in _blocks():
        for tx in block.txs[1:]:
            for i in tx.inputs:
                script = by_first.get(i.outpoint, b"")
                items = pushes(i.script_sig)
                if classify(script) == ScriptType.P2SH and items:
                    shown.append((script, hashlib.sha256(items[-1]).digest()))
    numbers, inner = snapshot.reveals()
    assert [snapshot.get_script(int(n)) for n in numbers] == [script for script, _ in shown]
    assert [row.tobytes() for row in inner] == [digest for _, digest in shown]
    assert len(shown) > 3


def _forge(snapshot: Snapshot, name: str, prefix: bytes, rows: int) -> None:
    """An index where every row has this prefix."""
    keys = np.full(rows, int.from_bytes(prefix[:8], "little"), np.uint64)
    snapshot._runs[name] = [Run(keys, np.arange(rows, dtype=np.uint32))]


def test_equal_prefixes_are_told_apart_by_the_whole_key(tmp_path: Path) -> None:
    write_files(tmp_path / "blocks", [_branch().stored[:130]])
    with BlocksDirectory(tmp_path / "blocks") as source:
        ingest(tmp_path / "store", source)
    with open_snapshot(tmp_path / "store") as snapshot:
        for number in range(0, snapshot.n_txs, 9):
            _forge(snapshot, "txid", snapshot.txid(number).raw, snapshot.n_txs)
            assert snapshot.find_tx(snapshot.txid(number)) == number
            assert snapshot.find_tx(Txid(snapshot.txid(number).raw[:8] + bytes(24))) is None
        for number in range(snapshot.n_scripts):
            script = snapshot.get_script(number)
            digest = hashlib.sha256(script).digest()
            _forge(snapshot, "script", digest, snapshot.n_scripts)
            assert snapshot.find_script(script) == number
            assert snapshot.find_scripthash(digest) == number
            assert snapshot.find_scripthash(digest[:8] + bytes(24)) is None
