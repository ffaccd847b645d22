"""Real blocks of the SatoshiDice era: one cluster, two names for its holder, and both are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.chain.address import decode_address
from cointrail.chain.decode import decode_block
from cointrail.chain.script import classify, hash160, p2pkh
from cointrail.chain.types import Sat, Tx
from cointrail.chain.view import InputView, OutputView, TxView
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.links import LinkTable
from cointrail.clustering.parties import join_by_party
from cointrail.heuristics.base import Tier
from support.chains import ORDINARY, FakeSnapshot
from support.tag_files import MAINNET

BLOCKS = ("169482_5f368665", "200000_132e0ebf", "227835_b7a74eb6", "227836_a9b9adcc")
GAME, DICE = "14ChPPM8rPYJeHnw6kMVUDnNNKx1KnjYW4", "1dice8EMZmqKvrGE4Qc9bUFf9PX3xaYDp"
ASSUMED = Sat(10**9)
"""These blocks come without what they spend. A signature still shows its address; the value is assumed."""

PACK = f"""\
title: the same service by the name that it gave itself
creator: test
tags:
  - address: {DICE}
    label: SatoshiDice.com
    source: https://www.walletexplorer.com/wallet/SatoshiDice.com
    category: gambling
"""


def pushes(script: bytes) -> Iterator[bytes]:
    """The pushes of a signature script, as far as they are short ones."""
    at = 0
    while at < len(script) and 1 <= script[at] <= 75:
        yield script[at + 1 : at + 1 + script[at]]
        at += 1 + script[at]


def spent_script(script_sig: bytes) -> bytes | None:
    """The P2PKH script that a signature and a key unlock; None where it is anything else."""
    found = tuple(pushes(script_sig))
    return p2pkh(hash160(found[1])) if len(found) == 2 and len(found[1]) in {33, 65} else None


def view_of(tx: Tx) -> TxView:
    inputs = []
    for one in () if tx.is_coinbase else tx.inputs:
        script = spent_script(one.script_sig)
        value, kind = (ASSUMED, classify(script)) if script else (None, None)
        inputs.append(InputView(one.outpoint, value, script, kind, one.sequence, ORDINARY))
    outputs = tuple(OutputView(Sat(int(o.value)), o.script, classify(o.script)) for o in tx.outputs)
    return TxView(tx.txid, tx.version, tx.locktime, tuple(inputs), outputs, tx.is_coinbase, None)


@pytest.fixture(name="era", scope="module")
def clusters_of_the_era(real_data: Path) -> tuple[FakeSnapshot, Clusters]:
    folder = real_data / "blocks" / "mainnet"
    blocks = [decode_block((folder / f"{name}.blk").read_bytes()) for name in BLOCKS]
    chain = FakeSnapshot([view_of(tx) for block in blocks for tx in block.txs])
    return chain, build(chain)


def test_two_names_for_one_cluster_are_a_conflict_that_names_both(
    era: tuple[FakeSnapshot, Clusters], real_data: Path, tmp_path: Path
) -> None:
    chain, clusters = era
    pack = tmp_path / "dice.yaml"
    pack.write_text(PACK, encoding="utf-8")
    tags = load_tags([real_data / "labels" / "tagpacks" / "walletexplorer.yaml", pack], MAINNET)
    found = resolve(tags, chain.find_script, clusters.label)
    (conflict,) = found.conflicts()
    game, dice = (chain.numbers[decode_address(text, MAINNET)] for text in (GAME, DICE))
    assert conflict.label == clusters.label(game) == clusters.label(dice)
    assert clusters.size(conflict.label) == 37
    assert set(conflict.parties) == {"SatoshiDice.com", "original"}
    assert conflict.actor is None
    assert found.actor(conflict.label) is None
    assert {proposal.via_script for proposal in conflict.proposals} == {game, dice}


def test_the_union_that_mixed_the_two_names_is_told(era: tuple[FakeSnapshot, Clusters]) -> None:
    chain, clusters = era
    game, dice = (chain.numbers[decode_address(text, MAINNET)] for text in (GAME, DICE))
    steps = clusters.explain(game, dice)
    assert steps is not None
    nodes = [steps[0].from_script, *(step.to_script for step in steps)]
    row = np.arange(len(steps), dtype=np.uint32)
    links = LinkTable(row, row + np.uint32(1), row, np.full(len(steps), 2, np.uint8), row.astype(np.int64))
    party = np.array([1 if node == game else 2 if node == dice else 0 for node in nodes], np.uint32)
    found = join_by_party(len(nodes), links, party)
    assert len(found.mixing) == 1
    assert set(found.label.tolist()) == {0}
    assert {step.tier for step in steps} == {Tier.T2}
