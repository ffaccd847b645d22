"""`trace account` as a person sees it, on the demo store."""

from __future__ import annotations

import pytest

from cointrail.tracing.account import Method
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


def test_what_left_of_a_claim_and_what_is_left_add_up_to_it(demo: DemoFolder) -> None:
    for row in demo.payments()[::40]:
        args = (row["address"], "--claim", row["outpoint"], "--limit", 100_000, "--format", "json")
        found = cointrail("trace", "account", *args).json()
        (claim,) = found["claims"]
        for method in Method:
            gone = sum(line["claimed_sat"][method.value] for line in found["payments"])
            assert gone + claim["left_sat"][method.value] == int(row["value_sat"])


def test_the_account_ends_with_the_balance_of_the_cluster(demo: DemoFolder) -> None:
    row = demo.payments()[0]
    found = cointrail(
        "trace", "account", row["address"], "--claim", row["outpoint"], "--limit", 100_000, "--format", "json"
    ).json()
    shown = cointrail("cluster", "show", row["address"], "--format", "json").json()
    assert found["balance_sat"] == shown["totals"]["balance_sat"]
    if found["payments"]:
        assert all(line["balance_sat"] >= 0 for line in found["payments"])


def test_the_lowest_balance_leaves_one_claim_the_most(demo: DemoFolder) -> None:
    for row in demo.payments()[::40]:
        args = (row["address"], "--claim", row["outpoint"], "--format", "json")
        (claim,) = cointrail("trace", "account", *args).json()["claims"]
        assert claim["left_sat"]["lowest_balance"] == max(claim["left_sat"].values())


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_account_has_every_form(form: str, demo: DemoFolder) -> None:
    row = demo.payments()[0]
    done = cointrail("trace", "account", row["address"], "--claim", row["outpoint"], "--format", form)
    assert done.code == 0, done.err
    assert done.out.strip()


def test_payments_of_an_account_come_page_by_page(demo: DemoFolder) -> None:
    row = demo.payments()[0]
    args = ("trace", "account", row["address"], "--claim", row["outpoint"])
    whole = cointrail(*args, "--limit", 100_000, "--format", "json").json()["payments"]
    part = cointrail(*args, "--start", 1, "--limit", 2, "--format", "json").json()["payments"]
    assert part == whole[1:3]
