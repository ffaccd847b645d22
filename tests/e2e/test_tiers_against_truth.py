"""Clusters of every tier in the demo's small world, against who owns what in truth."""

from __future__ import annotations

import csv

import numpy as np
import numpy.typing as npt
import pytest

from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.rules import Link
from cointrail.heuristics.base import Tier
from cointrail.store.reader import open_snapshot
from support.demo_world import DemoFolder, demo_folder

MOST_WRONG_PERCENT = {Tier.T1: 0, Tier.T2: 0, Tier.T3: 1, Tier.T4: 10}
"""Targets of methods.md 9.1, as shares of the links that joined something."""


@pytest.fixture(name="truth", scope="module")
def owners_and_clusters(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[npt.NDArray[np.int64], Clusters]:
    """Per script the number of its owner; and the clusters."""
    demo: DemoFolder = demo_folder(tmp_path_factory)
    with (demo.path / "world" / "truth" / "scripts.csv").open(encoding="utf-8", newline="") as lines:
        said = [(bytes.fromhex(row["script_hex"]), row["owner"]) for row in csv.DictReader(lines)]
    with open_snapshot(demo.store) as snapshot:
        owners = np.full(snapshot.n_scripts, -1)
        names: dict[str, int] = {}
        for script, owner in said:
            number = snapshot.find_script(script)
            if number is not None:
                owners[number] = names.setdefault(owner, len(names))
        assert (owners >= 0).all()
        return owners, build(snapshot)


@pytest.mark.parametrize("tier", MOST_WRONG_PERCENT)
def test_links_of_a_tier_are_wrong_no_more_often_than_the_tier_allows(
    truth: tuple[npt.NDArray[np.int64], Clusters], tier: Tier
) -> None:
    owners, clusters = truth
    proof, members = clusters.proof, clusters.proof.partition.members
    first = np.repeat(members.start[:-1], np.diff(members.start))
    scripts, rows = np.array(members.numbers), np.arange(len(members.numbers))
    of_tier = np.isin(proof.rule, [link for link in Link if link.tier == tier])
    links = np.flatnonzero(of_tier & (first + proof.parent != rows))
    wrong = owners[scripts[links]] != owners[scripts[(first + proof.parent)[links]]]
    assert 100 * int(wrong.sum()) <= MOST_WRONG_PERCENT[tier] * len(links)
    assert len(links) > 0 or tier == Tier.T1


@pytest.mark.parametrize("tier", [Tier.T2, Tier.T3])
def test_no_cluster_that_a_trace_may_follow_has_two_owners(
    truth: tuple[npt.NDArray[np.int64], Clusters], tier: Tier
) -> None:
    owners, clusters = truth
    assert (owners == owners[clusters.labels(tier)]).all()


def test_what_was_refused_would_have_joined_two_owners(
    truth: tuple[npt.NDArray[np.int64], Clusters],
) -> None:
    owners, clusters = truth
    refused = clusters.guards.refusals
    assert (owners[refused.apart_one] != owners[refused.apart_other]).all()
