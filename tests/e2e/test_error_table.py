"""The table of measured error, made by its command and held against new worlds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cointrail.clustering.load import load_or_build
from cointrail.error_rates.strata import WORDS, marks_of_tx
from cointrail.error_rates.table import shipped, table_from
from cointrail.evaluate.worlds.strata import marks_of
from cointrail.heuristics.base import Tier
from cointrail.store.reader import open_snapshot
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.mark.slow
def test_the_same_command_makes_the_same_bytes_and_the_check_reads_them(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.json" for name in ("one", "other")]
    for path in paths:
        made = cointrail("evaluate", "table", "--budget", "small", "--jobs", "2", "--out", path)
        assert made.code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    table = table_from(paths[0])
    assert table.budget == "small"
    assert {rule for rule, *_ in table.rows} <= {rule for rule, *_ in shipped().rows}
    found = cointrail("evaluate", "check", "--seed", "4", "--table", paths[0], "--format", "json").json()
    assert found["table"] == table.digest


@pytest.mark.parametrize("vary", [(), ("--vary",)])
def test_stated_bounds_hold_in_a_world_that_nobody_has_seen(vary: tuple[str, ...]) -> None:
    done = cointrail("evaluate", "check", "--seed", "20251127", *vary, "--format", "json")
    found = done.json()
    assert done.code == 0
    assert found["outside"] <= found["allowed"]
    assert found["strata"] == len(found["rows"]) > 0


def test_a_table_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    other = tmp_path / "table.json"
    other.write_text("{}", encoding="utf-8")
    for path in (other, tmp_path / "nowhere.json"):
        assert cointrail("evaluate", "check", "--seed", "1", "--table", path).code == 2


def test_marks_of_one_transaction_are_those_of_the_bulk_twin(demo: DemoFolder) -> None:
    with open_snapshot(demo.store) as snapshot:
        clusters = load_or_build(snapshot)
        bulk = marks_of(snapshot, clusters)
        sizes = np.bincount(clusters.labels(Tier.T2), minlength=snapshot.n_scripts)
        for number in range(0, snapshot.n_txs, 37):
            tx = snapshot.tx_view(number)
            first = None if tx.is_coinbase else snapshot.tx_inputs(number)[0].script_num
            size = 1 if first is None else int(sizes[clusters.label(first)])
            time = snapshot.block_time(snapshot.tx_height(number))
            words = tuple(one[column[number]] for one, column in zip(WORDS[1:], bulk, strict=True))
            assert marks_of_tx(tx, time, size) == words


def test_every_basis_names_the_table_and_every_row_its_error(demo: DemoFolder) -> None:
    a, b = demo.payments()[0]["address"], demo.payments()[1]["address"]
    found = cointrail("explain", a, b, "--store", demo.store, "--format", "json").json()
    assert shipped().name in found["basis"]["rules"]
    assert "Identity does not come from the blockchain." in found["says_error"]
    assert all(step["bound_ppm"] is not None for step in found["steps"] if step["tier"] == "T2")
    for row in demo.payments():
        assert row["error_says"]
