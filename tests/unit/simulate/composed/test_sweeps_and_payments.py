"""How exchanges sweep, and payments without change, as counted in small worlds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cointrail.simulate import Plan, compose_world
from cointrail.simulate.composed.agents import exchange
from support.composed_worlds import Composed


def made(folder: Path, **numbers: float) -> Composed:
    plain = {"two_payees": 0.0, "whole_wallet": 0.0, "payjoin": 0.0, "second_form": 0.0}
    size = {"transactions": 900, "per_block": 45, "persons": 80, "exchanges": 2}
    plan = Plan(2018, {**size, **plain, **numbers}, {"exchange": 160.0})
    compose_world(plan, 4, folder / "world", signed=False)
    return Composed(folder / "world")


def scripts_swept(world: Composed) -> Counter[int]:
    """Sweeps by how many different addresses they empty."""
    script = {
        f"{txid}:{n}": output.script for txid, tx in world.txs.items() for n, output in enumerate(tx.outputs)
    }
    return Counter(
        len({script[str(one.outpoint)] for one in world.txs[row["txid"]].inputs})
        for row in world.rows("transactions")
        if row["kind"] == "sweep"
    )


@pytest.mark.parametrize(
    ("alone", "both", "emptied"), [(1.0, 0.0, "one"), (0.0, 0.0, "many"), (0.0, 1.0, "either")]
)
def test_exchanges_empty_addresses_alone_or_together_as_the_plan_says(
    alone: float, both: float, emptied: str, tmp_path: Path
) -> None:
    found = scripts_swept(made(tmp_path, swept_alone=alone, swept_both=both))
    single, several = found[1], sum(found.values()) - found[1]
    assert sum(found.values()) > 3
    if emptied == "one":
        assert several == 0
    elif emptied == "many":
        assert several > single
    else:
        assert single
        assert several


def payments(world: Composed) -> list[tuple[int, bool]]:
    """Per payment how many outputs it has, and whether one is change."""
    return [
        (len(world.txs[row["txid"]].outputs), bool(row["change"]))
        for row in world.rows("transactions")
        if row["kind"] == "payment"
    ]


def test_a_whole_wallet_that_goes_to_others_leaves_no_change(tmp_path: Path) -> None:
    without = made(tmp_path / "without")
    given = made(tmp_path / "given", whole_wallet=0.02)
    assert not [one for one in payments(without) if one == (2, False)]
    assert [one for one in payments(given) if one == (2, False)]


def test_a_wallet_that_is_worth_less_than_its_fee_is_given_to_nobody(tmp_path: Path) -> None:
    """Small wallets and high fees: some have nothing left to divide."""
    poor = made(tmp_path, whole_wallet=0.02, persons=900, transactions=1_500)
    assert all(int(row["value_sat"]) for row in poor.outputs if row["role"] == "payment")


def test_two_payees_are_paid_at_once_as_often_as_the_plan_says(tmp_path: Path) -> None:
    found = payments(made(tmp_path, two_payees=0.1))
    three = sum(outputs == 3 for outputs, _ in found)
    assert 0.02 < three / len(found) < 0.15


def moved_between_exchanges(world: Composed) -> int:
    """How many outputs one exchange paid out that another booked as a deposit."""
    paid = {(row["txid"], row["vout"]): row["exchange"] for row in world.rows("withdrawals")}
    booked = {(row["txid"], row["vout"]): row["exchange"] for row in world.rows("deposits")}
    return sum(booked[key] != exchange for key, exchange in paid.items() if key in booked)


def test_an_exchange_that_is_dry_is_sent_coins_from_the_fullest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert moved_between_exchanges(made(tmp_path / "none is dry")) == 0
    monkeypatch.setattr(exchange, "_DRY", 1.5)
    assert moved_between_exchanges(made(tmp_path / "one with its share is")) > 3
