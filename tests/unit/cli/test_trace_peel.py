from __future__ import annotations

import csv
import io

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder


def _rows(demo: DemoFolder, name: str) -> list[dict[str, str]]:
    with (demo.path / "world" / "truth" / name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def _with_role(demo: DemoFolder, role: str) -> list[str]:
    return [f"{row['txid']}:{row['vout']}" for row in _rows(demo, "outputs.csv") if row["role"] == role]


def test_a_table_prints_hops_stop_reason_and_bound(demo: DemoFolder) -> None:
    done = cointrail("trace", "peel", demo.payments()[0]["outpoint"], "--store", demo.store)
    assert done.code == 0
    for word in ("hops", "stop reason", "links", "wrong in at most", "error"):
        assert word in done.out


def test_json_adds_up_and_names_its_settings_and_rules(demo: DemoFolder) -> None:
    start = demo.payments()[0]["outpoint"]
    found = cointrail("trace", "peel", start, "--store", demo.store, "--format", "json").json()
    assert found["output"] == start
    assert found["settings"]["weakest"] == "T3"
    assert "walk.peel_forward@2" in found["basis"]["rules"]
    (chain,) = found["chains"]
    assert chain["hops"] == len(chain["lines"])
    assert chain["start_sat"] + chain["beside_sat"] == (
        chain["end_sat"]
        + chain["paid_sat"]
        + chain["fees_sat"]
        + sum(line["burned_sat"] for line in chain["lines"])
    )


def test_csv_has_a_row_for_each_output_peeled_off_and_says_the_end_on_stderr(demo: DemoFolder) -> None:
    for start in _with_role(demo, "change"):
        done = cointrail("trace", "peel", start, "--store", demo.store, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert "chain 1" in done.err
        if rows:
            assert {row["chain"] for row in rows} == {"1"}
            assert all(row["paid_value_sat"] for row in rows if row["kind"] == "peel")
            return
    pytest.fail("no change of the world begins a chain")


def test_prices_value_what_was_peeled_off(demo: DemoFolder) -> None:
    prices = ("--prices", demo.prices, "--currency", "USD")
    for start in _with_role(demo, "change"):
        found = cointrail("trace", "peel", start, "--store", demo.store, *prices, "--format", "json").json()
        paid = [payment for line in found["chains"][0]["lines"] for payment in line["payments"]]
        if paid:
            assert all(payment["currency"] == "USD" and payment["rate_source"] for payment in paid)
            return
    pytest.fail("no change of the world begins a chain")


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("00" * 32 + ":0",),
        ("00" * 32,),
        ("{payment}", "--currency", "USD"),
        ("{payment}", "--weakest", "T2"),
    ],
)
def test_bad_input_is_one_error_and_exit_code_2(demo: DemoFolder, args: tuple[str, ...]) -> None:
    payment = demo.payments()[0]["outpoint"]
    done = cointrail("trace", "peel", *(arg.format(payment=payment) for arg in args), "--store", demo.store)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error:")


def test_claimed_hops_of_the_demo_world_keep_the_coin_in_its_owners_hand(demo: DemoFolder) -> None:
    owner = {f"{row['txid']}:{row['vout']}": row["owner"] for row in _rows(demo, "outputs.csv")}
    tags = ("--tags", demo.tags, "--tags", demo.tags.with_name("exchanges.actorpack.yaml"))
    starts = [
        *_with_role(demo, "peel_start"),
        *_with_role(demo, "vault_change")[::4],
        *_with_role(demo, "change")[::40],
    ]
    wrong = claimed = 0
    for start in starts:
        found = cointrail("trace", "peel", start, "--store", demo.store, *tags, "--format", "json").json()
        for line in found["chains"][0]["lines"]:
            if line["kind"] == "peel":
                claimed += 1
                wrong += owner[line["kept"]] != owner[line["spent"]]
    assert claimed > 50
    assert wrong <= 0.01 * claimed
