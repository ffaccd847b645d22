from __future__ import annotations

import random
from pathlib import Path

import pytest

from cointrail.chain.script import classify
from cointrail.chain.types import Outpoint, Txid
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from support.blocks_writer import RANDOM_KEY, Layout, read_files, write_files
from support.kernel_chain import random_branch
from support.kernel_node import BlockFacts, KernelNode

pytest.importorskip("pbk", reason="libbitcoinkernel has no wheel here")


def _assert_holds(snapshot: Snapshot, facts: list[BlockFacts]) -> None:
    """Every row of the store says what the node says, and nothing is left over."""
    assert snapshot.height + 1 == len(facts)
    assert snapshot.tip_hash.raw == facts[-1].hash
    number = 0
    spenders: dict[Outpoint, int] = {}
    for block in facts:
        assert snapshot.block_hash(block.height).raw == block.hash
        assert snapshot.block_txs(block.height) == range(number, number + len(block.txs))
        for place, tx in enumerate(block.txs):
            assert snapshot.find_tx(Txid(tx.txid)) == number
            view = snapshot.tx_view(number)
            assert view.txid.raw == tx.txid
            assert view.height == block.height
            assert view.locktime == tx.locktime
            assert view.is_coinbase == (place == 0)
            assert [(o.value, o.script) for o in view.outputs] == tx.outputs
            assert [o.script_type for o in view.outputs] == [classify(s) for _, s in tx.outputs]
            coins = block.coins[place - 1] if place else []
            assert len(view.inputs) == len(coins)
            if place:
                assert [(i.outpoint.txid.raw, i.outpoint.vout) for i in view.inputs] == tx.outpoints
                assert [i.sequence for i in view.inputs] == tx.sequences
                assert [(i.value, i.script) for i in view.inputs] == [
                    (c.output.value, c.output.script) for c in coins
                ]
                spenders |= {i.outpoint: number for i in view.inputs}
                fee = sum(c.output.value for c in coins) - sum(v for v, _ in tx.outputs)
                assert snapshot.tx_fee(number) == fee
            number += 1
    assert snapshot.n_txs == number
    _assert_spent(snapshot, facts, spenders)


def _assert_spent(snapshot: Snapshot, facts: list[BlockFacts], spenders: dict[Outpoint, int]) -> None:
    by_script: dict[bytes, list[int]] = {}
    seen = 0
    for block in facts:
        for tx in block.txs:
            number = snapshot.find_tx(Txid(tx.txid))
            assert number is not None
            for vout, row in enumerate(snapshot.tx_outputs(number)):
                outpoint = Outpoint(Txid(tx.txid), vout)
                assert snapshot.find_output(outpoint) == row.output_num == seen
                assert row.spent_by_tx == spenders.get(outpoint)
                by_script.setdefault(tx.outputs[vout][1], []).append(seen)
                seen += 1
    assert snapshot.n_outputs == seen
    assert snapshot.n_scripts == len(by_script)
    for order, (script, outputs) in enumerate(by_script.items()):
        assert snapshot.find_script(script) == order
        assert snapshot.get_script(order) == script
        assert snapshot.script_outputs(order).tolist() == outputs


@pytest.mark.parametrize("blocks", [130, 230], ids=["every spend recent", "spends in both parts"])
def test_the_store_holds_what_the_node_holds(tmp_path: Path, blocks: int) -> None:
    branch = random_branch(41, blocks, busy=blocks - 102)
    with KernelNode(tmp_path / "blocks", tmp_path / "scratch", RANDOM_KEY) as node:
        node.submit_all(branch.blocks[1:])
        facts = node.facts()
    with BlocksDirectory(tmp_path / "blocks") as source:
        ingest(tmp_path / "store", source, batch_bytes=20_000, commit_bytes=50_000)
        assert examine(tmp_path / "store", source).findings == ()
    with open_snapshot(tmp_path / "store") as snapshot:
        _assert_holds(snapshot, facts)


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_the_store_follows_a_reorganisation_of_the_node(tmp_path: Path, depth: int) -> None:
    old = random_branch(42, 210, busy=100)
    new = old.fork(old.height - depth, b"new")
    for _ in range(depth + 1):
        new.mine_random(random.Random(depth), 6)
    with KernelNode(tmp_path / "blocks", tmp_path / "scratch", RANDOM_KEY) as node:
        node.submit_all(old.blocks[1:])
        write_files(tmp_path / "before", [old.stored])
        for made in new.blocks[-depth - 1 :]:
            node.announce(made)
        node.submit_all(new.blocks[-1 : -depth - 2 : -1])
        facts = node.facts()
        assert facts[-1].hash == new.blocks[-1].hash.raw
    with BlocksDirectory(tmp_path / "before") as source:
        ingest(tmp_path / "store", source)
    with BlocksDirectory(tmp_path / "blocks") as source:
        report = ingest(tmp_path / "store", source)
        assert (report.replaced_blocks, report.new_blocks) == (depth, depth + 1)
        assert examine(tmp_path / "store", source).findings == ()
    with open_snapshot(tmp_path / "store") as snapshot:
        _assert_holds(snapshot, facts)


def test_blocks_over_many_files_in_any_order_give_the_same_store(tmp_path: Path) -> None:
    branch = random_branch(43, 200, busy=80)
    other = branch.fork(branch.height - 2, b"stale")
    other.mine_random(random.Random(4), 3)
    with KernelNode(tmp_path / "blocks", tmp_path / "scratch", RANDOM_KEY) as node:
        node.submit_all([*branch.blocks[1:], other.blocks[-1]])
        facts = node.facts()
    with BlocksDirectory(tmp_path / "blocks") as source:
        digest = ingest(tmp_path / "store", source).manifest.digest
    stored = read_files(tmp_path / "blocks")
    for seed in range(3):
        rng = random.Random(seed)
        blocks = [stored[0], *rng.sample(stored[1:], len(stored) - 1)]
        places = sorted(rng.sample(range(1, len(blocks)), 3))
        files = [blocks[a:b] for a, b in zip([0, *places], [*places, len(blocks)], strict=True)]
        layout = Layout(key=rng.randbytes(8), tail=5000, raw_tail=bool(seed), reverse_undo=bool(seed))
        write_files(tmp_path / f"split{seed}", files, layout)
        with BlocksDirectory(tmp_path / f"split{seed}") as source:
            assert ingest(tmp_path / f"store{seed}", source).manifest.digest == digest
        with open_snapshot(tmp_path / f"store{seed}") as snapshot:
            _assert_holds(snapshot, facts)
