"""Each way of taking coins, on sets where it shows."""

from cointrail.simulate.composed.selection import (
    Selection,
    by_hand,
    exact_match,
    knapsack,
    largest_first,
    lightest,
    oldest_first,
    random_draw,
    select,
)
from cointrail.simulate.dice import Dice

VALUES = [5_000, 90_000, 20_000, 40_000]


def test_oldest_first_takes_coins_as_they_came() -> None:
    assert oldest_first(VALUES, 30_000) == [0, 1]


def test_largest_first_takes_the_fewest() -> None:
    assert largest_first(VALUES, 100_000) == [1, 3]


def test_branch_and_bound_finds_the_sum_that_needs_no_change() -> None:
    assert sorted(exact_match(VALUES, 64_900, 200) or ()) == [0, 2, 3]


def test_branch_and_bound_abstains_where_every_sum_leaves_change() -> None:
    assert exact_match(VALUES, 30_000, 200) is None


def test_knapsack_takes_the_smallest_larger_coin_when_small_ones_do_not_suffice() -> None:
    assert knapsack(VALUES, 80_000, 1_000, Dice("knapsack")) == [1]


def test_knapsack_takes_a_coin_of_exactly_the_target() -> None:
    assert knapsack(VALUES, 20_000, 1_000, Dice("knapsack")) == [2]


def test_random_draw_differs_from_draw_to_draw() -> None:
    drawn = {tuple(random_draw(VALUES, 15_000, Dice(str(n))) or ()) for n in range(40)}
    assert len(drawn) > 3


def test_the_lightest_set_leaves_heavy_coins_alone() -> None:
    assert lightest([50_000, 50_000], [148, 58], 40_000, 1_000) == [1]


def test_somebody_who_ticks_boxes_takes_one_coin_that_is_enough_or_one_more() -> None:
    taken = [by_hand(VALUES, 85_000, Dice(str(n))) or [] for n in range(40)]
    assert {len(places) for places in taken} == {1, 2}
    assert all(places[0] == 1 for places in taken)


def test_nothing_is_taken_where_there_is_too_little() -> None:
    for how in Selection:
        assert select(how, VALUES, [68] * 4, 200_000, 500, 1_000, 10.0, Dice("poor")) is None


def test_core_grinds_only_where_fees_are_high() -> None:
    values, weights = [60_000, 59_000], [148, 58]
    dear = select(Selection.GRIND, values, weights, 40_000, 500, 1_000, 100.0, Dice("dear"))
    assert dear is not None
    assert len(dear) == 1
