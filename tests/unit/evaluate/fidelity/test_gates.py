"""Distances, the classifier, and the page of fidelity gates, on samples that are made by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cointrail.error_rates.fidelity import fidelity_from, fidelity_text, shipped_fidelity
from cointrail.errors import BadInput
from cointrail.evaluate.fidelity.classifier import tell_apart
from cointrail.evaluate.fidelity.distances import distance, gates_of, shares
from cointrail.evaluate.fidelity.explained import ERA_NOTES, WHY
from cointrail.evaluate.fidelity.features import COLUMN, FEATURES
from cointrail.evaluate.fidelity.page import write_fidelity
from cointrail.evaluate.fidelity.run import ERAS, EraGates, fidelity_of
from cointrail.evaluate.fidelity.samples import Sample, made_sample, thin
from cointrail.simulate import preset

N = 400


def sample(seed: int, *, versions: int = 1) -> Sample:
    """Transactions whose features are drawn by lot; `versions` of them occur."""
    rows = np.random.default_rng(seed).integers(0, 3, (N, len(FEATURES)))
    rows[:, COLUMN["version"]] %= versions
    return Sample("lot", rows.astype(np.int64), ("payment",) * N)


def test_alike_lists_are_no_distance_apart_and_foreign_ones_all_of_it() -> None:
    assert distance("aab", "baa") == 0
    assert distance("aa", "bb") == 1
    assert distance("aaaa", "aabb") == 0.5


def test_shares_begin_with_the_largest_difference() -> None:
    first = shares("aaab", "abbb")[0]
    assert (first.value, first.real, first.made) == ("a", 0.75, 0.25)


def test_a_gate_fails_where_one_side_has_what_the_other_has_not() -> None:
    alike = {gate.name: gate for gate in gates_of(sample(1), sample(2), None)}
    apart = {gate.name: gate for gate in gates_of(sample(1), sample(2, versions=3), None)}
    assert alike["version"].passed
    assert not apart["version"].passed
    assert apart["version"].real_distance is None


def test_two_real_samples_say_how_far_days_are_apart() -> None:
    found = {gate.name: gate for gate in gates_of(sample(1), sample(2), (sample(3), sample(4, versions=3)))}
    versions = sample(4, versions=3).rows[:, COLUMN["version"]].tolist()
    assert found["version"].real_distance == distance([0] * N, versions)


def test_what_is_unknown_on_one_side_makes_no_gate() -> None:
    blind = sample(1)
    blind.rows[:, [COLUMN["fee_rate"], COLUMN["coin_age"]]] = -1
    names = {gate.name for gate in gates_of(blind, sample(2), None)}
    assert "version" in names
    assert not names & {"fee rate", "coin age"}


def test_the_classifier_tells_chance_from_a_difference_and_names_it() -> None:
    pytest.importorskip("sklearn")
    chance = tell_apart(sample(1), sample(2))
    known = tell_apart(sample(1), sample(2, versions=3))
    assert chance.auc < 0.6
    assert chance.passed
    assert known.auc > 0.7
    assert not known.passed
    assert known.best[0].feature == "version"
    assert known == tell_apart(sample(1), sample(2, versions=3))


def test_fee_rates_and_ages_are_kept_from_the_classifier() -> None:
    hidden = {feature.name for feature in FEATURES if not feature.judged}
    assert hidden == {"fee_rate", "coin_age"}


def test_thinning_keeps_order_and_kinds() -> None:
    some = thin(sample(1), 10)
    assert len(some) == len(some.kinds) == 10
    assert (some.rows == sample(1).rows[::40]).all()


def test_a_world_gives_a_sample_of_its_later_half_without_first_coins() -> None:
    plan = preset("2018").with_size(400, 50)
    made = made_sample(plan, 3, 150)
    assert len(made) == 150
    assert "opening" not in made.kinds
    assert made.digest == made_sample(plan, 3, 150).digest


def test_every_feature_that_the_classifier_sees_is_explained_and_every_era_has_a_note() -> None:
    assert WHY.keys() == COLUMN.keys()
    assert ERA_NOTES.keys() == set(ERAS)


def gates(era: int = 2018) -> EraGates:
    pytest.importorskip("sklearn")
    real, made = sample(1), sample(2, versions=3)
    world = {"engine": "2", "seed": "1", "plan": "", "sample": ""}
    return EraGates(
        era=era,
        n=N,
        gates=gates_of(real, made, None),
        verdict=tell_apart(real, made),
        real_verdict=None,
        in_block=True,
        real={"1.blk": "00" * 32},
        world=world,
    )


def test_the_page_has_a_picture_for_each_era_and_reads_the_same_twice(tmp_path: Path) -> None:
    found = [gates()]
    names = write_fidelity(found, tmp_path / "one")
    assert write_fidelity(found, tmp_path / "two") == names
    assert {"fidelity.md", "fidelity.json", "gates.csv", "gates-2018.svg", "values-2018.svg"} <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    text = (tmp_path / "one" / "fidelity.md").read_text()
    assert WHY["version"] in text
    with pytest.raises(BadInput, match="not an empty folder"):
        write_fidelity(found, tmp_path / "one")


def test_what_ships_reads_back_and_warns_where_a_gate_fails() -> None:
    summary = gates().summary
    read = fidelity_from(fidelity_text([summary]).encode())
    assert read.of(2018) == summary
    assert read.warning(2018) == summary.warning
    assert "told from real" in (summary.warning or "")
    assert "never held against" in (read.warning(2013) or "")
    assert replace(summary, failed=()).warning is None


def test_data_of_another_form_is_refused() -> None:
    with pytest.raises(BadInput, match="form 9"):
        fidelity_from(json.dumps({"form": 9, "eras": []}).encode())
    with pytest.raises(BadInput, match="no file of fidelity gates"):
        fidelity_from(b"{}")


def test_every_era_of_worlds_ships_with_its_gates() -> None:
    shipped = shipped_fidelity()
    assert set(shipped.eras) == set(ERAS)
    assert all(one.best and set(one.best) <= WHY.keys() for one in shipped.eras.values())


def test_an_era_without_real_transactions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no real transactions of 2014"):
        fidelity_of(tmp_path, [2014])
    with pytest.raises(BadInput, match="there is no block 227835"):
        fidelity_of(tmp_path, [2013])
