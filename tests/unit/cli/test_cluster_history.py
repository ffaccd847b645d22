"""`cluster payments`, `balance` and `neighbours` as a person sees them."""

from __future__ import annotations

import csv
import io

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


@pytest.fixture(name="seed")
def seed_of_the_case(demo: DemoFolder) -> str:
    """An address in a cluster of many."""
    return demo.seeds()[0]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("what", ["payments", "balance", "neighbours"])
def test_what_a_cluster_did_has_every_form(what: str, form: str, seed: str) -> None:
    done = cointrail("cluster", what, seed, "--format", form)
    assert done.code == 0, done.err
    assert done.out.strip()


def test_payments_add_up_to_the_totals_and_to_the_last_balance(seed: str) -> None:
    rows = table(cointrail("cluster", "payments", seed, "--limit", 10_000, "--format", "csv").out)
    signed = [int(row["value_sat"]) * (1 if row["direction"] == "in" else -1) for row in rows]
    totals = cointrail("cluster", "show", seed, "--format", "json").json()["totals"]
    assert sum(signed) == totals["balance_sat"]
    assert sum(value for value in signed if value > 0) == totals["received_sat"]
    args = ("--every", "block", "--limit", 10_000, "--format", "csv")
    lines = table(cointrail("cluster", "balance", seed, *args).out)
    assert int(lines[-1]["balance_sat"]) == sum(signed)
    assert [line["height"] for line in lines] == list(dict.fromkeys(row["height"] for row in rows))


def test_a_label_and_any_member_name_the_same_cluster(seed: str) -> None:
    by_seed = cointrail("cluster", "payments", seed, "--format", "json").json()
    by_label = cointrail("cluster", "payments", by_seed["cluster"]["label"], "--format", "json").json()
    assert by_label == by_seed


def test_the_newest_payment_is_the_last_of_the_list(seed: str) -> None:
    args = ("--limit", 10_000, "--format", "json")
    rows = cointrail("cluster", "payments", seed, *args).json()["payments"]
    newest = cointrail("cluster", "payments", seed, "--newest", "--limit", 2, "--format", "json").json()
    assert newest["payments"] == rows[:-3:-1]


def test_a_list_that_goes_on_says_so(seed: str) -> None:
    done = cointrail("cluster", "payments", seed, "--limit", 2, "--start", 1)
    assert "payments 2 to 3 of " in done.err
    assert "go on with `--start 3`" in done.err


def test_sums_over_some_of_the_transactions_say_so(seed: str) -> None:
    done = cointrail("cluster", "neighbours", seed, "--max-txs", 1)
    assert "only 1 of its transactions were looked at (tx_limit)" in done.err
    assert "complete                    no" in done.out
    assert "looked at" not in cointrail("cluster", "neighbours", seed).err
    answer = cointrail("cluster", "neighbours", seed, "--max-txs", 1, "--format", "json").json()
    assert (answer["complete"], answer["stop_reason"]) == (False, "tx_limit")
    assert "complete" in cointrail("cluster", "neighbours", seed, "--format", "csv").err


def test_a_member_without_an_address_is_named_by_its_number(demo: DemoFolder) -> None:
    whole = cointrail("cluster", "show", "0", "--format", "json").json()
    assert whole["members"][0]["address"] is None
    done = cointrail("cluster", "payments", "0")
    assert "  script 0" in done.out
    assert cointrail("cluster", "payments", "0", "--format", "json").json()["payments"][0]["address"] is None


def test_neighbours_carry_what_tags_claim_of_them(demo: DemoFolder, seed: str) -> None:
    args = ("--limit", 1000, "--tags", demo.tags, "--format")
    rows = table(cointrail("cluster", "neighbours", seed, *args, "csv").out)
    claimed = {row["cluster"]: row["claimed_actor"] for row in rows if row["claimed_actor"]}
    assert claimed
    for label, actor in list(claimed.items())[:3]:
        shown = cointrail("cluster", "show", label, "--tags", demo.tags, "--format", "json").json()
        assert shown["claims"]["actor"] == actor


def test_payments_of_a_tagged_cluster_say_who_it_is_claimed_to_be(demo: DemoFolder) -> None:
    rows = table(cointrail("tags", "check", demo.tags, "--network", "regtest", "--format", "csv").out)
    tagged = next(row["subject"] for row in rows if row["verdict"] == "accepted")
    assert "claimed actor" in cointrail("cluster", "payments", tagged, "--tags", demo.tags).out
    assert (
        "claimed actor"
        in cointrail("cluster", "payments", tagged, "--tags", demo.tags, "--format", "csv").err
    )
