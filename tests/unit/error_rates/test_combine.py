from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.error_rates.combine import (
    ONE,
    PAYJOIN_PPM,
    Charge,
    bound_of,
    if_independent,
    percent,
    union_bound,
)
from cointrail.heuristics.base import Tier
from support.peeling import charge

EXAMPLE = [
    *(charge(Tier.T2, 1_000, payjoin=k < 3) for k in range(6)),
    *(charge(Tier.T3, 8_000) for _ in range(3)),
    charge(Tier.T4, 5_000),
]
"""methods.md 9.4: six T2 links at 0.1 %, payjoin charged on half; three hops at 0.8 %; a tag at 0.5 %."""

RATES = st.lists(st.integers(0, ONE), max_size=30)


def test_the_worked_example_adds_up_to_three_and_a_half_per_cent() -> None:
    found = bound_of(EXAMPLE)
    assert found.bound_ppm is not None
    assert percent(found.bound_ppm) == "3.5 %"
    assert found.independent_ppm is not None
    assert round(found.independent_ppm, -2) == 34_500
    assert [percent(total) for _, total in found.payjoin_ppm] == ["3.5 %", "3.8 %", "6.5 %", "18.5 %"]
    assert found.links == {"T2": 6, "T3": 3, "T4": 1}


@pytest.mark.parametrize(
    ("rate", "hops", "right"),
    [(1_000, 10, 990), (1_000, 100, 905), (10_000, 10, 904), (10_000, 50, 605), (50_000, 10, 599)],
)
def test_error_grows_with_every_hop(rate: int, hops: int, right: int) -> None:
    assert (1_000_000 - if_independent([rate] * hops) + 500) // 1_000 == right


@given(rates=RATES, more=st.integers(0, ONE))
def test_a_longer_path_is_never_better_and_independence_never_worse(rates: list[int], more: int) -> None:
    assert union_bound(rates) <= union_bound([*rates, more]) <= ONE
    assert if_independent(rates) <= if_independent([*rates, more]) <= ONE
    assert if_independent(rates) <= union_bound(rates) or union_bound(rates) == ONE


@given(rates=RATES, payjoins=st.integers(0, 30))
def test_more_payjoins_never_make_a_bound_better(rates: list[int], payjoins: int) -> None:
    charges = [charge(Tier.T2, ppm, payjoin=k < payjoins) for k, ppm in enumerate(rates)]
    sums = [total for _, total in bound_of(charges).payjoin_ppm]
    assert sums == sorted(sums)
    assert sums[0] == bound_of(charges).bound_ppm


def test_one_link_without_a_rate_leaves_the_path_without_a_bound() -> None:
    found = bound_of([charge(Tier.T2, 500), charge(Tier.T3, None, rule="service.deposit@2")])
    assert (found.bound_ppm, found.independent_ppm, found.payjoin_ppm) == (None, None, ())
    assert found.not_measured == {"service.deposit@2": 1}
    assert found.weakest is not None
    assert found.weakest.rule == "service.deposit@2"


def test_ledger_facts_alone_have_a_bound_of_nothing() -> None:
    found = bound_of([])
    assert (found.links, found.bound_ppm, found.weakest) == ({}, 0, None)


def test_what_an_analyst_judged_has_no_rate() -> None:
    found = bound_of([Charge("judgement:j1", None, None)])
    assert (found.links, found.measured) == ({"judged": 1}, False)


def test_shares_of_payjoins_are_the_assumptions_that_the_methods_name() -> None:
    assert [percent(share) for share in PAYJOIN_PPM] == ["0 %", "0.1 %", "1 %", "5 %"]


@pytest.mark.parametrize(
    ("ppm", "text"), [(0, "0 %"), (10_000, "1 %"), (34_512, "3.4512 %"), (1_000_000, "100 %")]
)
def test_rates_are_exact_in_words(ppm: int, text: str) -> None:
    assert percent(ppm) == text
