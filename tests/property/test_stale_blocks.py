"""Stored blocks that are not on the chain, at every depth of a reorganisation: they never enter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from support.blocks_writer import RANDOM_KEY, Layout, Stored, write_files
from support.kernel_chain import Branch, random_branch
from support.node_writer import NodeWriter
from support.store_files import content, differences, scratch

TIP = 215
DEPTHS = range(1, DEPTH + 1)


@cache
def _main() -> Branch:
    return random_branch(201, TIP, busy=105, txs=2)


@cache
def _longer(depth: int) -> tuple[Stored, ...]:
    """A branch that leaves the chain so deep and has two blocks more, as if all were connected."""
    branch = _main().fork(TIP - depth, f"depth {depth}".encode())
    branch.mine_random(random.Random(depth), 1)
    branch.mine_empty(depth + 1)
    return tuple(branch.stored[TIP - depth + 1 :])


def _unconnected(depth: int) -> list[Stored]:
    """Blocks that the node has stored and not connected, with more work than the chain."""
    return [Stored(block.block) for block in _longer(depth)]


def _invalid(depth: int) -> list[Stored]:
    """The node has begun to connect the branch with more work, found a block invalid, and went back."""
    good = depth // 2
    return [*_longer(depth)[:good], *_unconnected(depth)[good:]]


def _stale(depth: int) -> list[Stored]:
    """The node had this branch connected before the chain had more work."""
    return list(_longer(depth)[: max(1, depth - 1)])


KINDS = {"unconnected": _unconnected, "invalid": _invalid, "stale": _stale}


def _mixed(blocks: Sequence[Stored], others: Sequence[Stored], seed: int) -> list[Stored]:
    """Others somewhere among blocks, each of both in its order; none before its predecessor."""
    rng = random.Random(seed)
    found, left = list(blocks[: TIP - DEPTH]), [list(blocks[TIP - DEPTH :]), list(others)]
    there = {block.hash for block in found}
    while any(left):
        ready = [row for row in left if row and row[0].previous in there]
        found.append(rng.choice(ready).pop(0))
        there.add(found[-1].hash)
    return found


def _hashes(folder: Path) -> tuple[list[bytes], tuple[str, ...]]:
    with BlocksDirectory(folder) as source:
        return [source.chain.hash(h).raw for h in range(len(source.chain))], source.notes


@pytest.mark.parametrize("kind", KINDS)
def test_the_chain_is_the_nodes_own_whatever_else_is_stored_at_any_depth(kind: str) -> None:
    wanted = [made.hash.raw for made in _main().blocks]
    with scratch() as folder:
        for depth in DEPTHS:
            stored = _mixed(_main().stored, KINDS[kind](depth), depth)
            if kind == "stale" and depth == 1:  # as much work as the tip: the one that came first counts
                stored = [*_main().stored, *_stale(1)]
            write_files(folder / "blocks", [stored], Layout(key=RANDOM_KEY if depth % 2 else None))
            hashes, notes = _hashes(folder / "blocks")
            assert hashes == wanted, depth
            assert bool(notes) == (kind != "stale"), depth
            if notes:
                assert notes[0].startswith("2 stored blocks are not connected by the node yet"), depth
                assert notes[0].endswith(f"the chain ends at height {TIP}"), depth


@cache
def _whole(height: int) -> dict[str, bytes]:
    with scratch() as folder:
        write_files(folder / "blocks", [_main().stored[: height + 1]])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source)
        return content(folder / "store")


def _unlike(store: Path, height: int) -> list[str]:
    """Where a store differs from one of the chain alone. The manifest tells what was left out."""
    found, wanted = content(store), _whole(height)
    assert found["settled blocks.digest"] + found["recent blocks.digest"] == (
        wanted["settled blocks.digest"] + wanted["recent blocks.digest"]
    )
    return [name for name in differences(found, wanted) if name != "manifest"]


def _everything() -> list[Stored]:
    """Branches of all kinds at every depth."""
    kinds = list(KINDS.values())
    return [block for depth in DEPTHS for block in kinds[depth % 3](depth)]


def test_branches_at_every_depth_at_once_leave_no_trace_in_a_store() -> None:
    with scratch() as folder:
        write_files(folder / "blocks", [_main().stored, _everything()])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source, batch_bytes=5000)
            assert examine(folder / "store", source).findings == ()
        assert _unlike(folder / "store", TIP) == []


@pytest.mark.parametrize("height", [TIP - 1, TIP - 7, TIP - DEPTH, TIP - DEPTH - 10])
def test_branches_that_come_with_new_blocks_leave_no_trace_in_what_is_appended(height: int) -> None:
    with scratch() as folder:
        write_files(folder / "blocks", [_main().stored[: height + 1]])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source)
        old, new = _main().stored[: height + 1], _main().stored[height + 1 :]
        write_files(folder / "blocks", [old, [*_everything(), *new]])
        with BlocksDirectory(folder / "blocks") as source:
            report = ingest(folder / "store", source, batch_bytes=5000)
        assert (report.new_blocks, report.replaced_blocks) == (TIP - height, 0)
        assert _unlike(folder / "store", TIP) == []


@pytest.mark.parametrize("depth", [1, 2, 30, 99, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_branches_that_come_during_an_append_leave_no_trace(kind: str, depth: int) -> None:
    """They are stored while earlier blocks are read; the run after that sees them, and new blocks."""
    main, branch = _main().stored, KINDS[kind](depth)
    if kind == "stale" and depth == 1:
        branch = []
    later = [*branch, *main[TIP - DEPTH :]] if depth == DEPTH else _mixed(main, branch, depth)[TIP - DEPTH :]
    with scratch() as folder:
        node = NodeWriter(folder / "blocks")
        node.take(*main[: TIP - DEPTH])

        def work(stage: str, done: int, total: int, txs: int) -> None:
            for block in later[: len(later) // 3]:
                node.take(block)
            del later[: len(later) // 3]

        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source, progress=work, batch_bytes=5000)
        assert _unlike(folder / "store", TIP - DEPTH - 1) == []
        node.take(*later)
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source, batch_bytes=5000)
        assert _unlike(folder / "store", TIP) == []
