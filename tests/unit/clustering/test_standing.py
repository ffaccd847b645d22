"""What a table that finds a rule worse than its tier allows does to links, leads and verdicts."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np
import pytest

from cointrail.clustering.build import build
from cointrail.clustering.standing import Standing
from cointrail.error_rates.strata import ERA_ENDS, ERAS
from cointrail.error_rates.table import ErrorTable
from cointrail.heuristics.base import REGISTRY, Abstained, Tier
from cointrail.heuristics.change.vote import Change, Quiet, change
from cointrail.heuristics.change_bulk import NO_OUTPUT, NO_TIER, BatchChange, verdict_of
from cointrail.heuristics.gate import REASONS, Gate
from cointrail.heuristics.gate_bits import gates_of
from support.array_chain import ArrayChain, Arrays, PlainTx
from support.error_tables import row, table

WORST_ERA = ERAS[3]
BEFORE, INSIDE = 0, 1
"""Heights: of a block before the era in which a rule was found worse, and of one in it."""

OPENING = np.uint32(1 << [reason.id for reason in REASONS].index("lightning.open"))
"""A reason that leaves a lead."""
SAFE = np.uint32(0)


class Times:
    """A chain that knows its block times alone."""

    digest = "two blocks"

    @cached_property
    def times(self) -> Any:
        return np.array([ERA_ENDS[2] - 1, ERA_ENDS[2]], np.uint32)

    def block_times(self) -> Any:
        return self.times


CHAIN = cast("Any", Times())
HEIGHTS = np.array([BEFORE, INSIDE], np.uint32)


def found_worse(rule_id: str, bound: int, others: int = 1) -> ErrorTable:
    """A table in which one rule is wrong in at most `bound` ppm in one era; elsewhere as its tier allows."""
    name = REGISTRY[rule_id].name
    return table(row(rule=name, bound=others), row(WORST_ERA, rule=name, bound=bound))


def joined(rule_id: str, bound: int, reasons: np.uint32) -> tuple[list[int], list[bool]]:
    """Gates for joining and leads of inputs, before and in the era, of transactions with these reasons."""
    standing = Standing.by(found_worse(rule_id, bound))
    both = np.array([reasons, reasons], np.uint32)
    gates = standing.gates(CHAIN, gates_of(both), HEIGHTS)
    return gates.tolist(), standing.input_leads(CHAIN, both, HEIGHTS).tolist()


def test_inputs_that_are_wrong_too_often_are_leads_in_that_era_alone() -> None:
    gates, leads = joined("common_input", 1_001, SAFE)
    assert gates == [Gate.SAFE, Gate.UNKNOWN]
    assert leads == [False, True]


def test_inputs_that_keep_what_their_tier_allows_stay_as_they_are() -> None:
    gates, leads = joined("common_input", 1_000, SAFE)
    assert gates == [Gate.SAFE, Gate.SAFE]
    assert leads == [False, False]


def test_inputs_that_are_too_bad_for_a_lead_join_nothing() -> None:
    gates, leads = joined("common_input", 100_001, SAFE)
    assert gates == [Gate.SAFE, Gate.UNKNOWN]
    assert leads == [False, False]


def test_a_lead_of_inputs_that_is_wrong_too_often_is_none_in_that_era() -> None:
    gates, leads = joined("common_input.unknown", 100_001, OPENING)
    assert gates == [Gate.UNKNOWN, Gate.UNKNOWN]
    assert leads == [True, False]


def test_inputs_that_fall_to_leads_stand_by_their_own_bound_and_not_that_of_leads() -> None:
    names = [REGISTRY[rule_id].name for rule_id in ("common_input", "common_input.unknown")]
    bounds = (2_000, 200_000)
    made = table(*(row(rule=name, bound=bound) for name, bound in zip(names, bounds, strict=True)))
    reasons = np.array([SAFE, OPENING], np.uint32)
    assert Standing.by(made).input_leads(CHAIN, reasons, HEIGHTS).tolist() == [True, False]


T3, T4 = (change(1, tier, ("change.revealed",), 9) for tier in (Tier.T3, Tier.T4))
SELF = change(0, Tier.T1, ("change.self",), 9)


def columns(found: Change) -> BatchChange:
    """The same verdict on a transaction of each height."""
    return BatchChange(
        output=np.full(2, found.output, np.uint8),
        tier=np.full(2, found.tier, np.uint8),
        rules=np.full(2, 1, np.uint32),
        quiet=np.zeros(2, np.uint8),
    )


def tiers_after(standing: Standing, found: Change) -> list[Tier | str]:
    """The tier of a verdict before and in the era, or why it is none; one by one as in bulk."""
    votes = standing.votes(CHAIN, columns(found), HEIGHTS)
    said: list[Tier | str] = []
    for height in (BEFORE, INSIDE):
        alone = standing.verdict(found, int(CHAIN.block_times()[height]))
        bulk = verdict_of(votes, height, 9)
        if isinstance(alone, Abstained):
            assert alone == bulk
            assert (votes.output[height], votes.tier[height]) == (NO_OUTPUT, NO_TIER)
            said.append(alone.because)
        else:
            assert isinstance(bulk, Change)
            assert (alone.output, alone.tier) == (bulk.output, bulk.tier)
            said.append(alone.tier)
    return said


@pytest.mark.parametrize(
    ("rule_id", "bound", "verdict", "wanted"),
    [
        ("change.link", 10_000, T3, [Tier.T3, Tier.T3]),
        ("change.link", 10_001, T3, [Tier.T3, Tier.T4]),
        ("change.link", 100_001, T3, [Tier.T3, Quiet.MEASURED]),
        ("change.lead", 100_000, T4, [Tier.T4, Tier.T4]),
        ("change.lead", 100_001, T4, [Tier.T4, Quiet.MEASURED]),
        ("change.lead", 100_001, T3, [Tier.T3, Tier.T3]),
        ("change.link", 100_001, SELF, [Tier.T1, Tier.T1]),
    ],
)
def test_a_vote_falls_to_the_tier_that_was_measured(
    rule_id: str, bound: int, verdict: Change, wanted: list[Tier | str]
) -> None:
    assert tiers_after(Standing.by(found_worse(rule_id, bound)), verdict) == wanted


def test_a_vote_that_fell_to_a_lead_stands_by_its_own_bound_and_not_that_of_leads() -> None:
    bounds = {"change.link": 20_000, "change.lead": 200_000}
    made = table(*(row(rule=REGISTRY[rule_id].name, bound=bound) for rule_id, bound in bounds.items()))
    assert tiers_after(Standing.by(made), T3) == [Tier.T4, Tier.T4]
    assert tiers_after(Standing.by(made), T4) == [Quiet.MEASURED, Quiet.MEASURED]


def chain() -> ArrayChain:
    """Scripts 0 and 1 are spent together, to script 2."""
    txs = [PlainTx([], [(0, 50), (1, 60)]), PlainTx([0, 1], [(2, 100)])]
    return ArrayChain(Arrays.of(txs), settled=2)


def everywhere(bound: int) -> ErrorTable:
    """A table in which common inputs are wrong in at most `bound` ppm, in every era."""
    name = REGISTRY["common_input"].name
    return table(row(rule=name, bound=bound), *(row(era, rule=name, bound=bound) for era in ERAS))


@pytest.mark.parametrize(("bound", "joined_at"), [(1_000, Tier.T2), (1_001, Tier.T4), (100_001, None)])
def test_clusters_hold_two_inputs_at_the_tier_that_the_rule_keeps(bound: int, joined_at: Tier | None) -> None:
    clusters = build(chain(), table=everywhere(bound))
    tiers = (Tier.T2, Tier.T3, Tier.T4)
    together = [tier for tier in tiers if len(set(clusters.labels(tier)[:2].tolist())) == 1]
    assert together == [tier for tier in tiers if joined_at and tier >= joined_at]


def test_clusters_name_the_table_that_they_stand_by() -> None:
    made = everywhere(1_001)
    assert made.name in build(chain(), table=made).rules
