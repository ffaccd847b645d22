"""Tiers of a cluster whose links are too many to look at: what is said of it is what the links say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.judgements import Judgement, JudgementKind
from cointrail.clustering.links import count_outputs
from cointrail.clustering.under import under
from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster_tiers import ClusterTiers, cluster_tiers
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.neighbours import Reach
from cointrail.workbench import LookupBench
from support.demo_world import DemoFolder


@pytest.fixture(name="desk", scope="module")
def _desk(demo: DemoFolder) -> Iterator[LookupDesk]:
    with LookupBench(demo.store)._desk(()) as desk:
        yield desk


@pytest.fixture(name="labels", scope="module")
def headline_clusters_of_every_kind(desk: LookupDesk) -> list[int]:
    """The largest, small ones that weak links join to more, and single scripts."""
    clusters = desk.clusters
    several = clusters.partitions[Tier.T2].labels.tolist()
    weakly = [n for n in range(desk.snapshot.n_scripts) if clusters.label(n, Tier.T4) != clusters.label(n)]
    largest = sorted(several, key=clusters.size)[-3:]
    return list(dict.fromkeys([*largest, *several[:5], *map(clusters.label, weakly[:5])]))


def outputs_of_all(desk: LookupDesk, label: int) -> int:
    """Outputs of the T4 cluster around a headline cluster."""
    clusters = desk.clusters
    return count_outputs(desk.snapshot, clusters.members(clusters.label(label, Tier.T4), Tier.T4))


def asked(desk: LookupDesk, label: int, most: int | None) -> ClusterTiers:
    return cluster_tiers(desk, str(label), most_outputs=most)


def test_a_cluster_within_the_limit_is_looked_at_as_without_one(desk: LookupDesk, labels: list[int]) -> None:
    for label in labels:
        whole = asked(desk, label, None)
        assert whole.complete
        assert whole.stop_reason is Reach.COMPLETE
        assert asked(desk, label, outputs_of_all(desk, label)) == whole


def test_beyond_the_limit_every_line_is_what_the_links_give(desk: LookupDesk, labels: list[int]) -> None:
    for label in labels:
        whole, glance = asked(desk, label, None), asked(desk, label, outputs_of_all(desk, label) - 1)
        assert set(glance.tiers) <= set(whole.tiers)
        assert replace(glance, tiers=whole.tiers) == replace(
            whole,
            bridges=(),
            bridges_page=replace(glance.bridges_page, shown=0, total=None),
            complete=False,
            stop_reason=Reach.ROW_LIMIT,
        )


def test_of_the_largest_clusters_every_tier_has_a_line(desk: LookupDesk, labels: list[int]) -> None:
    for label in labels[:3]:
        glance = asked(desk, label, outputs_of_all(desk, label) - 1)
        assert [line.tier for line in glance.tiers] == [Tier.T1, Tier.T2, Tier.T3, Tier.T4]


def test_a_line_is_left_out_where_too_many_scripts_would_be_added_up(
    desk: LookupDesk, labels: list[int]
) -> None:
    for label in labels:
        whole, least = asked(desk, label, None), asked(desk, label, 0)
        assert set(least.tiers) <= set(whole.tiers)
        if len(desk.clusters.members(label)) > 1:
            assert [line.tier for line in least.tiers][:1] == [Tier.T2]


def test_what_tags_say_of_single_links_is_left_to_the_whole_look(demo: DemoFolder, desk: LookupDesk) -> None:
    tags = load_tags((demo.tags,), desk.snapshot.network)
    told = LookupDesk(
        desk.snapshot, desk.clusters, resolve(tags, desk.snapshot.find_script, desk.clusters.label)
    )
    tagged = [desk.clusters.label(script) for script in told.proposals[0].tolist()]
    assert tagged
    for label in tagged[:5]:
        whole, glance = asked(told, label, None), asked(told, label, outputs_of_all(told, label) - 1)
        assert set(glance.tiers) <= set(whole.tiers)
        assert all(line.tier <= Tier.T2 for line in glance.tiers)


def parted(desk: LookupDesk, label: int) -> LookupDesk:
    """The desk of a case that holds the first and the last script of a cluster apart."""
    names = [int(n) for n in desk.clusters.members(label)[[0, -1]]]
    scripts = tuple(desk.snapshot.get_script(n) for n in names)
    judgement = Judgement(
        id="J1",
        kind=JudgementKind.APART,
        who="ann",
        when=date(2024, 5, 1),
        why="two people",
        names=tuple(map(desk.name, names)),
        scripts=scripts,
    )
    judged = JudgedClusters(desk.snapshot, desk.clusters, [judgement])
    return LookupDesk(desk.snapshot, under(desk.clusters, judged))


def test_a_judgement_leaves_the_tiers_of_other_clusters_as_they_were(
    desk: LookupDesk, labels: list[int]
) -> None:
    seen = parted(desk, labels[0])
    far = [
        one for one in labels if desk.clusters.label(one, Tier.T4) != desk.clusters.label(labels[0], Tier.T4)
    ]
    assert far
    for label in far:
        for most in (None, 0):
            assert replace(asked(seen, label, most), basis=desk.basis) == asked(desk, label, most)


def test_a_judgement_shows_in_every_tier_and_in_what_is_refused(desk: LookupDesk, labels: list[int]) -> None:
    label = labels[0]
    seen = parted(desk, label)
    before, whole = asked(desk, label, None), asked(seen, label, None)
    lines = {line.tier: line for line in whole.tiers}
    assert [line.tier for line in whole.tiers] == [line.tier for line in before.tiers]
    assert lines[Tier.T2].scripts == seen.clusters.size(label) == whole.cluster.size < before.cluster.size
    assert lines[Tier.T2].balance_sat == seen.clusters.moves.of(label).balance_sat
    assert any("judgement `J1` holds" in line.because for line in whole.refused)


def test_of_a_judged_cluster_no_tier_has_a_line_beyond_the_limit(desk: LookupDesk, labels: list[int]) -> None:
    """What clusters themselves say of a tier is what the rules alone say."""
    found = asked(parted(desk, labels[0]), labels[0], 0)
    assert found.tiers == ()
    assert found.bridges == ()
    assert found.stop_reason is Reach.ROW_LIMIT


def test_an_answer_that_is_kept_is_found_once_and_the_oldest_goes(
    desk: LookupDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cointrail.lookups.desk.MOST_KEPT", 2)
    own, found = LookupDesk(desk.snapshot, desk.clusters), list[str]()

    def answer(question: str) -> str:
        found.append(question)
        return question.upper()

    def ask(question: str) -> str:
        return own.kept(question, lambda: answer(question))

    assert [ask(one) for one in "abacab"] == [*"ABACAB"]
    assert found == [*"abcb"]
