"""Agreement of partitions against values worked out by hand, and against counting item by item."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.evaluate.agreement import Agreement, CommonTable, agreement, worst_mean
from cointrail.evaluate.bootstrap import ratio_interval
from cointrail.evaluate.intervals import ONE, interval

ITEMS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=40)


def judged(clusters: list[int], hands: list[int], weights: list[int] | None = None) -> Agreement:
    weight = None if weights is None else np.array(weights)
    return agreement(CommonTable.of(np.array(clusters), np.array(hands), weight))


def test_clusters_that_are_the_hands_are_right_in_every_figure() -> None:
    found = judged([7, 7, 2, 2, 9], [0, 0, 1, 1, 2])
    assert found.bcubed_precision == found.bcubed_recall == found.pair_recall == found.v_measure == 1
    assert (found.false_merges, found.contaminated) == (0, 0)


def test_one_stranger_in_a_cluster_of_five_costs_what_the_definition_says() -> None:
    # One cluster of five has four of one hand: precision (4 * 0.8 + 0.2) / 5, recall 1.
    found = judged([0] * 5, [0, 0, 0, 0, 1])
    assert found.bcubed_precision == pytest.approx(0.68)
    assert found.bcubed_recall == 1
    assert found.pair_precision == pytest.approx(6 / 10)
    assert (found.false_merges, found.contaminated, found.largest_cluster) == (1, 1, 1)


def test_the_largest_cluster_is_named_with_the_hands_inside() -> None:
    found = judged([0, 0, 0, 1, 1, 2], [0, 1, 2, 3, 3, 3])
    assert (found.largest_cluster, found.hands_in_largest) == (0.5, 3)


def test_rand_index_and_variation_have_the_values_of_an_example_by_hand() -> None:
    # Items ab|cd against abc|d. Pairs together: 2, 3, both 1 of 6; chance 2 * 3 / 6 = 1: index 0.
    found = judged([0, 0, 1, 1], [0, 0, 0, 1])
    assert found.adjusted_rand == pytest.approx(0)
    # H(clusters) = 1, H(hands) = 0.8113, joint 1.5 bits: variation 2 * 1.5 - 1 - 0.8113.
    assert found.variation == pytest.approx(1.18872, abs=1e-5)
    same = judged([0, 0, 1, 1, 2], [5, 5, 6, 6, 7])
    assert (same.adjusted_rand, same.variation) == (1, 0)


def test_items_that_are_alone_on_both_sides_do_not_lift_the_rand_index() -> None:
    some = [0, 0, 1, 1], [0, 0, 0, 1]
    alone = [*some[0], 7, 8, 9], [*some[1], 7, 8, 9]
    assert judged(*alone).adjusted_rand == judged(*some).adjusted_rand


def test_single_items_are_pure_and_incomplete() -> None:
    found = judged([0, 1, 2, 3], [0, 0, 0, 0])
    assert found.bcubed_precision == 1
    assert found.bcubed_recall == pytest.approx(0.25)
    assert (found.pair_precision, found.pair_recall, found.v_measure) == (None, 0, 0)


def test_by_value_a_rich_stranger_counts_for_what_he_received() -> None:
    found = judged([0, 0], [0, 1], [90, 10])
    assert found.bcubed_precision == pytest.approx(0.5)
    assert found.value_precision == pytest.approx(0.9 * 0.9 + 0.1 * 0.1)


def test_the_worst_tenth_is_a_mean_over_items_not_over_groups() -> None:
    assert worst_mean(np.array([0.2, 1.0]), np.array([1, 19])) == pytest.approx((0.2 + 1.0) / 2)
    assert worst_mean(np.array([0.5]), np.array([3])) == 0.5
    assert worst_mean(np.array([]), np.array([], np.int64)) is None


def test_of_no_items_there_is_no_figure() -> None:
    found = judged([], [])
    assert (found.items, found.bcubed_precision, found.v_measure) == (0, None, None)


@given(ITEMS)
def test_every_share_equals_counting_item_by_item(items: list[tuple[int, int, int]]) -> None:
    clusters, hands, weights = map(list, zip(*items, strict=True))
    found, everyone = judged(clusters, hands, weights), range(len(items))
    same = [{j for j in everyone if clusters[j] == clusters[i]} for i in everyone]
    own = [{j for j in everyone if hands[j] == hands[i]} for i in everyone]
    precision = [len(c & t) / len(c) for c, t in zip(same, own, strict=True)]
    recall = [len(c & t) / len(t) for c, t in zip(same, own, strict=True)]
    assert found.bcubed_precision == pytest.approx(sum(precision) / len(items))
    assert found.bcubed_recall == pytest.approx(sum(recall) / len(items))
    pairs = [(clusters[i] == clusters[j], hands[i] == hands[j]) for i, j in combinations(everyone, 2)]
    merged, one_hand, both = (sum(f(p) for p in pairs) for f in (lambda p: p[0], lambda p: p[1], all))
    assert found.pair_precision == (pytest.approx(both / merged) if merged else None)
    assert found.pair_recall == (pytest.approx(both / one_hand) if one_hand else None)
    assert found.contaminated == pytest.approx(sum(p < 1 for p in precision) / len(items))


def test_the_bootstrap_is_the_same_for_the_same_seed_and_holds_the_share() -> None:
    above, below = np.array([9.0, 5.0, 0.0, 3.0] * 20), np.array([10, 5, 0, 6] * 20)
    low, high = ratio_interval(above, below, seed=3) or (1, 0)
    assert (low, high) == ratio_interval(above, below, seed=3)
    assert low < above.sum() / below.sum() < high


def test_hands_that_all_agree_leave_the_doubt_of_their_number() -> None:
    many = np.full(300, 4.0)
    assert ratio_interval(many, many, seed=1) == (interval(300, 300)[0] / ONE, 1)
    assert ratio_interval(many * 0, many, seed=1) == (0, interval(0, 300)[1] / ONE)
    assert ratio_interval(np.array([0.0]), np.array([0]), seed=1) is None


def test_a_few_hands_that_differ_leave_no_interval() -> None:
    few = np.array([1.0, 0.0, 1.0, 0.0])
    assert ratio_interval(few, np.ones(4), seed=1) is None
    assert ratio_interval(np.append(few, 1.0), np.ones(5), seed=1) is not None
