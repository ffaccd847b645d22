"""Amounts that are round in a currency, by a rate that is given."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Change, Quiet, Remaining, vote
from cointrail.heuristics.change.fiat import LEAST_STEP_SAT, FiatPrice, fiat_round, is_fiat_round
from support.chains import tx
from support.change import Told

DOLLARS = FiatPrice("USD", Fraction(50_000), "test")
PAYMENT = tx("a:9_000_123", "shop:1_210_000 back:7_787_321")
"""605 dollars: round in dollars, and no rounder in bitcoin than thousands."""


def test_a_price_of_whole_fives_is_round_to_the_satoshi() -> None:
    odd = FiatPrice("USD", Fraction(43_210), "test")
    exact = Fraction(100 * 100_000_000, 43_210)
    assert is_fiat_round(round(exact), odd)
    assert not is_fiat_round(round(exact) + 3, odd)
    assert not is_fiat_round(1, odd)


def test_the_output_that_is_not_round_in_the_currency_is_left() -> None:
    assert fiat_round(PAYMENT, DOLLARS) == Remaining(frozenset({1}))


def test_without_a_price_nothing_is_said() -> None:
    assert fiat_round(PAYMENT) == Abstained("no price of its day is given")


@pytest.mark.parametrize(
    "outputs", ["x:1_210_000 y:1_220_000", "x:1_210_003 y:1_220_003", "x:546 y:1_210_000"]
)
def test_it_abstains_where_all_or_no_outputs_are_round_and_on_postage(outputs: str) -> None:
    assert isinstance(fiat_round(tx("a:9_000_123", outputs), DOLLARS), Abstained)


def test_a_currency_of_small_units_is_round_too_often_by_chance() -> None:
    at_limit = Fraction(5 * 100_000_000, LEAST_STEP_SAT)
    assert isinstance(fiat_round(PAYMENT, FiatPrice("JPY", at_limit + 1, "test")), Abstained)
    said = fiat_round(PAYMENT, FiatPrice("JPY", at_limit, "test"))
    assert not isinstance(said, Abstained) or "by chance" not in said.because


def test_it_votes_where_round_value_abstains_and_a_price_is_given() -> None:
    told = Told(new=frozenset({1}))
    plain, priced = vote(PAYMENT, told), vote(PAYMENT, told, price=DOLLARS)
    assert isinstance(plain, Change)
    assert isinstance(priced, Change)
    assert "change.fiat_round" not in plain.rules
    assert ("change.fiat_round" in priced.rules) != ("change.round_value" in priced.rules)


def test_one_round_amount_has_one_vote_and_makes_no_lead_alone() -> None:
    both_round = tx("a:9_000_123", "shop:5_000_000 back:4_000_001")
    assert vote(both_round, Told(), price=DOLLARS) == Abstained(Quiet.WEAK)
