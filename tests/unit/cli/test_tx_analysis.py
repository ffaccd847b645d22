"""`cointrail tx analyse`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cointrail.chain.decode import encode_tx, tx_of
from cointrail.chain.script import p2wpkh
from cointrail.chain.types import Outpoint, Sat, Tx, Txid, TxIn, TxOut
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


def txids(demo: DemoFolder, limit: int = 12) -> list[str]:
    query = (
        "SELECT id_text(txid) FROM txs WHERE tx IN (SELECT tx FROM inputs GROUP BY tx HAVING count(*) > 1) "
        f"LIMIT {limit}"
    )
    return [
        row[0] for row in cointrail("sql", query, "--store", demo.store, "--format", "json").json()["rows"]
    ]


def wire(tx: Tx) -> str:
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime).hex()


def written(folder: Path) -> tuple[Path, Path]:
    """A payment with change from two coins of two scripts, and the transactions that made the coins."""
    parents = [
        tx_of(
            2,
            (TxIn(Outpoint(Txid(bytes([k]) * 32), 0), b"", 0),),
            (TxOut(Sat(value), p2wpkh(bytes([k]) * 20)),),
            0,
        )
        for k, value in ((1, 5_000_000), (2, 3_000_000))
    ]
    spent = tuple(TxIn(Outpoint(one.txid, 0), b"", 0xFFFFFFFD) for one in parents)
    made = (TxOut(Sat(7_200_000), p2wpkh(bytes(20))), TxOut(Sat(799_000), p2wpkh(b"\x09" * 20)))
    file, known = folder / "tx", folder / "parents"
    file.write_text(wire(tx_of(2, spent, made, 0)))
    known.write_text("\n".join(wire(one) for one in parents))
    return file, known


def test_a_transaction_of_the_store_is_read_as_show_has_it(demo: DemoFolder) -> None:
    for txid in txids(demo):
        shown = cointrail("tx", "show", txid, "--format", "json").json()
        found = cointrail("tx", "analyse", txid, "--format", "json").json()
        assert (found["txid"], found["block"]) == (txid, shown["block"])
        assert found["gate"] == shown["gate"]["verdict"]
        assert [one["rule"].partition("@")[0] for one in found["reasons"]] == shown["gate"]["reasons"]
        assert [one["value_sat"] for one in found["outputs"]] == [
            one["value_sat"] for one in shown["outputs"]
        ]
        assert [one["address"] for one in found["inputs"]] == [one["address"] for one in shown["inputs"]]
        assert any(name.startswith("change.") for name in found["basis"]["rules"])


def test_people_see_the_reasons_the_vote_and_both_sides(demo: DemoFolder) -> None:
    done = cointrail("tx", "analyse", txids(demo)[0], "--tags", demo.tags)
    assert done.code == 0
    for part in (
        "reasons of the gate",
        "change, rule by rule",
        "for and against",
        "an input was unnecessary",
    ):
        assert part in done.out


def test_a_csv_is_the_table_of_arguments_with_the_verdicts_beside_it(demo: DemoFolder) -> None:
    done = cointrail("tx", "analyse", txids(demo)[0], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert {row["side"] for row in rows} <= {"for", "against"}
    assert rows
    assert "gate" in done.err
    assert "change" in done.err


def test_a_raw_transaction_is_read_without_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(tmp_path / "none"))
    file, known = written(tmp_path)
    found = cointrail("tx", "analyse", "--file", file, "--prevouts", known, "--format", "json").json()
    assert (found["gate"], found["vote"], found["unknown_prevouts"]) == ("safe", None, [])
    left = {one["rule"].partition("@")[0]: one["outputs"] for one in found["change"]}
    assert left["change.below_inputs"] == [1]
    assert left["change.fresh"] is None
    assert found["outputs"][0]["address"].startswith("bc1q")


def test_what_a_raw_transaction_spends_may_be_unknown_and_that_is_said(tmp_path: Path) -> None:
    done = cointrail("tx", "analyse", "--file", written(tmp_path)[0], "--network", "signet")
    assert done.code == 0
    assert "gate.missing_prevout@1" in done.out
    assert "2 of the spent outputs are not known" in done.err


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((), "give a transaction id, or a file"),
        (("00" * 32, "--file", "x"), "not both"),
        (("00" * 32, "--prevouts", "x"), "goes with `--file`"),
        (("00" * 32,), "there is no transaction"),
        (("xyz",), "error"),
    ],
)
def test_what_cannot_be_read_is_bad_input(args: tuple[str, ...], why: str) -> None:
    done = cointrail("tx", "analyse", *args)
    assert done.code == 2
    assert why in done.err


def test_a_price_table_that_was_asked_is_named_by_its_digest(demo: DemoFolder) -> None:
    txid = demo.payments()[0]["outpoint"].partition(":")[0]
    plain, priced = (
        cointrail("tx", "analyse", txid, *prices, "--format", "json").json()
        for prices in ((), ("--prices", demo.prices))
    )
    assert "change.fiat_round@1" in plain["basis"]["rules"]
    assert any(name.startswith("change.fiat_round@1+") for name in priced["basis"]["rules"])
    said = [
        next(one["abstains"] for one in found["change"] if one["rule"] == "change.fiat_round@1")
        for found in (plain, priced)
    ]
    assert said[0] == "no price of its day is given"
    assert said[1] != said[0]


def test_a_switched_on_model_is_asked_and_named_by_its_digest(
    demo: DemoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    txid = txids(demo, 1)[0]
    off = cointrail("tx", "analyse", txid, "--format", "json").json()
    monkeypatch.setenv("COINTRAIL_LEARNED_CHANGE", "on")
    on = cointrail("tx", "analyse", txid, "--format", "json").json()
    assert "change.learned@2" in off["basis"]["rules"]
    assert any(name.startswith("change.learned@2+") for name in on["basis"]["rules"])
    assert off["basis"] != on["basis"]


def test_a_switch_that_names_no_model_is_bad_input(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_LEARNED_CHANGE", str(demo.prices))
    done = cointrail("tx", "analyse", txids(demo, 1)[0])
    assert done.code == 2
    assert "holds no change model" in done.err
