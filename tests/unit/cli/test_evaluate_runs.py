"""`evaluate sweep`, `compare` and `cases` as a person sees them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from cointrail.simulate import preset
from support.command_line import cointrail
from support.once import build_once


@pytest.fixture(name="runs", scope="module")
def _runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "runs-with-and-without-swaps", _make)


def _make(out: Path) -> None:
    """The same plan without an agent that nobody foresaw, and with it."""
    out.mkdir(exist_ok=True)
    base = preset("quiet").with_size(1_500, 60)
    plans = {"without": base, "with": replace(base, rates={**base.rates, "coinswap": 60.0})}
    for name, plan in plans.items():
        (out / f"{name}.toml").write_text(plan.to_toml())
        told = ("--plan", str(out / f"{name}.toml"), "--seeds", "1", "--jobs", "1")
        assert cointrail("evaluate", "run", *told, "--out", str(out / name)).code == 0


def test_an_agent_that_nobody_foresaw_shows_where_rates_change(runs: Path) -> None:
    done = cointrail("evaluate", "compare", str(runs / "without"), str(runs / "with"), "--format", "json")
    found = json.loads(done.out)
    told = {(one["of"], one["where"]): one for one in found["changes"]}
    swap = told["holders", "coinswap"]
    assert (swap["rule"], swap["before"], swap["parted"]) == ("one key, one hand", None, True)
    assert found["changes"][0]["parted"]
    assert ("kind", "coinswap") in told


def test_the_page_of_a_comparison_begins_with_what_moved(runs: Path) -> None:
    done = cointrail("evaluate", "compare", str(runs / "without"), str(runs / "with"))
    assert done.code == 0
    lines = [line for line in done.out.splitlines() if "one key, one hand" in line]
    assert "coinswap" in lines[0]
    assert "not there" in lines[0]


def test_a_run_against_itself_shows_no_change(runs: Path) -> None:
    done = cointrail("evaluate", "compare", str(runs / "with"), str(runs / "with"))
    assert (done.code, "one key, one hand" in done.out, "worlds in both" in done.out) == (0, False, True)
    csv_rows = cointrail("evaluate", "compare", str(runs / "with"), str(runs / "with"), "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(csv_rows)))
    assert {row["parted"] for row in rows} == {"no"}


def test_tables_of_a_run_are_parquet_too_with_numbers_as_numbers(runs: Path) -> None:
    table = parquet.read_table(runs / "with" / "clusters.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["world"], types["false_merges"], types["bcubed_recall"]) == ("string", "int64", "double")
    with (runs / "with" / "clusters.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [float(row["bcubed_recall"]) for row in rows] == table["bcubed_recall"].to_pylist()
    assert {path.stem for path in (runs / "with").glob("*.csv")} == {
        path.stem for path in (runs / "with").glob("*.parquet")
    }


def test_a_sweep_writes_a_table_a_page_and_pictures(tmp_path: Path) -> None:
    out = tmp_path / "out"
    small = ("--vary", "payjoin", "--seeds", "1", "--transactions", "300", "--jobs", "1")
    done = cointrail("evaluate", "sweep", "--out", str(out), *small)
    assert (done.code, "begin with sweep.md" in done.err) == (0, True)
    assert {path.name for path in out.iterdir()} == {
        "sweep.csv", "sweep.md", "sweep.parquet", "sweep_payjoin.svg"
    }  # fmt: skip
    with (out / "sweep.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["figure"] == "common_input"]
    shares = [float(row["value"]) for row in rows]
    assert shares[0] == min(shares) < shares[-1]


def test_what_is_not_varied_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = cointrail("evaluate", "sweep", "--out", str(tmp_path / "out"), "--vary", "weather")
    assert (done.code, "nothing that is varied" in done.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_cases_are_judged_by_class_and_one_by_one() -> None:
    done = cointrail("evaluate", "cases", "--seeds", "2", "--scale", "0.01", "--format", "json")
    found = json.loads(done.out)
    assert {one["case"] for one in found} == {"seed 1", "seed 2", "all"}
    assert {one["kind"] for one in found} == {"payment", "lead", "deposit of proceeds"}
    total = next(one for one in found if (one["case"], one["kind"], one["tier"]) == ("all", "payment", "all"))
    assert total["said"] >= total["found"] > 0


def test_folders_that_hold_no_run_are_one_clear_error(tmp_path: Path) -> None:
    done = cointrail("evaluate", "compare", str(tmp_path), str(tmp_path))
    assert (done.code, "is not there" in done.err) == (2, True)
