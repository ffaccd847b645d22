from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cointrail.heuristics.base import Tier
from cointrail.lookups.service_leads import Dealings, service_leads

HOURS = np.arange(24, dtype=np.uint32) * 3_600
MANY = np.arange(10, 1_010)


def _desk(*, spends: int = 90, custodians: dict[int, str] | None = None, tagged: bool = True) -> Any:
    """A desk whose clusters spent 1, 2, ... 99 coins; block k is mined in hour k of the day."""
    sizes = np.concatenate([[0], np.cumsum(np.arange(1, 100))])
    moves = SimpleNamespace(
        of=lambda _: SimpleNamespace(debits=range(spends), received_sat=1_000, balance_sat=50),
        arrays=SimpleNamespace(spends=SimpleNamespace(start=sizes)),
    )
    actors = {label: SimpleNamespace(id=name, label=name) for label, name in (custodians or {}).items()}
    return SimpleNamespace(
        clusters=SimpleNamespace(moves=moves),
        snapshot=SimpleNamespace(
            column=lambda _: SimpleNamespace(take=np.asarray), block_times=lambda: HOURS
        ),
        attribution=SimpleNamespace(custodian=actors.get) if tagged else None,
    )


BUSY = Dealings(label=1, signed=np.arange(24), txs=60, payers=MANY, payees=MANY, others=True)


def test_a_busy_cluster_that_never_sleeps_behaves_like_a_hot_wallet() -> None:
    (lead,) = service_leads(_desk(spends=91), BUSY)
    assert (lead.kind, lead.of, lead.tier, lead.rule) == (
        "hot wallet",
        None,
        Tier.T5,
        "service.hot_wallet@1",
    )


@pytest.mark.parametrize(
    "given",
    [
        {"signed": np.arange(23)},
        {"payers": MANY[:-1]},
        {"payees": MANY[:-1]},
    ],
    ids=["one hour of rest", "few payers", "few payees"],
)
def test_nothing_is_said_of_a_cluster_that_rests_or_deals_with_few(given: dict[str, Any]) -> None:
    assert service_leads(_desk(spends=91), replace(BUSY, **given)) == ()


def test_nothing_is_said_of_a_cluster_outside_the_busiest_tenth() -> None:
    assert service_leads(_desk(spends=80), BUSY) == ()


COLD = Dealings(
    label=1, signed=np.arange(3), txs=6, payers=np.array([7]), payees=np.array([7, 8]), others=False
)


def test_a_cluster_that_deals_with_one_tagged_service_alone_behaves_like_its_cold_wallet() -> None:
    (lead,) = service_leads(_desk(custodians={7: "exa", 8: "exa"}), COLD)
    assert (lead.kind, lead.of, lead.tier) == ("cold wallet", "exa", Tier.T5)


@pytest.mark.parametrize(
    ("custodians", "changes"),
    [
        ({7: "exa"}, {}),
        ({7: "exa", 8: "exb"}, {}),
        ({1: "exa", 7: "exa", 8: "exa"}, {}),
        ({7: "exa", 8: "exa"}, {"others": True}),
        ({7: "exa", 8: "exa"}, {"txs": 51}),
        ({7: "exa", 8: "exa"}, {"payers": np.array([], np.int64)}),
    ],
    ids=["a stranger", "two services", "the service itself", "a coinbase", "many", "one way"],
)
def test_nothing_is_said_where_others_had_a_part(custodians: dict[int, str], changes: dict[str, Any]) -> None:
    assert service_leads(_desk(custodians=custodians), replace(COLD, **changes)) == ()


def test_without_tags_no_cold_wallet_is_named() -> None:
    assert service_leads(cast("Any", _desk(tagged=False)), COLD) == ()
