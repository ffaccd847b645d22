"""`address txs`, `balance` and `neighbours` as a person sees them."""

from __future__ import annotations

import csv
import io

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


@pytest.fixture(name="paid")
def paid_address(demo: DemoFolder) -> str:
    """An address that was paid and spent."""
    return demo.seeds()[0]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("what", ["txs", "balance", "neighbours"])
def test_what_an_address_did_has_every_form(what: str, form: str, paid: str) -> None:
    done = cointrail("address", what, paid, "--format", form)
    assert done.code == 0, done.err
    assert done.out.strip()


def test_net_values_add_up_to_the_last_balance(paid: str) -> None:
    txs = cointrail("address", "txs", paid, "--limit", 1000, "--format", "json").json()["transactions"]
    lines = cointrail("address", "balance", paid, "--every", "block", "--limit", 1000, "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert sum(tx["net_sat"] for tx in txs) == int(rows[-1]["balance_sat"])
    assert len(rows) == len({tx["height"] for tx in txs})
    shown = cointrail("address", "show", paid, "--format", "json").json()
    assert shown["totals"]["balance_sat"] == int(rows[-1]["balance_sat"])


def test_the_newest_transaction_is_the_last_of_the_list(paid: str) -> None:
    txs = cointrail("address", "txs", paid, "--format", "json").json()["transactions"]
    newest = cointrail("address", "txs", paid, "--newest", "--limit", 1, "--format", "json").json()
    assert newest["transactions"] == txs[-1:]


def test_a_balance_that_goes_on_says_so(paid: str) -> None:
    done = cointrail("address", "balance", paid, "--every", "day", "--limit", 2)
    assert "lines 1 to 2 of " in done.err
    assert "go on with `--start 2`" in done.err


def test_sums_over_some_of_the_transactions_say_so(paid: str) -> None:
    done = cointrail("address", "neighbours", paid, "--max-txs", 1)
    assert "only 1 of its transactions were looked at (tx_limit)" in done.err
    assert "stop reason" in done.out
    assert "looked at" not in cointrail("address", "neighbours", paid).err


def test_the_last_outputs_of_an_address_come_first_when_asked(paid: str) -> None:
    forth = cointrail("address", "show", paid, "--format", "json").json()["outputs"]
    back = cointrail("address", "show", paid, "--newest", "--format", "json").json()["outputs"]
    assert back == forth[::-1]
