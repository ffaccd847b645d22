"""The blocks of a node that is at work: records half written, space laid out, undo data on its way."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail.chain.types import Outpoint
from cointrail.sources.block_files import RECORD_HEAD
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.sources.header_tree import grow_tree
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from support.blocks_writer import RANDOM_KEY, Stored, write_files, xored
from support.kernel_chain import Branch, Coin, pay, random_branch
from support.kernel_locks import Kind, Lock
from support.node_writer import NodeWriter, block_record, undo_record
from support.store_files import content, differences, dump, scratch

TIP = 108
LONG = 230
PLAIN = bytes(8)
keys = st.sampled_from([PLAIN, RANDOM_KEY])
sizes = st.sampled_from([0, 4, 5, 6, 7, 8, 9, 12]) | st.floats(0.02, 1)
"""Bytes of a record that are there: at least its magic."""
spaces = st.sampled_from([0, 64, 4096, 1 << 20])


@cache
def _branch() -> Branch:
    """A chain whose last two blocks end with a witness."""
    branch = random_branch(141, TIP - 2, busy=4)
    while branch.height < TIP:
        old, *rest = [c for c in branch.ripe() if c.value > 5000]
        paid = pay([old], [(Lock(Kind.P2WPKH, 3), 3000), (Lock(Kind.P2SH_TRUE, 4), 1000)])
        fresh = Coin(Outpoint(paid.tx.txid, 0), 3000, Lock(Kind.P2WPKH, 3), branch.height + 1, coinbase=False)
        branch.mine([paid, pay([fresh, rest[0]], [(Lock(Kind.P2TR_KEY, 5), 2000)])])
    return branch


@cache
def _long() -> Branch:
    return random_branch(142, LONG, busy=120, txs=4)


def _blocks() -> list[Stored]:
    return _branch().stored


def _height(folder: Path, *, undo: bool = True) -> int:
    with BlocksDirectory(folder, undo=undo) as source:
        return len(source.chain) - 1


def _written(folder: Path, key: bytes, space: int) -> NodeWriter:
    """A node that has everything but the last block."""
    node = NodeWriter(folder, key, space)
    node.take(*_blocks()[:TIP])
    return node


def _height_and_notes(folder: Path, *, undo: bool = True) -> tuple[int, tuple[str, ...]]:
    with BlocksDirectory(folder, undo=undo) as source:
        return len(source.chain) - 1, source.notes


@given(keys, spaces, sizes, st.sampled_from(["with undo data", "without"]))
@settings(max_examples=60)
@example(PLAIN, 4096, 88, "without")
def test_a_block_that_is_half_written_is_left_out(key: bytes, space: int, written: float, undo: str) -> None:
    data = block_record(_blocks()[TIP])
    size = written if isinstance(written, int) else max(4, int(written * (len(data) - 1)))
    with scratch() as folder:
        node = _written(folder, key, space)
        node.begin("blk", data, size)
        there = xored(data, key, node.end_of("blk"))
        looks_whole = space and not any(there[size:])
        height, notes = _height_and_notes(folder, undo=undo == "with undo data")
        assert height == (TIP if looks_whole and undo == "without" else TIP - 1)
        assert notes or looks_whole or not any(there[RECORD_HEAD:size]), "what is left out is said"
        node.end("blk", data)
        assert _height(folder, undo=False) == TIP
        node.connect(_blocks()[TIP])
        assert _height_and_notes(folder) == (TIP, ())


@given(keys, spaces, sizes)
@settings(max_examples=60)
def test_a_block_whose_undo_record_is_half_written_waits(key: bytes, space: int, written: float) -> None:
    data = undo_record(_blocks()[TIP])
    size = written if isinstance(written, int) else max(4, int(written * (len(data) - 1)))
    with scratch() as folder:
        node = _written(folder, key, space or 4096)
        node.store(_blocks()[TIP])
        node.begin("rev", data, size)
        looks_whole = not any(xored(data, key, node.end_of("rev"))[size:])
        height, notes = _height_and_notes(folder)
        assert height == (TIP if looks_whole else TIP - 1)
        assert looks_whole or notes[0].startswith("1 stored block is not connected by the node yet")
        node.end("rev", data)
        assert _height_and_notes(folder) == (TIP, ())
        node.finish()
        assert _height_and_notes(folder) == (TIP, ())


def test_blocks_that_come_while_the_directory_is_opened_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored block that was never connected makes the reader look at every undo record of its file."""
    invalid = _branch().fork(TIP - 2, b"invalid")
    invalid.mine_empty(1)
    with scratch() as folder:
        node = NodeWriter(folder)
        node.take(*_blocks()[: TIP - 1])
        node.store(invalid.blocks[-1].stored)

        def meanwhile(*args: Any) -> Any:
            node.take(*_blocks()[TIP - 1 :])
            return grow_tree(*args)

        monkeypatch.setattr("cointrail.sources.blocks_dir.grow_tree", meanwhile)
        height, notes = _height_and_notes(folder)
        assert height == TIP - 2
        assert notes[0].startswith("1 stored block is not connected by the node yet")
        monkeypatch.undo()
        assert _height_and_notes(folder) == (TIP, ())


# -- during an ingest


def _whole(folder: Path, blocks: list[Stored]) -> dict[str, bytes]:
    write_files(folder / "plain", [blocks])
    with BlocksDirectory(folder / "plain") as source:
        ingest(folder / "whole", source)
    return content(folder / "whole")


@cache
def _forked(depth: int) -> Branch:
    new = _long().fork(LONG - depth, b"new")
    while new.height < LONG + 2:
        new.mine_random(random.Random(new.height), 3)
    return new


@given(keys, st.sampled_from([2, 7, 40]), st.integers(0, 2**16))
@settings(max_examples=6)
@example(RANDOM_KEY, 100, 0)
@example(RANDOM_KEY, 1, 0)
def test_what_the_node_does_during_an_ingest_is_seen_by_the_next_one(
    key: bytes, depth: int, seed: int
) -> None:
    """New blocks, then a reorganisation, arrive bit by bit while the first chain is being read."""
    rng, new = random.Random(seed), _forked(depth)
    later = [*_long().stored[LONG - 20 :], *new.stored[LONG - depth + 1 :]]
    with scratch() as folder:
        node = NodeWriter(folder / "blocks", key)
        node.take(*_long().stored[: LONG - 20])

        def work(stage: str, done: int, total: int, txs: int) -> None:
            for _ in range(rng.randint(0, 20)):
                if later:
                    node.take(later.pop(0))
            if later:
                node.begin("blk", block_record(later[0]), rng.randint(0, 200))
                node.begin("rev", undo_record(later[0]), rng.randint(0, 20))

        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source, progress=work, batch_bytes=4000, commit_bytes=9000)
        with open_snapshot(folder / "store") as reader:
            assert reader.tip_hash == _long().blocks[LONG - 21].hash
            before = dump(reader)
            node.take(*later)
            with BlocksDirectory(folder / "blocks") as source:
                report = ingest(folder / "store", source, batch_bytes=4000, commit_bytes=9000)
                assert report.manifest.tip == str(new.blocks[-1].hash)
                assert examine(folder / "store", source).findings == ()
            assert dump(reader) == before
        assert differences(content(folder / "store"), _whole(folder, new.stored)) == []
