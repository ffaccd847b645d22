"""What `evaluate real` counts, as it is kept in `kept/evaluate_real.txt`, and what must hold of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.real.detectors import detectors, look_at
from cointrail.evaluate.real.sets import JOIN, iter_sets
from cointrail.heuristics.base import REGISTRY
from cointrail.heuristics.gate import Gate
from support.command_line import cointrail
from support.kept import assert_kept

Found = dict[str, Any]


@cache
def evaluated(folder: Path) -> Found:
    """What the command gives; it is run once."""
    done = cointrail("evaluate", "real", "--data", folder, "--format", "json")
    assert done.code == 0, done.err
    found: Found = done.json()
    return found


@pytest.fixture(name="found")
def _found(real_data: Path) -> Found:
    return evaluated(real_data)


def rows(found: Found) -> Iterator[str]:
    """One line for each row of each list."""
    for section, value in found.items():
        for row in value if isinstance(value, list) else [value]:
            yield f"{section}: {json.dumps(row)}\n"


def test_the_table_of_detectors_and_sets_is_the_one_that_is_kept(found: Found) -> None:
    """UPDATE_KEPT=1 writes it anew; a rule whose figures move has a new version."""
    assert_kept("evaluate_real.txt", "".join(rows(found)))


def test_every_detector_is_in_the_table_or_named_as_left_out(found: Found) -> None:
    in_table = {one["detector"] for one in found["detectors"]}
    assert in_table == {rule.name for rule in detectors()}
    assert in_table | set(found["not_run"]) == {rule.name for rule in REGISTRY.values() if rule.tier is None}


def test_what_fired_is_true_or_misnamed_or_false_or_unknown(found: Found) -> None:
    for one in found["detectors"]:
        assert one["fired"] == one["true"] + one["misnamed"] + one["false"] + one["unknown"]
        assert one["fired"] + one["missed"] + one["undecided"] <= one["n"]


def test_no_detector_of_joins_fires_where_coins_are_known_not_to_be_joined(found: Found) -> None:
    wrong = {
        (one["detector"], one["labelled_set"]): one["false"] for one in found["detectors"] if one["false"]
    }
    assert wrong == {}


def test_whatever_the_whirlpool_detector_names_never_passes_the_gate(real_data: Path) -> None:
    mixes = [
        verdict
        for labelled in iter_sets(real_data)
        for verdict in look_at(labelled).verdicts
        if "coinjoin.whirlpool" in verdict.reasons
    ]
    assert len(mixes) == 5
    assert {verdict.gate for verdict in mixes} == {Gate.UNSAFE}


def test_no_known_join_of_any_set_passes_the_gate(found: Found) -> None:
    joined = {one["name"] for one in found["sets"] if JOIN in one["holds"]}
    assert joined
    assert {
        one["labelled_set"]: one["safe"]
        for one in found["gate"]
        if one["labelled_set"] in joined and one["safe"]
    } == {}


def test_no_two_wallets_of_the_emulated_chain_are_merged_up_to_tier_two(found: Found) -> None:
    assert {one["tier"] for one in found["pairs"]} >= {"T1", "T2"}
    assert [one["merged_two_wallets"] for one in found["pairs"]] == [0 for _ in found["pairs"]]
    assert all(one["one_wallet"] > 0 for one in found["pairs"])


def test_nothing_that_both_models_call_a_path_is_wrong(found: Found) -> None:
    assert found["models"]["paths"] == found["models"]["paths_right"]
    assert found["models"]["decided"] >= 215


def test_one_model_alone_is_sure_of_links_that_are_wrong(found: Found) -> None:
    """Why a link in every mapping of one model is no path."""
    assert 0 < found["models"]["in_every_mapping_right"] < found["models"]["in_every_mapping"]


def test_no_cluster_of_real_transactions_holds_addresses_that_two_exchanges_publish(found: Found) -> None:
    by = {one["claimed_by"]: one for one in found["exchanges"]}
    assert by["exchanges"]["signed"] > 0
    assert [one["with_two"] for one in by.values()] == [0, 0]


def test_every_rate_against_real_truth_has_its_counts_and_bound(found: Found) -> None:
    rules = {one["rule"] for one in found["rates"]}
    assert {"common_input@2", "change.script_type@1", "gate: SAFE"} <= rules
    for one in found["rates"]:
        assert 0 <= one["wrong"] <= one["said"]
        assert one["bound_ppm"] == upper_bound(one["n_wrong"], one["n"])


def test_real_senders_show_that_one_weak_rule_is_far_too_often_wrong(found: Found) -> None:
    """Why `change.unnecessary_input` alone makes no link."""
    rates = {one["rule"]: one for one in found["rates"] if one["unit"] == "verdicts"}
    assert rates["change.unnecessary_input@1"]["wrong"] > 10
    assert rates["change.script_type@1"]["wrong"] == 0
