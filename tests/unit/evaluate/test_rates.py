"""The table of measured error from tallies: draws, strata, quoting, tolerance over worlds, checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.clustering.rules import Link
from cointrail.error_rates.strata import ERAS, FAMILIES, PRINTS, SHAPES, SIZES, Stratum
from cointrail.error_rates.table import read_table
from cointrail.errors import BadInput
from cointrail.evaluate.intervals import lower_bound, upper_bound
from cointrail.evaluate.rates.check import check_tally, draw_world
from cointrail.evaluate.rates.groups import Joined, code_of, count_by, prefix, quoted_by, words_of
from cointrail.evaluate.rates.maker import WORLD_ENOUGH, left_out, rows_of, table_bytes
from cointrail.evaluate.rates.sources import FIRST_SEED, Budget, held_back, world_plans
from cointrail.evaluate.rates.tally import WIDTHS, Tally

RULE = Link.CHANGE_LEAD.rule.name


def full(rule: str = RULE, era: int = 0, family: int = 0, shape: int = 0) -> Stratum:
    """All marks of a link."""
    return (rule, ERAS[era], FAMILIES[family], SHAPES[shape], PRINTS[0], SIZES[0])


def tally(*rows: tuple[Stratum, int, int], name: str = "world") -> Tally:
    """A world with these links; each row is of another hand: stratum, links, wrong."""
    codes = np.array([code_of(stratum) for stratum, _, _ in rows], np.int64)
    links, wrong = (np.array([row[k] for row in rows], np.int64) for k in (1, 2))
    hands = np.arange(len(rows), dtype=np.int64)
    return Tally(name, "00", 9, 0, codes, hands, links, wrong, {"T2": 150_000})


def people(count: int, wrong: int = 0, *, stratum: Stratum | None = None) -> Tally:
    """A world in which so many hands have one link each, and some are wrong."""
    return tally(*((stratum or full(), 1, int(k < wrong)) for k in range(count)))


@given(
    picks=st.tuples(*(st.integers(0, width - 1) for width in WIDTHS)),
    depth=st.integers(1, len(WIDTHS)),
)
def test_a_prefix_reads_as_the_marks_that_it_was_made_of(picks: tuple[int, ...], depth: int) -> None:
    words = (ERAS, FAMILIES, SHAPES, PRINTS, SIZES)
    whole = (Link(picks[0]).rule.name, *(one[k] for one, k in zip(words, picks[1:], strict=True)))
    code = code_of(whole)
    assert code is not None
    short = picks[0] <= Link.INNER_SCRIPT and depth > len(("rule", "era"))
    found = int(prefix(np.array([code]), depth)[0])
    assert found == -1 if short else words_of(found, depth) == whole[:depth]


def test_one_link_of_each_hand_is_drawn_and_a_hand_of_another_world_is_another() -> None:
    rows = Joined.of([tally((full(), 1_000, 1_000), (full(), 1, 0)), tally((full(), 5, 0))])
    found = count_by(rows, prefix(rows.code, 1), 0)
    assert (found.n.tolist(), found.wrong.tolist()) == ([3], [1])
    assert (found.links.tolist(), found.wrong_links.tolist()) == ([1_006], [1_000])
    assert found.world_n.tolist() == [2, 1]


@settings(max_examples=20)
@given(share=st.integers(0, 100), seed=st.integers(0, 5))
def test_the_draw_is_wrong_as_often_as_the_links_of_the_hands_are(share: int, seed: int) -> None:
    rows = Joined.of([tally(*((full(), 100, share) for _ in range(2_000)))])
    wrong = int(count_by(rows, prefix(rows.code, 1), seed).wrong[0])
    assert abs(wrong - 20 * share) <= 120


def test_links_are_quoted_by_the_deepest_stratum_that_has_a_bound() -> None:
    own: list[Stratum] = [(RULE,), full()[:2], full(era=1)[:3]]
    codes = np.array([code_of(one) for one in (full(), full(era=1), full(era=1, family=1), full(era=2))])
    assert quoted_by(codes, own).tolist() == [1, 2, 0, 0]
    assert quoted_by(np.array([code_of(full(Link.CHANGE.rule.name))]), own).tolist() == [-1]


def test_a_stratum_with_too_few_hands_is_told_by_its_parent() -> None:
    rows, strata = rows_of([people(400), people(10, stratum=full(era=1))])
    found = {row.stratum: row for row in rows}
    assert found[RULE, ERAS[0]].own
    assert not found[RULE, ERAS[1]].own
    assert found[RULE, ERAS[1]].bound_ppm == found[RULE,].rest_ppm
    assert (RULE, ERAS[1], FAMILIES[0]) not in found
    assert strata == sum(row.own for row in rows)


def test_a_bound_is_never_below_that_of_clopper_and_pearson_nor_the_share_of_all_links() -> None:
    busy = tally((full(), 10_000, 9_000), *((full(), 1, 0) for _ in range(600)))
    rows, strata = rows_of([busy])
    whole = next(row for row in rows if row.stratum == (RULE,))
    assert whole.bound_ppm >= upper_bound(whole.wrong, whole.n, strata=strata)
    assert whole.bound_ppm >= 1_000_000 * 9_000 // 10_600
    rows, strata = rows_of([people(600)])
    assert rows[0].bound_ppm == upper_bound(0, 600, strata=strata)


def test_worlds_that_are_worse_than_the_mean_raise_the_bound() -> None:
    calm, bad = [people(200) for _ in range(40)], people(200, 40)
    alone = rows_of(calm)[0][0].bound_ppm
    together = rows_of([*calm, bad])[0][0].bound_ppm
    assert alone < 10_000
    assert together >= lower_bound(40, 200) > 100_000


@pytest.mark.parametrize(("worlds", "out"), [(1, 0), (58, 0), (59, 0), (93, 1), (124, 2), (300, 8)])
def test_the_worst_worlds_left_out_leave_a_limit_for_nineteen_of_twenty(worlds: int, out: int) -> None:
    assert left_out(worlds) == out


def test_the_same_tallies_give_the_same_bytes_and_a_table_that_can_be_read() -> None:
    tallies = [people(400, 2), people(350, 1, stratum=full(era=1))]
    data = table_bytes("small", tallies)
    assert data == table_bytes("small", tallies)
    table = read_table(data)
    assert table.rate(full()) is not None
    assert table.rate(full(era=2)) is None
    assert table.hands == 750


def test_a_world_like_those_of_the_table_is_inside_and_a_worse_one_outside() -> None:
    table = read_table(table_bytes("small", [people(400, 2) for _ in range(10)]))
    same, worse = check_tally(table, people(400, 2), 1), check_tally(table, people(400, 100), 1)
    assert (same.strata, same.outside, same.holds) == (1, 0, True)
    assert (worse.outside, worse.allowed, worse.holds) == (1, 0, False)
    assert worse.rows[0].above


def test_strata_with_few_hands_are_not_checked_and_unknown_rules_are_named() -> None:
    table = read_table(table_bytes("small", [people(400)]))
    other = full(Link.CHANGE.rule.name)
    few = check_tally(table, tally(*((full(), 1, 1) for _ in range(WORLD_ENOUGH - 1)), (other, 1, 0)), 1)
    assert (few.strata, few.holds) == (0, True)
    assert few.not_measured == (Link.CHANGE.rule.name,)


def test_a_new_world_is_not_one_of_the_tables_own() -> None:
    with pytest.raises(BadInput):
        draw_world(FIRST_SEED, vary=True)
    seeds = [one.seed for one in (*world_plans(Budget.FULL), *held_back(Budget.FULL))]
    assert min(seeds) >= FIRST_SEED
    assert len({(one.name, one.seed) for one in world_plans(Budget.FULL)}) == len(world_plans(Budget.FULL))
    assert draw_world(5, vary=True)[1] != draw_world(6, vary=True)[1]
