"""Proofs and earlier heights against what was never in the store: raw blocks, and a store that ends there."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from cointrail.chain.decode import decode_block
from cointrail.chain.prevouts import Prevouts, outputs_of, view_of
from cointrail.chain.types import Tx
from cointrail.clustering.as_of import members_at
from cointrail.clustering.build import build
from cointrail.clustering.change_context import change_of
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.proof import ProofStep
from cointrail.errors import NotFound
from cointrail.heuristics.base import Linked, Tier
from cointrail.heuristics.change.vote import Change
from cointrail.heuristics.change_links import change_lead, change_link
from cointrail.heuristics.common_input import common_input, common_input_lead
from cointrail.heuristics.same_key import inner_script, same_key
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from support import real_chains
from support.demo_world import DemoFolder, demo_folder

PAIRS = 1_000
INPUT_RULES = {"common_input": common_input, "common_input.unknown": common_input_lead}
CHANGE_RULES = {"change.link": change_link, "change.lead": change_lead}


@pytest.fixture(scope="module", name="demo")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)


class RawChain:
    """All transactions of a blocks directory, decoded from its bytes."""

    def __init__(self, blocks: Path) -> None:
        self.txs: dict[str, tuple[Tx, int]] = {}
        with BlocksDirectory(blocks) as source:
            self.dated = source.network.name == "mainnet"
            for height in range(len(source.chain)):
                for tx in decode_block(source.raw_block(height)).txs:
                    self.txs[str(tx.txid)] = tx, height
        self.outputs: Prevouts = outputs_of(tx for tx, _ in self.txs.values())

    def verifies(self, step: ProofStep, snapshot: Snapshot, clusters: Clusters) -> bool:
        """Ask the plain rule again, of what the blocks say."""
        ends = tuple(snapshot.get_script(number) for number in (step.from_script, step.to_script))
        if step.tx_num is None:
            found: Iterable[object] = (same_key(*ends), inner_script(*ends), inner_script(*ends[::-1]))
            return any(isinstance(one, Linked) for one in found)
        tx, height = self.txs[str(snapshot.txid(step.tx_num))]
        view = view_of(tx, self.outputs, height)
        rule_id = step.rule.partition("@")[0]
        if rule_id in INPUT_RULES:
            link = INPUT_RULES[rule_id](view, dated=self.dated)
        else:
            change = clusters.change(step.tx_num)
            assert isinstance(change, Change)
            link = CHANGE_RULES[rule_id](view, change.output, change.tier)
        return isinstance(link, Linked) and link.scripts >= set(ends)


def check_pairs(snapshot: Snapshot, clusters: Clusters, raw: RawChain, tier: Tier) -> int:
    """Verify the proofs of random pairs of members of random clusters; how many steps that took."""
    dice, partition, steps = random.Random(4), clusters.partitions[tier], 0
    for _ in range(PAIRS):
        members = partition.members.of(dice.randrange(len(partition.labels)))
        a, b = (int(members[dice.randrange(len(members))]) for _ in range(2))
        proof = clusters.explain(a, b, tier)
        assert proof is not None
        assert all(raw.verifies(step, snapshot, clusters) for step in proof)
        steps += len(proof)
    return steps


def test_proofs_of_random_pairs_verify_from_raw_blocks(demo: DemoFolder) -> None:
    raw = RawChain(demo.blocks)
    with open_snapshot(demo.store) as snapshot:
        clusters = build(snapshot)
        for tier in (Tier.T2, Tier.T3, Tier.T4):
            assert check_pairs(snapshot, clusters, raw, tier) > PAIRS // 2


def test_kept_verdicts_on_change_are_those_of_the_vote_asked_one_by_one(demo: DemoFolder) -> None:
    with open_snapshot(demo.store) as snapshot:
        clusters = build(snapshot)
        found = [clusters.change(number) for number in range(0, snapshot.n_txs, 3)]
        wanted = [change_of(snapshot, clusters, number) for number in range(0, snapshot.n_txs, 3)]
    assert found == wanted
    assert {one.tier for one in found if isinstance(one, Change)} == {Tier.T1, Tier.T3, Tier.T4}


def test_proofs_on_the_real_chain_verify_from_raw_blocks(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, tmp_path: Path
) -> None:
    blocks = real_chains.mainnet(tmp_path_factory, real_data)
    with BlocksDirectory(blocks) as source:
        ingest(tmp_path / "store", source)
    with open_snapshot(tmp_path / "store") as snapshot:
        clusters = build(snapshot)
        assert check_pairs(snapshot, clusters, RawChain(blocks), Tier.T4) > PAIRS // 2


@pytest.mark.parametrize("height", [150, 350, 550])
def test_a_cluster_at_a_height_is_that_of_a_store_that_ends_there(
    demo: DemoFolder, tmp_path: Path, height: int
) -> None:
    with BlocksDirectory(demo.blocks, to=height) as source:
        ingest(tmp_path / "store", source)
    with open_snapshot(demo.store) as now, open_snapshot(tmp_path / "store") as then:
        clusters, wanted = build(now), build(then)
        assert now.n_scripts > then.n_scripts
        for number in np.random.default_rng(1).integers(0, then.n_scripts, 400).tolist():
            assert now.get_script(number) == then.get_script(number)
            found = members_at(now, clusters, number, then.n_txs)
            assert found.tolist() == wanted.members(wanted.label(number)).tolist()
        with pytest.raises(NotFound):
            members_at(now, clusters, then.n_scripts, then.n_txs)
