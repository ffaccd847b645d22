"""What labels say, what they leave open, and how a detector's answers are counted against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.chain.view import TxView
from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.real.detectors import CLAIMS, detectors, look_at, not_run, tally_all, tally_gate
from cointrail.evaluate.real.run import evaluate_real
from cointrail.evaluate.real.sets import FIRST_HEIGHT, JOIN, ORDINARY, LabelledSet, round_of
from cointrail.heuristics.base import REGISTRY
from support.chains import tx

MIX = tx(
    "a:5_000_000 b:5_000_000 c:5_000_000 d:5_000_000 e:5_000_100",
    "v:5_000_000 w:5_000_000 x:5_000_000 y:5_000_000 z:5_000_000",
)
ONE_SCRIPT = tx("a:9 a:8 a:7", "v:6 w:6 x:6")
TWO_SCRIPTS = tx("a:9 b:8", "v:6")


def labelled(*txs: TxView, protocol: str | None = None, ordinary: bool = False) -> LabelledSet:
    yes, no = round_of(protocol) if protocol else (frozenset[str](), frozenset[str]())
    return LabelledSet("a set", "some", txs, yes, ORDINARY if ordinary else no)


def test_a_round_of_one_protocol_is_a_join_and_none_of_another() -> None:
    rounds = labelled(MIX, protocol="whirlpool")
    assert rounds.truth("whirlpool", MIX) is True
    assert rounds.truth(JOIN, MIX) is True
    assert rounds.truth("wasabi1", MIX) is False


def test_without_a_label_only_one_input_script_says_that_it_is_no_join() -> None:
    unknown = labelled(ONE_SCRIPT, TWO_SCRIPTS)
    assert unknown.truth(JOIN, ONE_SCRIPT) is False
    assert unknown.truth(JOIN, TWO_SCRIPTS) is None
    assert unknown.truth(None, TWO_SCRIPTS) is None


@pytest.mark.parametrize(("protocol", "height"), FIRST_HEIGHT.items())
def test_no_transaction_is_a_round_of_a_protocol_that_did_not_exist_yet(protocol: str, height: int) -> None:
    before, after = (tx("a:9 b:8", "v:6", height=h) for h in (height - 1, height))
    assert labelled(before).truth(protocol, before) is False
    assert labelled(after).truth(protocol, after) is None


def test_a_right_name_is_true_and_another_protocols_name_is_misnamed() -> None:
    tallies = {one.detector: one for one in tally_all([look_at(labelled(MIX, protocol="whirlpool"))])}
    assert (tallies["coinjoin.whirlpool@1"].true, tallies["coinjoin.coordinator@1"].true) == (1, 1)
    wasabi = {one.detector: one for one in tally_all([look_at(labelled(MIX, protocol="wasabi1"))])}
    assert (wasabi["coinjoin.whirlpool@1"].misnamed, wasabi["coinjoin.wasabi1@1"].missed) == (1, 1)


def test_a_join_named_among_ordinary_payments_is_false() -> None:
    tallies = {one.detector: one for one in tally_all([look_at(labelled(MIX, ordinary=True))])}
    assert tallies["coinjoin.whirlpool@1"].false == 1
    (gate,) = tally_gate([look_at(labelled(MIX, TWO_SCRIPTS, ordinary=True))])
    assert (gate.n, gate.safe, gate.unsafe) == (2, 1, 1)


def test_every_rule_without_a_tier_is_run_or_named() -> None:
    run = {rule.name for rule in detectors()}
    assert run.isdisjoint(not_run())
    assert run | set(not_run()) == {rule.name for rule in REGISTRY.values() if rule.tier is None}
    assert CLAIMS.keys() <= {rule.id for rule in detectors()}


def test_a_folder_without_labelled_transactions_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no labelled transactions"):
        evaluate_real(tmp_path)
    (tmp_path / "coinjoin").mkdir()
    with pytest.raises(BadInput, match="does not hold what is expected"):
        evaluate_real(tmp_path)
