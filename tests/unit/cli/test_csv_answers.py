"""A CSV holds the answer too, not only the list; what has no place in it is on stderr."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.kernel_chain import GENESIS


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def subject(demo: DemoFolder, verdict: str) -> str:
    done = cointrail("tags", "check", demo.tags, "--network", "regtest", "--format", "csv")
    return next(row["subject"] for row in table(done.out) if row["verdict"] == verdict)


@pytest.mark.parametrize("noun", ["address", "cluster"])
def test_a_csv_names_the_parties_of_a_conflict_and_no_actor(noun: str, demo: DemoFolder) -> None:
    contested = subject(demo, "conflicting")
    done = cointrail(noun, "show", contested, "--tags", demo.tags, "--format", "csv")
    rows = table(done.out)
    assert {row["claimed_actor"] for row in rows} == {""}
    assert all("; " in row["conflicting_parties"] for row in rows)
    assert "CONFLICT: " in done.err
    assert contested in done.err


@pytest.mark.parametrize("noun", ["address", "cluster"])
def test_a_csv_names_the_claimed_actor(noun: str, demo: DemoFolder) -> None:
    tagged = subject(demo, "accepted")
    said = cointrail(noun, "show", tagged, "--tags", demo.tags, "--format", "json").json()["claims"]
    done = cointrail(noun, "show", tagged, "--tags", demo.tags, "--format", "csv")
    assert {row["claimed_actor"] for row in table(done.out)} == {said["actor"]}
    assert said["actor"]
    assert "proposed for the cluster" in done.err


def test_the_csv_of_an_explanation_tells_its_three_outcomes_apart(demo: DemoFolder) -> None:
    one = demo.seeds()[0]
    members = cointrail("cluster", "show", one, "--format", "json").json()["members"]
    mate = next(member["address"] for member in members if member["address"] != one)
    other = min(row["payer_cluster_address"] for row in demo.payments() if row["payer_cluster_address"])
    for b, outcome in ((mate, "joined"), (one, "same script"), (other, "not joined")):
        done = cointrail("explain", one, b, "--format", "csv")
        rows = table(done.out)
        assert {row["outcome"] for row in rows} == {outcome}
        assert (rows[0]["from"], rows[-1]["to"]) == (one, b)
        assert ("nothing joins them" in done.err) is (outcome == "not joined")


def test_the_csv_of_a_transaction_carries_its_gate(demo: DemoFolder) -> None:
    for payment in demo.payments()[:20]:
        txid = payment["outpoint"].partition(":")[0]
        gate = cointrail("tx", "show", txid, "--format", "json").json()["gate"]
        rows = table(cointrail("tx", "show", txid, "--format", "csv").out)
        assert {row["gate"] for row in rows} == {gate["verdict"]}
        assert {row["gate_reasons"] for row in rows} == {"; ".join(gate["reasons"])}


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_failed_check_of_a_block_ends_with_code_1_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(GENESIS[:-1] + b"\x01")
    done = cointrail("inspect", "block", tmp_path / "bad", "--network", "regtest", "--format", form)
    assert done.code == 1
    assert done.out
    assert [line for line in done.err.splitlines() if line.startswith("failed: merkle root: ")]
    assert "failed: proof of work" not in done.err


def test_work_that_is_too_small_for_the_network_is_a_failed_check(tmp_path: Path) -> None:
    (tmp_path / "block").write_bytes(GENESIS)
    done = cointrail("inspect", "block", tmp_path / "block", "--network", "mainnet")
    assert done.code == 1
    assert "failed: proof of work: " in done.err


def test_the_csv_of_a_sound_block_has_its_checks_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "block").write_bytes(GENESIS)
    done = cointrail("inspect", "block", tmp_path / "block", "--network", "regtest", "--format", "csv")
    assert done.code == 0
    for check in ("proof of work       ok", "merkle root         ok", "witness commitment  no witnesses"):
        assert check in done.err
