"""Counts of statements by stratum, and which bound a stratum has."""

from __future__ import annotations

import numpy as np
import pytest

from cointrail.clustering.rules import Link
from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.worlds.pool import ENOUGH, Stratum, bound_strata
from cointrail.evaluate.worlds.statements import Statements, StratumCount, count_strata
from cointrail.evaluate.worlds.strata import ERAS, FAMILIES, PRINTS, SHAPES, SIZES, TxMarks

RULE = "common_input@2"
CHILD = (RULE, ERAS[0])


def marks(*eras: int) -> TxMarks:
    zero = np.zeros(len(eras), np.uint8)
    return TxMarks(np.array(eras, np.uint8), zero, zero, zero, zero)


def statements(rule: Link, txs: list[int], hands: list[int], wrong: list[bool]) -> Statements:
    codes = np.full(len(txs), rule, np.uint8)
    return Statements(codes, np.array(txs, np.int64), np.array(hands, np.int32), np.array(wrong, np.bool_))


def counted(stratum: tuple[str, ...], n: int, wrong: int = 0, links: int | None = None) -> StratumCount:
    return StratumCount(stratum, n if links is None else links, wrong, n, wrong)


def test_every_link_counts_and_one_of_each_hand_is_drawn() -> None:
    found = count_strata(
        statements(Link.COMMON_INPUT, [0, 0, 0, 1], [5, 5, 5, 8], [True] * 4), marks(0, 0), 1
    )
    assert found[0] == StratumCount((RULE,), links=4, wrong_links=4, n=2, wrong=2)


def test_a_stratum_says_all_marks_and_each_first_part_is_one_too() -> None:
    found = count_strata(statements(Link.COMMON_INPUT, [0], [0], [False]), marks(1), 1)
    whole = (RULE, ERAS[1], FAMILIES[0], SHAPES[0], PRINTS[0], SIZES[0])
    assert [one.stratum for one in found] == [whole[:depth] for depth in range(1, 7)]


def test_links_of_keys_are_told_apart_by_rule_and_era_alone() -> None:
    found = count_strata(statements(Link.SAME_KEY, [0], [0], [False]), marks(0), 1)
    assert [len(one.stratum) for one in found] == [1, 2]


def test_the_parts_of_a_stratum_add_up_to_it() -> None:
    dice = np.random.default_rng(4)
    many = statements(
        Link.CHANGE, dice.integers(0, 9, 500).tolist(), dice.integers(0, 60, 500).tolist(), [False] * 500
    )
    found = count_strata(many, marks(*dice.integers(0, 5, 9).tolist()), 1)
    assert sum(one.links for one in found if len(one.stratum) == 2) == found[0].links == 500


def test_the_draw_is_the_same_for_the_same_seed() -> None:
    dice = np.random.default_rng(4)
    many = statements(
        Link.CHANGE, [0] * 300, dice.integers(0, 40, 300).tolist(), (dice.random(300) < 0.3).tolist()
    )
    assert count_strata(many, marks(0), 7) == count_strata(many, marks(0), 7)
    assert len({count_strata(many, marks(0), seed)[0].wrong for seed in range(9)}) > 1


def test_no_statement_makes_no_stratum() -> None:
    assert count_strata(statements(Link.CHANGE, [], [], []), marks(), 1) == ()


def bounded(*counts: StratumCount) -> dict[tuple[str, ...], Stratum]:
    return {one.stratum: one for one in bound_strata(counts)[0]}


def test_a_stratum_with_enough_hands_has_a_bound_of_its_own() -> None:
    found = bounded(counted((RULE,), 5_000, 4), counted(CHILD, ENOUGH))
    assert found[CHILD].own
    assert found[CHILD].bound_ppm == upper_bound(0, ENOUGH, strata=2)


def test_a_stratum_with_too_few_hands_inherits_and_says_from_whom() -> None:
    found = bounded(counted((RULE,), 5_000, 4), counted(CHILD, ENOUGH - 1))
    assert found[CHILD].bound_from == (RULE,)
    assert found[CHILD].bound_ppm == found[RULE,].bound_ppm == upper_bound(4, 5_000)


def test_an_inherited_bound_is_not_below_what_went_wrong_here() -> None:
    few = StratumCount(CHILD, links=40, wrong_links=36, n=10, wrong=9)
    found = bounded(counted((RULE,), 5_000, 4), few)
    assert found[CHILD].bound_from == (RULE,)
    assert found[CHILD].bound_ppm == 900_000


def test_a_rule_as_a_whole_has_its_own_bound_however_few_there_are() -> None:
    assert bounded(counted((RULE,), 3))[RULE,].own


def test_where_more_of_all_links_are_wrong_than_the_draw_bounds_their_share_counts() -> None:
    one_busy_hand = StratumCount((RULE,), links=100_000, wrong_links=50_000, n=1_000, wrong=1)
    assert bounded(one_busy_hand)[RULE,].bound_ppm == 500_000


@pytest.mark.parametrize(("n", "within"), [(5_000, True), (400, False)])
def test_a_rule_is_within_its_tier_only_when_the_bound_is(n: int, *, within: bool) -> None:
    assert bounded(counted((RULE,), n))[RULE,].within is within
