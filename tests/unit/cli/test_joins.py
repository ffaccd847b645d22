"""`coinjoin analyse` and `evaluate real` as a person sees them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cointrail import workbench
from cointrail.chain.decode import encode_tx, tx_of
from cointrail.chain.script import p2pkh
from cointrail.chain.types import Outpoint, Sat, Tx, Txid, TxIn, TxOut
from cointrail.evaluate.real.chain import PairTally
from cointrail.evaluate.real.detectors import GateTally, Tally
from cointrail.evaluate.real.rounds import ModelTally
from cointrail.evaluate.real.run import RealEvaluation, SetInfo
from support.command_line import Done, cointrail
from support.demo_world import DemoFolder


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def raw(tx: Tx) -> str:
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime).hex()


def pay(spends: list[Outpoint], values: list[int], key: int) -> Tx:
    outputs = [TxOut(Sat(value), p2pkh(bytes([key + k]) * 20)) for k, value in enumerate(values)]
    return tx_of(1, [TxIn(one, b"", 0) for one in spends], outputs, 0)


@pytest.fixture(name="mix")
def _mix(tmp_path: Path) -> tuple[Path, Path]:
    """Three by three equal coins in a file, and what they spend in another."""
    parents = [pay([Outpoint(Txid(bytes([k]) * 32), 0)], [1_000_010], 10 * k + 10) for k in range(3)]
    mix = pay([Outpoint(one.txid, 0) for one in parents], [1_000_000] * 3, 100)
    file, prevouts = tmp_path / "mix", tmp_path / "prevouts"
    file.write_text(raw(mix))
    prevouts.write_text("\n".join(map(raw, parents)))
    return file, prevouts


def analyse(mix: tuple[Path, Path], *options: object) -> Done:
    return cointrail("coinjoin", "analyse", "--file", mix[0], "--prevouts", mix[1], *options)


def test_a_join_in_a_file_needs_no_store(mix: tuple[Path, Path]) -> None:
    done = analyse(mix)
    assert (done.code, done.err) == (0, "")
    assert "By the many-to-many model 16 mappings fit the amounts, 4.00 bits." in done.out
    assert "By the one-to-one model 6 mappings fit the amounts, 2.58 bits." in done.out
    assert "was one of 3 when it was made" in done.out
    assert ".500" in done.out
    assert ".333" in done.out


def test_the_csv_of_a_join_has_every_pair_and_says_the_rest_on_stderr(mix: tuple[Path, Path]) -> None:
    done = analyse(mix, "--format", "csv")
    rows = table(done.out)
    assert len(rows) == 9
    assert {(row["together"], row["many_to_many"], row["one_to_one"], row["path"]) for row in rows} == {
        ("8", ".500", ".333", "no")
    }
    assert "Nothing here is called a path" in done.err


def test_without_what_it_spends_a_join_says_nothing_of_amounts(mix: tuple[Path, Path]) -> None:
    done = cointrail("coinjoin", "analyse", "--file", mix[0], "--format", "json")
    assert done.json()["analysis"]["abstained"] == "3 of 3 spent outputs are not known"


def test_a_count_that_is_cut_short_says_what_is_open(mix: tuple[Path, Path]) -> None:
    done = analyse(mix, "--max-steps", 1)
    assert done.code == 0
    assert "timeout: steps" in done.out
    assert "not decided: many_to_many: number of mappings" in done.err


def test_the_options_change_how_amounts_are_read(mix: tuple[Path, Path]) -> None:
    read = analyse(mix, "--fee-as-output", "--maker-fee", 5, "--no-fee-only", "--format", "json")
    options = read.json()["analysis"]["options"]
    assert options["amounts"]["fee_as_output"] is True
    assert options["amounts"]["maker_fee"] == 5
    assert options["fee_only"] is False
    common = analyse(mix, "--common-output", 2, "--format", "json").json()["analysis"]
    assert common["left_out"] == [2]
    assert analyse(mix, "--common-output", 3).code == 2


def test_a_join_of_a_store_tells_of_later_blocks(demo: DemoFolder) -> None:
    with (demo.path / "world" / "truth" / "outputs.csv").open(newline="", encoding="utf-8") as lines:
        joins = {row["txid"] for row in csv.DictReader(lines) if row["role"] == "coinjoin_equal"}
    done = cointrail("coinjoin", "analyse", min(joins), "--store", demo.store)
    assert done.code == 0
    assert "By height" in done.out
    assert "as of height" in done.out


EVALUATION = RealEvaluation(
    sets=(SetInfo("rounds", 3, "three rounds", ("join",), ("tx0",)),),
    detectors=(
        Tally(
            detector="a@1",
            claim="join",
            labelled_set="rounds",
            n=3,
            fired=2,
            true=2,
            misnamed=0,
            false=0,
            unknown=0,
            missed=1,
            undecided=0,
        ),
        Tally(
            detector="b@1",
            claim=None,
            labelled_set="rounds",
            n=3,
            fired=0,
            true=0,
            misnamed=0,
            false=0,
            unknown=0,
            missed=0,
            undecided=0,
        ),
    ),
    gate=(GateTally("rounds", 3, 0, 1, 2),),
    models=ModelTally(rounds=3, decided=2),
    slots=(),
    pairs=(PairTally("T2", 5, 2, 4, 3, 0),),
    links=(),
    exchanges=(),
    revealed=(),
    rates=(),
    lists=(),
    not_run=("far@1",),
    not_read=(),
)


@pytest.fixture(name="evaluated")
def _evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "evaluate_real", lambda *_: EVALUATION, raising=False)


def test_an_evaluation_shows_detectors_that_fired_or_missed(evaluated: None, tmp_path: Path) -> None:
    done = cointrail("evaluate", "real", "--data", tmp_path)
    assert done.code == 0
    assert "a@1" in done.out
    assert "b@1" not in done.out
    assert "far@1" in done.out
    assert "merged two wallets" in done.out


def test_the_csv_of_an_evaluation_has_every_detector(evaluated: None, tmp_path: Path) -> None:
    rows = table(cointrail("evaluate", "real", "--data", tmp_path, "--format", "csv").out)
    assert [(row["detector"], row["fired"], row["missed"]) for row in rows] == [
        ("a@1", "2", "1"),
        ("b@1", "0", "0"),
    ]
