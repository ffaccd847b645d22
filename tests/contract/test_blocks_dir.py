from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.chain.undo import compress_script, decode_undo
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from support.blocks_writer import RANDOM_KEY, Stored, read_files, write_files
from support.kernel_chain import Branch, Coin, Made, invented_coin, pay, random_branch, with_bad_signature
from support.kernel_locks import Kind, Lock
from support.kernel_node import KernelNode
from support.store_files import content, differences

pytest.importorskip("pbk", reason="libbitcoinkernel has no wheel here")


@pytest.fixture(name="node")
def fresh_node(tmp_path: Path) -> Iterator[KernelNode]:
    with KernelNode(tmp_path / "blocks", tmp_path / "scratch", RANDOM_KEY) as node:
        yield node


def _tip(node: KernelNode) -> list[bytes]:
    return [facts.hash for facts in node.facts()]


def _hashes(blocks: Path) -> list[bytes]:
    with BlocksDirectory(blocks) as source:
        return [source.chain.hash(h).raw for h in range(len(source.chain))]


def _agree(node: KernelNode, blocks: Path) -> None:
    """The directory as we read it has the node's own chain."""
    wanted = _tip(node)
    node.close()
    assert _hashes(blocks) == wanted


def _stored(blocks: Path) -> list[bytes]:
    return [b.hash for b in read_files(blocks)]


def test_blocks_and_undo_records_are_those_of_the_node(node: KernelNode, tmp_path: Path) -> None:
    branch = random_branch(21, 220, busy=110)
    node.submit_all(branch.blocks[1:])
    facts = node.facts()
    node.close()
    with BlocksDirectory(tmp_path / "blocks") as source:
        assert source.network.name == "regtest"
        assert len(source.chain) == len(facts)
        assert source.notes == ()
        for height, block in enumerate(facts):
            assert source.chain.hash(height).raw == block.hash
            assert source.raw_block(height) == branch.blocks[height].raw
            if height:
                (payload,) = source.undo(height)
                assert [list(row) for row in decode_undo(payload)] == block.coins
    scripts = [coin.output.script for block in facts for row in block.coins for coin in row]
    kinds = {compress_script(script)[0] for script in scripts}
    assert kinds > {0, 1, 2, 3, 4, 5}, "a compressed form was not met"


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
def test_a_reorganisation_is_followed_though_its_blocks_were_stored_last_first(
    node: KernelNode, tmp_path: Path, depth: int
) -> None:
    old = random_branch(22, 125, busy=20)
    new = old.fork(old.height - depth, b"new")
    rng = random.Random(depth)
    for _ in range(depth + 1):
        new.mine_random(rng, 4)
    node.submit_all(old.blocks[1:])
    fresh = new.blocks[-depth - 1 :]
    for made in fresh:
        node.announce(made)
    node.submit_all(fresh[::-1])
    assert node.height == new.height
    stored = _stored_after(node, tmp_path)
    assert stored[-depth - 1 :] == [m.hash.raw for m in fresh[::-1]]
    assert _hashes(tmp_path / "blocks") == [m.hash.raw for m in new.blocks]


def _stored_after(node: KernelNode, tmp_path: Path) -> list[bytes]:
    node.close()
    return _stored(tmp_path / "blocks")


SIGNED = {Kind.P2PK, Kind.P2PKH, Kind.P2WPKH, Kind.P2PK_UNCOMPRESSED, Kind.P2PKH_UNCOMPRESSED, Kind.P2TR_KEY}


def _signed_coin(branch: Branch) -> Coin:
    return next(c for c in branch.ripe() if c.lock.kind in SIGNED and c.value > 2000)


def _spoilt(branch: Branch, how: str) -> Made:
    """The branch's next block with something in it that shows only when it is connected."""
    coin = _signed_coin(branch)
    draft = pay([coin], [(Lock(Kind.P2PKH, 1), coin.value - 1000)])
    if how == "bad signature":
        return branch.mine([with_bad_signature(draft)], keep=False)
    if how == "missing input":
        return branch.mine([pay([invented_coin("none", 5000)], [(Lock(Kind.P2PKH, 1), 4000)])], keep=False)
    if how == "spends more than it has":
        return branch.mine([pay([coin], [(Lock(Kind.P2PKH, 1), coin.value + 1)])], keep=False)
    return branch.mine([draft], extra=1, keep=False)


HOW = ["bad signature", "missing input", "spends more than it has", "over-subsidy"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("followed", [False, True], ids=["at the tip", "beside a longer chain"])
def test_a_stored_invalid_block_is_not_on_the_chain(
    node: KernelNode, tmp_path: Path, how: str, *, followed: bool
) -> None:
    branch = random_branch(23, 115, busy=8)
    node.submit_all(branch.blocks[1:])
    spoilt = _spoilt(branch, how)
    assert node.submit(spoilt) == "CONSENSUS"
    if followed:
        branch.mine_random(random.Random(1), 3)
        branch.mine_random(random.Random(2), 3)
        node.submit_all(branch.blocks[-2:])
    assert node.height == branch.height
    assert spoilt.hash.raw in _stored_after(node, tmp_path)
    assert _hashes(tmp_path / "blocks") == [m.hash.raw for m in branch.blocks]
    with BlocksDirectory(tmp_path / "blocks") as source:
        assert bool(source.notes) is not followed


@pytest.mark.parametrize(("depth", "good"), [(1, 0), (1, 1), (7, 3), (100, 0), (100, 100)])
def test_a_longer_branch_with_an_invalid_block_in_it_is_not_the_chain(
    node: KernelNode, tmp_path: Path, depth: int, good: int
) -> None:
    """The node stores all of it, as it came last first; connects `good` blocks, and goes back."""
    branch = random_branch(31, 112, busy=8, txs=3)
    other = branch.fork(branch.height - depth, b"other")
    other.mine_empty(good)
    other.mine(extra=1)
    other.mine_empty(branch.height + 2 - other.height)
    node.submit_all(branch.blocks[1:])
    fresh = other.blocks[branch.height - depth + 1 :]
    for made in fresh:
        node.announce(made)
    for made in fresh[::-1]:
        node.submit(made)
    assert _tip(node) == [made.hash.raw for made in branch.blocks]
    _agree(node, tmp_path / "blocks")
    assert {made.hash.raw for made in fresh} <= set(_stored(tmp_path / "blocks"))
    write_files(tmp_path / "plain", [branch.stored])
    for name in ("blocks", "plain"):
        with BlocksDirectory(tmp_path / name) as source:
            ingest(tmp_path / f"{name} store", source)
    unlike = differences(*(content(tmp_path / f"{name} store") for name in ("blocks", "plain")))
    assert unlike == ["manifest"], "which tells that blocks were left out"


def test_of_two_tips_with_equal_work_the_first_one_counts(node: KernelNode, tmp_path: Path) -> None:
    branch = random_branch(24, 110, busy=5)
    other = branch.fork(branch.height, b"other")
    branch.mine_random(random.Random(1), 3)
    other.mine_random(random.Random(2), 3)
    node.submit_all([*branch.blocks[1:], other.blocks[-1]])
    _agree(node, tmp_path / "blocks")


def test_a_tip_that_was_given_up_for_an_invalid_one_counts_again(node: KernelNode, tmp_path: Path) -> None:
    """The node leaves B, connects C1, sees that C2 is invalid, and goes back to B: it came first."""
    branch = random_branch(25, 110, busy=5)
    other = branch.fork(branch.height, b"other")
    branch.mine_random(random.Random(1), 3)
    other.mine_random(random.Random(2), 3)
    node.submit_all([*branch.blocks[1:], other.blocks[-1]])
    assert node.submit(_spoilt(other, "bad signature")) == "CONSENSUS"
    assert _tip(node)[-1] == branch.blocks[-1].hash.raw
    _agree(node, tmp_path / "blocks")


@pytest.mark.parametrize("followed", [0, 1, 2], ids=["tip", "followed by one", "followed by two"])
def test_of_two_empty_siblings_with_the_same_undo_record_the_nodes_own_counts(
    node: KernelNode, tmp_path: Path, followed: int
) -> None:
    branch = random_branch(26, 105, busy=3)
    other = branch.fork(branch.height, b"other")
    branch.mine()
    other.mine()
    other.mine_empty(followed)
    assert branch.blocks[-1].stored.undo_record == other.blocks[105 + 1].stored.undo_record
    node.submit_all([*branch.blocks[1:], *other.blocks[106:]])
    _agree(node, tmp_path / "blocks")


@pytest.mark.parametrize("how", ["bad signature", "empty and over-subsidy"])
@pytest.mark.parametrize("followed", [False, True], ids=["tip", "followed"])
def test_an_invalid_block_is_not_saved_by_the_undo_record_of_its_valid_twin(
    node: KernelNode, tmp_path: Path, how: str, *, followed: bool
) -> None:
    """Both spend the same coins, so the one record fits both; only a successor tells which it is of."""
    branch = random_branch(27, 105, busy=3)
    coin = _signed_coin(branch)
    drafts = [pay([coin], [(Lock(Kind.P2PKH, 1), coin.value)])] if how == "bad signature" else []
    if drafts:
        spoilt = branch.mine([with_bad_signature(drafts[0])], keep=False)
    else:
        spoilt = branch.mine(extra=1, keep=False)
    node.submit_all(branch.blocks[1:])
    assert node.submit(spoilt) == "CONSENSUS"
    valid = branch.mine(drafts)
    assert valid.stored.undo == spoilt.stored.undo
    if followed:
        branch.mine()
    node.submit_all(branch.blocks[106:])
    node.close()
    with BlocksDirectory(tmp_path / "blocks") as source:
        mine = [source.chain.hash(h) for h in range(len(source.chain))]
        notes = source.notes
    if followed:
        assert mine == [m.hash for m in branch.blocks]
        assert notes == ()
    else:
        assert mine == [m.hash for m in branch.blocks[:-1]]
        (note,) = notes
        assert note.startswith("2 stored blocks are not connected by the node yet or share one undo record")
        assert note.endswith("the chain ends at height 105")


@pytest.mark.parametrize("followed", [1, 4])
def test_a_block_and_its_stale_sibling_may_have_as_many_transactions(
    node: KernelNode, tmp_path: Path, followed: int
) -> None:
    """The checksums of both records fit both blocks; the store takes the one that fits the content."""
    branch = random_branch(30, 110, busy=8)
    other = branch.fork(branch.height, b"other")
    first, second = [c for c in branch.ripe() if c.value > 2000][:2]
    branch.mine([pay([first], [(Lock(Kind.P2PKH, 1), 1000)])])
    other.mine([pay([second], [(Lock(Kind.P2PKH, 2), 1000)])])
    other.mine_empty(followed)
    node.submit_all([*branch.blocks[1:], *other.blocks[111:]])
    assert node.height == other.height
    node.close()
    with BlocksDirectory(tmp_path / "blocks") as source:
        assert source.chain.hash(111) == other.blocks[111].hash
        assert set(source.undo(111)) == {branch.blocks[111].stored.undo, other.blocks[111].stored.undo}
        assert ingest(tmp_path / "store", source).manifest.undo_checked
        report = examine(tmp_path / "store", source)
        assert report.findings == ()
        assert report.inputs_with_undo == report.inputs


def test_blocks_that_the_node_has_not_connected_yet_wait(node: KernelNode, tmp_path: Path) -> None:
    """Bodies that came before their predecessor's are stored, and are no part of the chain yet."""
    branch = random_branch(28, 110, busy=5)
    node.submit_all(branch.blocks[1:106])
    for made in branch.blocks[106:]:
        node.announce(made)
    node.submit_all(branch.blocks[108:])
    assert node.height == 105
    node.close()
    with BlocksDirectory(tmp_path / "blocks", to=105) as source:
        assert source.chain.hash(105) == branch.blocks[105].hash


def test_the_files_are_preallocated_and_obfuscated(node: KernelNode, tmp_path: Path) -> None:
    """What the other tests rest on: this is how the node really writes."""
    branch = random_branch(29, 3, busy=0)
    node.submit_all(branch.blocks[1:])
    node.close()
    blk = (tmp_path / "blocks" / "blk00000.dat").read_bytes()
    assert len(blk) == 16 << 20
    assert not any(blk[-1000:])
    assert blk[:4] == bytes(a ^ b for a, b in zip(b"\xfa\xbf\xb5\xda", RANDOM_KEY, strict=False))
    assert read_files(tmp_path / "blocks") == branch.stored
    assert isinstance(branch.stored[0], Stored)
