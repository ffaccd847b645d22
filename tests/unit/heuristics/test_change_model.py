"""What the learned change model sees, when it speaks, and which files hold one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cointrail.chain.view import TxView
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Remaining
from cointrail.heuristics.change.features import (
    CANNOT_TELL,
    FEATURES,
    MOST_ZEROS,
    STRATA,
    UNSPENT,
    features_of,
    stratum_of,
)
from cointrail.heuristics.change.model import SHIPPED, model_bytes, model_of, read_model
from cointrail.heuristics.change.switch import SETTING, model_in_force
from support.chains import tx
from support.change import Told
from support.change_models import model_from, parts_of

PAYMENT = tx("a:7_000_000 b:5_000_000", "shop:10_000_000 back:1_999_123")
FRESH = FEATURES.index("fresh")
BY_FRESH = [(FRESH, 0, 2, 0), (-1, 0, 0, -1_000_000), (-1, 0, 0, 1_000_000)]
"""One tree: a fresh script is worth a logit, another costs one."""

LARGEST_MODEL = 1_000_000
"""Bytes of the model that comes with the program."""


def seen(one: TxView, told: Told, place: int) -> dict[str, int]:
    return dict(zip(FEATURES, features_of(one, told)[place], strict=True))


def test_features_say_what_other_rules_look_at() -> None:
    payment, change = (seen(PAYMENT, Told(new=frozenset({1})), place) for place in (0, 1))
    assert (payment["zeros"], payment["most_zeros_of_others"], change["zeros"]) == (7, 0, 0)
    assert (payment["fresh"], payment["others_fresh"], change["fresh"]) == (0, 1, 1)
    assert (payment["below_inputs"], change["below_inputs"], change["below_inputs_with_fee"]) == (0, 1, 1)
    assert (payment["larger_others"], change["larger_others"]) == (0, 1)
    assert (payment["place"], change["place"]) == (0, 2)
    assert (change["size_to_largest_other"], payment["size_to_largest_other"]) == (-3, 3)


def test_an_output_that_nothing_spends_shows_no_spender() -> None:
    row = seen(PAYMENT, Told(), 0)
    assert (row["conflicts"], row["spender_form"], row["spender_joins_sender_types"]) == (
        UNSPENT,
        0,
        CANNOT_TELL,
    )


def test_one_input_tells_nothing_of_needless_inputs() -> None:
    row = seen(tx("a:9", "shop:5 back:0"), Told(), 1)
    assert (row["below_inputs"], row["below_inputs_with_fee"]) == (CANNOT_TELL, CANNOT_TELL)
    assert row["zeros"] == MOST_ZEROS


def test_a_model_picks_the_one_output_that_reaches_its_cut() -> None:
    model = model_from(BY_FRESH, cut=1_000_000)
    assert model.judge(PAYMENT, Told(new=frozenset({1}))) == Remaining(frozenset({1}), 900_000)


@pytest.mark.parametrize("new", [frozenset(), frozenset({0, 1})])
def test_a_model_abstains_where_no_output_or_several_reach_its_cut(new: frozenset[int]) -> None:
    assert isinstance(model_from(BY_FRESH, cut=1_000_000).judge(PAYMENT, Told(new=new)), Abstained)


def test_a_model_abstains_one_millionth_below_its_cut() -> None:
    model = model_from(BY_FRESH, cut=1_000_001)
    assert isinstance(model.judge(PAYMENT, Told(new=frozenset({1}))), Abstained)


def test_a_model_is_refused_in_a_kind_of_transactions_that_it_does_not_know() -> None:
    here = stratum_of(PAYMENT)
    known = tuple(place != here for place in range(len(STRATA)))
    answer = model_from(BY_FRESH, known=known).judge(PAYMENT, Told(new=frozenset({1})))
    assert isinstance(answer, Abstained)
    assert "too few" in answer.because


@pytest.mark.parametrize("outputs", ["one:5", "a1:1 a2:1 a3:1 a4:1"])
def test_a_model_is_asked_about_two_or_three_outputs_only(outputs: str) -> None:
    assert isinstance(model_from(BY_FRESH).judge(tx("a:9", outputs), Told()), Abstained)


@pytest.mark.parametrize(
    ("score", "ppm"), [(-1_000_001, 0), (-1_000_000, 100_000), (-1, 100_000), (0, 600_000)]
)
def test_a_sum_is_worth_the_probability_of_the_last_step_below_it(score: int, ppm: int) -> None:
    assert model_from(BY_FRESH).probability_ppm(score) == ppm


def test_a_model_is_named_by_its_rule_and_the_digest_of_its_file() -> None:
    model = model_from(BY_FRESH)
    assert model.name == f"change.learned@2+{model.digest[:16]}"


def test_the_file_of_a_model_is_the_same_bytes_for_the_same_parts() -> None:
    parts = parts_of(BY_FRESH)
    assert model_bytes(parts) == model_bytes(dict(reversed(parts.items())))
    assert json.loads(model_bytes(parts)) == parts


@pytest.mark.parametrize(
    "change",
    [
        {"format": 0},
        {"features": ["fresh"]},
        {"strata": []},
        {"known": [True]},
        {"steps": [[0, 5], [-1, 9]]},
        {"trees": {"start": [0], "feature": [0], "most": [0], "right": [0], "leaf": [0]}},
        {"trees": {"start": [3], "feature": [-1], "most": [0], "right": [0], "leaf": [0]}},
        {"trees": {"start": [0], "feature": [99, -1], "most": [0, 0], "right": [1, 0], "leaf": [0, 0]}},
        {"trees": {"start": [0], "feature": [0, -1], "most": [0, 0], "right": [0, 0], "leaf": [0, 0]}},
        {"trees": {"start": [0], "feature": [-1], "most": [], "right": [0], "leaf": [0]}},
        {"base": None},
    ],
)
def test_a_file_that_holds_no_model_of_this_version_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(model_bytes(parts_of(BY_FRESH) | change))
    with pytest.raises(BadInput, match="no change model of this version"):
        read_model(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no change model"):
        read_model(tmp_path / "none.json")


@pytest.mark.parametrize("said", ["", "off", "OFF"])
def test_no_model_has_a_say_unless_it_is_switched_on(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(SETTING, said)
    assert model_in_force() is None


def test_the_switch_names_the_shipped_model_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(model_bytes(parts_of(BY_FRESH)))
    monkeypatch.setenv(SETTING, "on")
    shipped = model_in_force()
    monkeypatch.setenv(SETTING, str(path))
    own = model_in_force()
    assert shipped is not None
    assert own is not None
    assert (shipped.digest, own.digest) == (read_model(SHIPPED).digest, model_of(path.read_bytes()).digest)


def test_the_shipped_model_is_small_and_has_few_leaves() -> None:
    assert SHIPPED.stat().st_size < LARGEST_MODEL
    model = read_model(SHIPPED)
    assert any(model.known)
    assert all(known <= (hands >= 300) for known, hands in zip(model.known, model.hands, strict=True))
