"""`evaluate world` and `evaluate run` as a person sees them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cointrail.simulate import compose_world, preset
from support.command_line import cointrail
from support.once import build_once


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "small-evaluated-world", _make)


def _make(out: Path) -> None:
    compose_world(preset("quiet").with_size(300, 60), 2, out, signed=False)


def test_a_world_is_shown_with_its_links_clusters_and_truth(world: Path) -> None:
    done = cointrail("evaluate", "world", str(world))
    assert done.code == 0
    for title in ("links, by rule and era", "the vote on change", "clusters", "truth "):
        assert title in done.out


def test_a_world_as_json_has_every_table(world: Path) -> None:
    found = json.loads(cointrail("evaluate", "world", str(world), "--format", "json").out)
    assert {"strata", "clusters", "change", "gate", "kinds", "survival", "worlds"} <= found.keys()
    assert found["strata"][0]["bound_from"] == "own"


def test_a_world_is_shown_with_taint_services_and_what_verdicts_are_worth(world: Path) -> None:
    done = cointrail("evaluate", "world", str(world))
    for title in ("policies against the true flow", "addresses of services", "what verdicts are worth"):
        assert title in done.out
    found = json.loads(cointrail("evaluate", "world", str(world), "--format", "json").out)
    assert {"taint", "taint_seeds", "services", "holders", "worth", "named"} <= found.keys()
    assert isinstance(found["clusters"][0]["bcubed_recall"], float)


def test_a_world_as_csv_has_every_stratum(world: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(cointrail("evaluate", "world", str(world), "--format", "csv").out))
    )
    assert {row["rule"] for row in rows} >= {"common_input@2", "change.link@1"}
    assert any(row["sender"] for row in rows)


def test_a_folder_that_is_no_world_is_one_clear_error(tmp_path: Path) -> None:
    done = cointrail("evaluate", "world", str(tmp_path))
    assert (done.code, "holds no simulated world" in done.err) == (2, True)


def test_a_full_folder_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = cointrail("evaluate", "run", "--out", str(tmp_path))
    assert (done.code, "is not an empty folder" in done.err) == (2, True)


def test_a_plan_that_there_is_not_is_refused(tmp_path: Path) -> None:
    done = cointrail("evaluate", "run", "--out", str(tmp_path / "out"), "--worlds", "nowhere")
    assert (done.code, "there is no preset `nowhere`" in done.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_run_writes_tables_pictures_and_a_page_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        out = str(tmp_path / jobs)
        small = ("--worlds", "quiet", "--seeds", "2", "--transactions", "300")
        done = cointrail("evaluate", "run", "--out", out, *small, "--jobs", jobs)
        assert done.code == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / jobs).iterdir()} for jobs in "12")
    assert one == two
    assert b"quiet, seed 2" in one["report.md"]
    assert one["bounds.svg"].startswith(b"<svg")
