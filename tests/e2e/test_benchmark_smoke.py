from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kept_files import ROOT


@pytest.mark.slow
def test_the_benchmark_measures_both_programs_on_the_same_blocks(tmp_path: Path) -> None:
    if importlib.util.find_spec("blockchain_parser") is None:
        pytest.skip("blockchain-parser is not installed; `make bench` installs it")
    figures = tmp_path / "figures.json"
    program = [sys.executable, str(ROOT / "benchmarks" / "ingest.py"), "--smoke"]
    done = subprocess.run(
        [*program, "--work", str(tmp_path), "--json", str(figures)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(figures.read_text())
    ours, peer, _ = result["programs"]
    assert ours["transactions"] == result["chain"]["txs"]
    assert 0 < peer["transactions"] < ours["transactions"]
    assert ours["peak_mb"] > 0
    assert "ratio of MB/s" in done.stdout
