"""Joins of unequal amounts, and the large payments that must not be taken for them."""

from __future__ import annotations

import pytest

from cointrail.heuristics.gate import Gate, judge
from cointrail.heuristics.partition import balanced, sharedcoin
from cointrail.heuristics.shape import Shape, shape_of
from support.chains import tx

IN_WINDOW = 300_000


def shape(ins: str, outs: str, height: int | None = None) -> Shape:
    return shape_of(tx(ins=ins, outs=outs, height=height))


TWO_HANDS = ("a:120_000_000 b:71_000_000", "x:119_999_000 y:70_999_500")
FOUR = (
    "a:100_000 b:200_000 c:400_000 d:800_000",
    "v:299_000 w:700 x:1_199_000 y:700",
)


def test_two_hands_that_each_pay_their_own_output_balance() -> None:
    assert balanced(shape(*TWO_HANDS))
    assert judge(tx(*TWO_HANDS)).gate == Gate.UNKNOWN


def test_a_payment_with_change_does_not_balance() -> None:
    assert not balanced(shape("a:120_000_000 b:71_000_000", "x:150_000_000 y:40_999_500"))


def test_one_hand_cannot_balance_against_itself() -> None:
    assert not balanced(shape("a:120_000_000 a:71_000_000", "x:119_999_000 y:70_999_500"))


def test_balance_means_within_the_whole_fee() -> None:
    assert balanced(shape("a:120_000_000 b:71_000_000", "x:120_000_000 y:70_999_000"))
    assert not balanced(shape("a:120_000_000 b:71_000_000", "x:120_000_001 y:70_999_000"))


def test_a_balance_that_chance_could_have_made_says_nothing() -> None:
    # Two hands and two outputs make 16 ways; one in a hundred, so the whole must be 1,600 times the fee.
    assert balanced(shape("a:1_000_000 b:600_000", "x:999_500 y:599_501"))
    assert not balanced(shape("a:1_000_000 b:600_000", "x:999_500 y:599_500"))


def test_outputs_worth_more_than_the_inputs_are_no_partition() -> None:
    assert not balanced(shape("a:100_000_000 b:50_000_000", "x:100_000_001 y:50_000_000"))


def test_inputs_and_outputs_of_nothing_are_no_part() -> None:
    assert not balanced(shape("a:120_000_000 b:0", "x:119_999_000 y:0"))


@pytest.mark.parametrize(
    ("height", "fires"), [(266_999, False), (267_000, True), (446_100, True), (446_101, False), (None, False)]
)
def test_sharedcoin_counts_in_its_years_only(height: int | None, *, fires: bool) -> None:
    assert sharedcoin(shape(*FOUR, height)) is fires


def test_sharedcoin_wants_four_inputs_and_four_outputs() -> None:
    assert not sharedcoin(shape("a:300_000 c:400_000 d:800_000", FOUR[1], IN_WINDOW))
    assert not sharedcoin(shape(FOUR[0], "v:299_700 x:1_199_000 y:700", IN_WINDOW))


def test_sharedcoin_abstains_where_nothing_balances() -> None:
    assert not sharedcoin(shape(FOUR[0], "v:250_000 w:549_500 x:651_000 y:49_300", IN_WINDOW))


def test_a_search_too_large_counts_as_found_in_sharedcoins_years_alone() -> None:
    hands = " ".join(f"a{k}:{1_000_000 + k}" for k in range(13))
    outs = " ".join(f"x{k}:3_000_000" for k in range(4))
    assert sharedcoin(shape(hands, outs, IN_WINDOW))
    assert not sharedcoin(shape(hands, outs, 500_000))
    assert not balanced(shape(hands, outs))


def test_a_large_payment_of_one_script_is_no_sharedcoin() -> None:
    ins = " ".join("a:1_000_000" for _ in range(5))
    outs = " ".join(f"x{k}:1" for k in range(20))
    assert not sharedcoin(shape(ins, outs, IN_WINDOW))


@pytest.mark.parametrize("height", [None, IN_WINDOW, 700_000])
def test_a_large_consolidation_is_safe_at_all_times(height: int | None) -> None:
    ins = " ".join(f"a{k}:{1_000_000 + 7 * k}" for k in range(200))
    assert judge(tx(ins=ins, outs="x:200_000_000", height=height)).gate == Gate.SAFE


@pytest.mark.parametrize("height", [None, 266_999, 700_000])
def test_a_large_batch_is_safe_outside_sharedcoins_years(height: int | None) -> None:
    ins = " ".join(f"a{k}:{90_000_000 + 7_919 * k}" for k in range(8))
    outs = " ".join(f"x{k}:{1_000_000 + 104_729 * k}" for k in range(60))
    assert judge(tx(ins=ins, outs=outs, height=height)).gate == Gate.SAFE
