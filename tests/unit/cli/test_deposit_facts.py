from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from cointrail.cli.deposit_facts import deposit_facts, member_deposit_facts
from cointrail.heuristics.base import Tier
from cointrail.lookups.around import DepositLine
from support.command_line import cointrail
from support.demo_world import DemoFolder

LINE = DepositLine(
    service="Exa",
    cluster=7,
    cluster_address="1Exa",
    tier=Tier.T3,
    because="swept 2 times, beside up to 0 others like it",
    rule="service.deposit@2",
)


def test_a_deposit_address_is_said_with_its_tier_and_rule() -> None:
    assert deposit_facts(LINE) == [
        (
            "deposit address of",
            "Exa, by inference at T3 (service.deposit@2): swept 2 times, beside up to 0 others like it",
        )
    ]


def test_nothing_is_said_of_other_addresses() -> None:
    assert deposit_facts(None) == []


def test_members_that_take_deposits_are_counted_by_service() -> None:
    members = [SimpleNamespace(deposit=one) for one in (LINE, LINE, None)]
    found = cast("Any", SimpleNamespace(members=members))
    assert member_deposit_facts(found) == [
        ("deposit addresses", "2 of 3 listed: of Exa, by inference at T3 (service.deposit@2)")
    ]


def test_without_tags_no_service_and_so_no_deposit_address_is_known(demo: DemoFolder) -> None:
    seed = demo.seeds()[0]
    found = cointrail("address", "show", seed, "--store", demo.store, "--format", "json").json()
    assert found["deposit"] is None
    shown = cointrail("cluster", "show", seed, "--store", demo.store, "--format", "json").json()
    assert {member["deposit"] for member in shown["members"]} == {None}


def test_with_tags_an_address_of_the_service_under_investigation_is_none(demo: DemoFolder) -> None:
    found = cointrail(
        "address", "show", demo.seeds()[0], "--store", demo.store, "--tags", demo.tags, "--format", "json"
    ).json()
    assert found["deposit"] is None
