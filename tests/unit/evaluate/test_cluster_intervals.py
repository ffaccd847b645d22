"""Intervals of figures of partitions hold the figure; a stranger's tag counts only where there is one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.evaluate.agreement import CommonTable, agreement
from cointrail.evaluate.worlds.cluster_intervals import cluster_intervals, outside_intervals, tag_contaminated
from cointrail.evaluate.worlds.tables import CLUSTER_INTERVALS

NOBODY = np.zeros(9, np.bool_)


def table(clusters: list[int], hands: list[int]) -> CommonTable:
    return CommonTable.of(np.array(clusters), np.array(hands))


def many(seed: int, hands: int = 60) -> CommonTable:
    """Hands of a few items; one cluster in ten has a stranger."""
    dice = np.random.default_rng(seed)
    owner = np.repeat(np.arange(hands), dice.integers(1, 9, hands))
    cluster = owner * 2 + dice.integers(0, 2, len(owner))
    lost = dice.random(len(owner)) < 0.1
    cluster[lost] = dice.integers(0, 2 * hands, int(lost.sum()))
    return CommonTable.of(cluster, owner)


NOT_OF_THE_CLUSTERS = {"tag_contaminated", "outside_precision", "outside_recall"}
"""Figures that need more than one table."""


@pytest.mark.parametrize("seed", range(4))
def test_every_interval_holds_the_figure_that_it_is_of(seed: int) -> None:
    found = many(seed)
    figures = agreement(found)
    intervals = cluster_intervals(found, np.zeros(60, np.bool_), seed)
    for name in set(CLUSTER_INTERVALS) - NOT_OF_THE_CLUSTERS:
        interval, figure = intervals[name], getattr(figures, name)
        assert interval is not None
        assert interval[0] <= figure <= interval[1], name


def test_the_same_seed_gives_the_same_intervals() -> None:
    found = many(1)
    tagged = np.arange(60) < 5
    assert cluster_intervals(found, tagged, 3) == cluster_intervals(found, tagged, 3)


def test_of_nothing_there_is_no_interval() -> None:
    assert set(cluster_intervals(table([], []), NOBODY, 1).values()) <= {None}


def test_a_stranger_s_tag_counts_and_one_s_own_does_not() -> None:
    # Cluster 0 has two items of hand 0 and one of hand 1, which is tagged.
    mixed = table([0, 0, 0, 1], [0, 0, 1, 1])
    assert tag_contaminated(mixed, np.array([False, True])) == pytest.approx(2 / 4)
    assert tag_contaminated(mixed, np.array([True, True])) == pytest.approx(3 / 4)
    assert tag_contaminated(mixed, np.array([False, False])) == 0
    assert tag_contaminated(table([], []), NOBODY) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_a_tag_of_everybody_s_counts_like_a_stranger_s_script(items: list[tuple[int, int]]) -> None:
    clusters, hands = map(list, zip(*items, strict=True))
    found = table(clusters, hands)
    assert tag_contaminated(found, np.ones(9, np.bool_)) == pytest.approx(agreement(found).contaminated)


@pytest.mark.parametrize("seed", range(4))
def test_intervals_outside_payjoin_hold_the_bcubed_figures_of_their_own_table(seed: int) -> None:
    found = many(seed)
    figures, intervals = agreement(found), outside_intervals(found, seed)
    for name, figure in (
        ("outside_precision", figures.bcubed_precision),
        ("outside_recall", figures.bcubed_recall),
    ):
        interval = intervals[name]
        assert interval is not None
        assert figure is not None
        assert interval[0] <= figure <= interval[1]
