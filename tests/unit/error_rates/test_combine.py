from __future__ import annotations

import pytest

from cointrail.heuristics.base import Tier
from cointrail.tracing.error_bound import NOT_MEASURED, bound_of, if_independent, percent, union_bound

EXAMPLE = [*[1_000] * 6, *[8_000] * 3, 5_000]
"""Six T2 links at 0.1 %, three hops at 0.8 %, a tag at 0.5 %."""


def test_the_worked_example_adds_up_to_three_and_a_half_per_cent() -> None:
    assert percent(union_bound(EXAMPLE)) == "3.5 %"
    assert round(if_independent(EXAMPLE), -2) == 34_500


@pytest.mark.parametrize(("share", "text"), [(1_000, "3.8 %"), (10_000, "6.5 %"), (50_000, "18.5 %")])
def test_payjoins_on_half_of_the_links_raise_it(share: int, text: str) -> None:
    assert percent(union_bound([*EXAMPLE, *[share] * 3])) == text


@pytest.mark.parametrize(
    ("rate", "hops", "right"),
    [(1_000, 10, 990), (1_000, 100, 905), (10_000, 10, 904), (10_000, 50, 605), (50_000, 10, 599)],
)
def test_error_grows_with_every_hop(rate: int, hops: int, right: int) -> None:
    assert (1_000_000 - if_independent([rate] * hops) + 500) // 1_000 == right


def test_independent_links_are_never_worse_than_the_union_bound() -> None:
    assert if_independent(EXAMPLE) <= union_bound(EXAMPLE)


def test_no_bound_is_above_one() -> None:
    assert union_bound([600_000, 600_000]) == 1_000_000
    assert if_independent([1_000_000, 5]) == 1_000_000


def test_ledger_facts_are_no_links_and_targets_are_no_measurement() -> None:
    bound = bound_of([Tier.T0, Tier.T1, Tier.T3])
    assert (bound.links, bound.target_ppm, bound.measured) == ({"T1": 1, "T3": 1}, 10_000, NOT_MEASURED)


@pytest.mark.parametrize(
    ("ppm", "text"), [(0, "0 %"), (10_000, "1 %"), (34_512, "3.4512 %"), (1_000_000, "100 %")]
)
def test_rates_are_exact_in_words(ppm: int, text: str) -> None:
    assert percent(ppm) == text
