from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.error_rates.combine import bound_of
from cointrail.error_rates.strata import ERAS, FAMILIES, SHAPES, Stratum
from cointrail.error_rates.table import UNMEASURED, read_table, shipped
from cointrail.error_rates.tiers import kept_tier, tier_in, tiers_of
from cointrail.error_rates.wording import say_bound
from cointrail.errors import BadInput
from cointrail.heuristics.base import REGISTRY, Tier
from support.error_tables import ERA, RULE, row, table
from support.peeling import charge

SMALL = table(
    row(bound=4_000, rest=5_000),
    row(ERA, bound=2_000, rest=3_000),
    row(ERA, "segwit", bound=1_000),
    row(ERAS[0], bound=5_000, bound_from=1),
)


def quoted(*marks: str) -> tuple[Stratum, int] | None:
    """The stratum that a link of these marks is quoted by, without its rule, and the bound."""
    rate = SMALL.rate((RULE, *marks))
    return None if rate is None else (rate.quoted[1:], rate.bound_ppm)


def test_a_link_has_the_bound_of_the_deepest_stratum_that_it_lies_in() -> None:
    assert quoted(ERA, "segwit", SHAPES[0]) == ((ERA, "segwit"), 1_000)


def test_a_link_in_no_deeper_stratum_has_what_is_counted_of_the_rest() -> None:
    assert quoted(ERA, "legacy", SHAPES[0]) == ((ERA,), 3_000)
    assert quoted(ERAS[0], "legacy", SHAPES[0]) == ((), 5_000)


def test_an_era_or_a_rule_that_nobody_measured_has_no_rate() -> None:
    assert quoted(ERAS[1], "segwit", SHAPES[0]) is None
    assert SMALL.rate(("change.link@2", ERA)) is None
    assert UNMEASURED.rate((RULE, ERA)) is None


@given(
    bounds=st.lists(st.integers(0, 1_000_000), min_size=4, max_size=4),
    deep=st.tuples(st.sampled_from(FAMILIES), st.sampled_from(SHAPES)),
)
def test_what_is_known_of_a_link_never_takes_its_rate_away(bounds: list[int], deep: tuple[str, str]) -> None:
    marks = (ERA, *deep)
    made = table(*(row(*marks[:k], bound=bound) for k, bound in enumerate(bounds)))
    rates = [made.rate((RULE, *marks[:k])) for k in range(4)]
    assert [rate.bound_ppm for rate in rates if rate is not None] == bounds


def test_a_table_of_another_form_is_refused() -> None:
    for data in (b'{"form": 2}', b"[]", b"no json", b'{"form": 1}'):
        with pytest.raises(BadInput):
            read_table(data)


@pytest.mark.parametrize(
    ("declared", "bound", "kept"),
    [
        (Tier.T1, 1_000, Tier.T1),
        (Tier.T2, 1_000, Tier.T2),
        (Tier.T2, 1_001, Tier.T4),
        (Tier.T2, 100_001, Tier.T5),
        (Tier.T3, 10_000, Tier.T3),
        (Tier.T3, 10_001, Tier.T4),
        (Tier.T4, 100_000, Tier.T4),
        (Tier.T4, 100_001, Tier.T5),
        (Tier.T5, 1_000_000, Tier.T5),
    ],
)
def test_a_rule_falls_to_the_tier_that_its_bound_allows(declared: Tier, bound: int, kept: Tier) -> None:
    assert kept_tier(declared, bound) is kept


def test_the_era_decides_where_it_has_a_bound_of_its_own_else_the_rule() -> None:
    made = table(
        row(bound=9_000),
        row(ERAS[0], bound=20_000),
        row(ERAS[1], bound=20_000, bound_from=1),
        row(ERA, bound=1),
    )
    rule = REGISTRY["change.link"]
    assert [tier_in(made, rule, era) for era in ERAS[:3]] == [Tier.T4, Tier.T3, Tier.T3]
    assert tiers_of(made, "change.link").tolist() == [4, 3, 3, 3, 3]


def test_what_nobody_measured_stands_as_it_declares_itself() -> None:
    assert tiers_of(UNMEASURED, "common_input").tolist() == [Tier.T2] * len(ERAS)


def test_the_sentence_says_where_a_bound_is_of_the_rest_of_a_stratum_alone() -> None:
    said = {
        marks: say_bound(bound_of([replace(charge(Tier.T3, 1), rate=SMALL.rate((RULE, *marks)))]), SMALL)
        for marks in ((ERA, "segwit"), (ERA, "legacy"))
    }
    assert ") it was wrong in at most 0.1 % of cases" in said[ERA, "segwit"]
    assert (
        "those of its links that have no narrower bound were wrong in at most 0.3 % of cases"
        in said[ERA, "legacy"]
    )


def test_the_sentence_names_links_weakest_stratum_table_assumption_and_what_is_missed() -> None:
    bound = bound_of([charge(Tier.T2, 500, payjoin=True), charge(Tier.T3, 8_000)])
    said = say_bound(bound, SMALL, SMALL.covered(ERA, "T2"))
    for part in (
        "2 links: 1 x T2, 1 x T3",
        "Weakest: T3 by rule@1",
        "at most 0.8 % of cases (95 % confidence)",
        SMALL.digest[:16],
        "at most 0.85 % if the link that could be is no payjoin's",
        "5.85 % at 5 %",
        "held 16 % of its hand's addresses on average, 7 % in the worst",
        "Identity does not come from the blockchain.",
    ):
        assert part in said


def test_the_sentence_of_a_path_with_a_link_without_a_rate_gives_no_bound() -> None:
    said = say_bound(bound_of([charge(Tier.T2, 500), charge(Tier.T3, None, rule="x@1")]), SMALL)
    assert "not measured, because 1 of the links" in said
    assert "at most" not in said


def test_the_shipped_table_knows_the_rules_in_force_by_their_version() -> None:
    names = {rule.name for rule in REGISTRY.values()}
    assert {stratum[0] for stratum in shipped().rows} <= names
    measured = {"common_input", "change.link", "change.lead", "common_input.unknown"}
    assert {REGISTRY[rule].name for rule in measured} <= {stratum[0] for stratum in shipped().rows}


def test_headline_clusters_stand_on_rules_that_keep_their_tier() -> None:
    assert tiers_of(shipped(), "common_input").tolist() == [Tier.T2] * len(ERAS)
    assert tiers_of(shipped(), "change.link").tolist() == [Tier.T3] * len(ERAS)
