"""The main job on a whole demo world, by the commands that a user types."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from cointrail.evaluate.demo import compare, spent_in
from cointrail.store.reader import open_snapshot
from support.once import build_once

SEED = 1
"""Of `make demo`."""
MOST_BYTES = 50_000_000
"""Of the bundle, without headers."""

pytestmark = pytest.mark.slow


def _cointrail(*words: object) -> str:
    program = "import sys; from cointrail.cli.main import main; sys.exit(main())"
    line = [sys.executable, "-c", program, *(str(word) for word in words)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(out: Path) -> None:
    _cointrail("simulate", "--seed", SEED, "--out", out / "world")
    _cointrail("ingest", "--blocks", out / "world" / "blocks", "--store", out / "store")
    _cointrail("case", "run", out / "world" / "case.toml", "--out", out / "case", "--store", out / "store")
    (out / "demo.json").write_text(_cointrail("demo", "--seed", SEED, "--out", out, "--format", "json"))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "whole-demo", _run)


@pytest.fixture(scope="module")
def said(done: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((done / "demo.json").read_text())
    return said


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_nineteen_payments_in_twenty_are_found_and_none_is_wrong(said: dict[str, Any]) -> None:
    counts = said["payments"]
    assert counts["true"] == 7_300
    assert counts["wrong"] == 0
    assert counts["found"] >= 0.95 * counts["true"]


def test_three_quarters_of_the_same_hand_leads_are_found_and_hardly_any_is_wrong(
    said: dict[str, Any],
) -> None:
    counts = said["leads"]
    assert counts["found"] >= 0.75 * counts["true"]
    assert counts["wrong"] <= 0.003 * (counts["found"] + counts["wrong"])


def test_the_counts_come_from_comparing_the_case_with_the_truth(done: Path, said: dict[str, Any]) -> None:
    with open_snapshot(done / "store") as snapshot:
        found = compare(done / "world", done / "case", spent_in(snapshot))
    for name in ("payments", "leads", "proceeds"):
        count = getattr(found, name)
        assert said[name] == {"true": count.true, "found": count.found, "wrong": count.wrong}


def test_the_demo_says_how_long_each_stage_took(said: dict[str, Any]) -> None:
    assert set(said["seconds"]) >= {"simulate", "ingest", "clusters", "case", "bundle", "compare"}
    assert all(seconds >= 0 for seconds in said["seconds"].values())  # 0: the world was there already


def test_the_bundle_is_small_and_checked_without_anything_installed(done: Path, tmp_path: Path) -> None:
    bundle = done / "bundle"
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    assert size - (bundle / "data" / "chain" / "headers.bin").stat().st_size < MOST_BYTES
    venv.create(tmp_path / "clean", with_pip=False)
    line: list[str | Path] = [
        tmp_path / "clean" / "bin" / "python",
        bundle / "data" / "verify.py",
        "--key",
        done / "signer.pub",
    ]
    checked = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "HOLDS        the signature is right" in checked.stdout


def test_other_programs_agree_about_the_bundle(done: Path) -> None:
    bundle = done / "bundle"
    lines = [["sha256sum", "--check", "--quiet", "manifest-sha256.txt"]]
    if shutil.which("minisign") is not None:
        lines.append(["minisign", "-Vm", "tagmanifest-sha256.txt", "-p", str(done.resolve() / "signer.pub")])
    for line in lines:
        assert subprocess.run(line, cwd=bundle, capture_output=True, check=False).returncode == 0


def test_outcomes_of_payments_add_up_to_all_payments(done: Path) -> None:
    summary = json.loads((done / "case" / "summary.json").read_text())
    rows = [row for row in _rows(done / "case" / "payments.csv") if row["class"] == "payment"]
    assert sum(outcome["count"] for outcome in summary["payments"]["outcomes"].values()) == len(rows)
    assert summary["payments"]["count"] == len(rows)
    assert sum(int(row["value_sat"]) for row in rows) == int(summary["payments"]["value_sat"])


def test_the_ends_of_every_payment_add_up_to_its_value_by_each_policy(done: Path) -> None:
    for row in _rows(done / "case" / "payments.csv"):
        for policy in ("ends_fifo_sat", "ends_haircut_sat"):
            ends = dict(end.split("=") for end in row[policy].split())
            assert sum(int(value) for value in ends.values()) == int(row["value_sat"])


def test_the_ends_of_every_outflow_add_up_to_its_value_by_each_policy(done: Path) -> None:
    sums: dict[str, list[int]] = {}
    values: dict[str, int] = {}
    for row in _rows(done / "case" / "proceeds.csv"):
        outflow = sums.setdefault(row["outflow_outpoint"], [0, 0])
        outflow[0] += int(row["fifo_sat"])
        outflow[1] += int(row["haircut_sat"])
        values[row["outflow_outpoint"]] = int(row["outflow_value_sat"])
    assert all(both == [values[point]] * 2 for point, both in sums.items())


def test_the_same_case_on_the_same_store_gives_the_same_bytes(done: Path, tmp_path: Path) -> None:
    _cointrail("case", "run", done / "world" / "case.toml", "--out", tmp_path, "--store", done / "store")
    for name in ("payments.csv", "leads.csv", "proceeds.csv", "summary.json", "basis.json"):
        assert (tmp_path / name).read_bytes() == (done / "case" / name).read_bytes()


def test_a_case_is_run_without_looking_at_the_truth(done: Path, tmp_path: Path) -> None:
    world = done / "world"
    blind = tmp_path / "world"
    blind.mkdir()
    for name in ("case.toml", "seeds.csv", "tags", "prices"):
        (blind / name).symlink_to(world / name)
    _cointrail("case", "run", blind / "case.toml", "--out", tmp_path / "case", "--store", done / "store")
    for name in ("payments.csv", "leads.csv", "proceeds.csv"):
        assert (tmp_path / "case" / name).read_bytes() == (done / "case" / name).read_bytes()


def test_leads_name_many_exchanges_in_eleven_countries(done: Path) -> None:
    leads = _rows(done / "case" / "leads.csv")
    countries = {row["jurisdiction"] for row in leads} - {"unknown"}
    assert len(countries) >= 11
    assert "unknown" in {row["legal_entity"] for row in leads}
