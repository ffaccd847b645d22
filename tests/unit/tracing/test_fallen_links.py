"""What is printed of a link whose rule the table found to be worse than its tier allows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cointrail.chain.view import TxView
from cointrail.clustering.proof import ProofStep
from cointrail.error_rates.combine import bound_of
from cointrail.error_rates.strata import ERA_ENDS, ERAS
from cointrail.error_rates.table import ErrorTable
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.heuristics.gate import Gate, GateVerdict
from cointrail.tracing.link_rates import LinkRates
from support.chains import tx
from support.error_tables import row, table

WORST_ERA = ERAS[3]
TIME = ERA_ENDS[2]
"""In that era."""

PAYMENT = tx("alice:5 bob:4", "shop:6 carol:2")


@dataclass(frozen=True)
class OneTx:
    """A chain of one transaction, in a block of that era."""

    def tx_view(self, _tx_num: int, /) -> TxView:
        return PAYMENT

    def tx_height(self, _tx_num: int, /) -> int:
        return 0

    def block_time(self, _height: int, /) -> int:
        return TIME


class Headline:
    """Clusters in which the gate let both inputs pass."""

    def explain(self, _a: int, _b: int, /) -> tuple[ProofStep, ...] | None:
        return None

    def gate(self, _tx_num: int, /) -> GateVerdict:
        return GateVerdict(Gate.SAFE, ())


def rates(**bounds: int) -> LinkRates:
    """By a table in which rules have these bounds in that era, and next to none elsewhere."""
    rows = []
    for key, bound in bounds.items():
        name = REGISTRY[key.replace("__", ".")].name
        rows += [row(rule=name, bound=1), row(WORST_ERA, rule=name, bound=bound)]
    made: ErrorTable = table(*rows)
    return LinkRates(OneTx(), Headline(), made)


@pytest.mark.parametrize(("bound", "tier"), [(1_000, Tier.T2), (1_001, Tier.T4), (100_001, Tier.T5)])
def test_inputs_signed_together_are_told_at_the_tier_that_they_keep(bound: int, tier: Tier) -> None:
    (charge,) = rates(common_input=bound).signed_together(0, [1, 2])
    assert (charge.tier, charge.ppm) == (tier, bound)


def test_the_sentence_of_a_case_names_the_tier_that_a_fallen_rule_keeps() -> None:
    found = rates(common_input=5_000)
    said = found.say(bound_of(found.signed_together(0, [1, 2])), TIME)
    assert "1 link: 1 x T4" in said
    assert f"T4 by {REGISTRY['common_input'].name}" in said
    assert "it was wrong in at most 0.5 % of cases" in said


def test_a_lead_that_a_fallen_vote_made_is_charged_with_the_worse_of_both_bounds() -> None:
    worse = rates(change__link=50_000, change__lead=20_000).change(0, Tier.T4)
    better = rates(change__link=15_000, change__lead=20_000).change(0, Tier.T4)
    sound = rates(change__link=9_000, change__lead=20_000).change(0, Tier.T4)
    assert [charge.ppm for (charge,) in (worse, better, sound)] == [50_000, 20_000, 20_000]


def test_a_lead_whose_own_rule_nobody_measured_has_no_rate() -> None:
    (charge,) = rates(change__link=50_000).change(0, Tier.T4)
    assert charge.rate is None
