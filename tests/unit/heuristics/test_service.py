from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.service import (
    SWEEP_MAX_DELAY,
    Activity,
    Recognised,
    SweptScript,
    cold_wallet,
    deposit,
    hot_wallet,
    withdrawal,
)

SWEPT = SweptScript(
    sweeps=2,
    siblings=0,
    paid_others=0,
    foreign_inputs=0,
    received_outside=3,
    median_delay=SWEEP_MAX_DELAY - 1,
    first_hand=True,
)


def _tier(**changes: Any) -> Tier | None:
    found = deposit(replace(SWEPT, **changes))
    return None if isinstance(found, Abstained) else found.tier


def test_two_sweeps_for_a_service_known_first_hand_are_tier_3() -> None:
    assert _tier() is Tier.T3


def test_three_siblings_make_up_for_a_second_sweep() -> None:
    assert _tier(sweeps=1, siblings=3) is Tier.T3
    assert _tier(sweeps=1, siblings=2) is Tier.T5


def test_a_service_that_nobody_dealt_with_gives_a_lead_only() -> None:
    assert _tier(first_hand=False) is Tier.T5


@pytest.mark.parametrize(
    "change",
    [
        {"sweeps": 0},
        {"paid_others": 1},
        {"foreign_inputs": 1},
        {"received_outside": 0},
        {"median_delay": SWEEP_MAX_DELAY},
    ],
    ids=str,
)
def test_the_deposit_rule_abstains(change: dict[str, int]) -> None:
    assert _tier(**change) is None


def test_a_batch_to_new_scripts_pays_withdrawals_and_what_returns_is_change() -> None:
    assert withdrawal((False, False, True), (True, True, False)) == frozenset({0, 1})


def test_two_outputs_are_no_batch_of_withdrawals() -> None:
    assert isinstance(withdrawal((False, True), (True, False)), Abstained)


def test_payments_to_known_scripts_are_no_withdrawals() -> None:
    assert isinstance(withdrawal((False, False, True), (True, False, False)), Abstained)


BUSY = Activity(9_000, 1, 24, 1_000, 1_000, 10_000, 1_000)


def test_a_cluster_that_never_sleeps_and_keeps_little_is_a_lead_to_a_hot_wallet() -> None:
    found = hot_wallet(BUSY)
    assert isinstance(found, Recognised)
    assert found.tier is Tier.T5


@pytest.mark.parametrize(
    "change",
    [{"rank_percent": 11}, {"hours": 23}, {"payers": 999}, {"payees": 999}, {"balance_sat": 1_001}],
    ids=str,
)
def test_the_hot_wallet_rule_abstains(change: dict[str, int]) -> None:
    assert isinstance(hot_wallet(BUSY._replace(**change)), Abstained)


def test_few_dealings_with_one_service_alone_are_a_lead_to_its_cold_wallet() -> None:
    found = cold_wallet(3, 0)
    assert isinstance(found, Recognised)
    assert found.tier is Tier.T5


@pytest.mark.parametrize(("trips", "strangers"), [(3, 1), (0, 0), (51, 0)])
def test_the_cold_wallet_rule_abstains(trips: int, strangers: int) -> None:
    assert isinstance(cold_wallet(trips, strangers), Abstained)
