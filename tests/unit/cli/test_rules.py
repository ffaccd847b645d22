"""`cointrail rules`."""

from __future__ import annotations

import csv
import io

from cointrail.heuristics.base import REGISTRY
from support.command_line import cointrail


def test_the_list_has_a_row_for_every_rule() -> None:
    rows = cointrail("rules", "list", "--format", "json").json()
    assert [row["id"] for row in rows] == sorted(REGISTRY)
    for row in rows:
        assert row["version"] == REGISTRY[row["id"]].version
        assert row["source"]
        assert row["tier"] in {None, "T1", "T2", "T3", "T4", "T5"}


def test_the_list_says_the_same_as_a_table_and_as_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(cointrail("rules", "list", "--format", "csv").out)))
    assert [row["id"] for row in rows] == sorted(REGISTRY)
    table = cointrail("rules", "list").out
    assert all(rule in table for rule in REGISTRY)


def test_a_rule_is_shown_with_its_failures_and_examples() -> None:
    done = cointrail("rules", "show", "common_input")
    assert done.code == 0
    assert "wrong when" in done.out
    assert "links alice bob" in done.out
    name = REGISTRY["common_input"].name
    found = cointrail("rules", "show", name, "--format", "json").json()
    assert found["id"] == "common_input"
    assert found["examples"][0]["says"] == "links alice bob"


def test_a_rule_that_does_not_exist_is_bad_input() -> None:
    done = cointrail("rules", "show", "common_imput")
    assert done.code == 2
    assert "did you mean `common_input`?" in done.err
