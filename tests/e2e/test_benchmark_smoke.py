from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from beside import NEEDED
from kept_files import ROOT

MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]


def _run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}; `make bench` installs them")
def test_the_benchmark_gives_every_figure_and_the_page_is_made_of_them(tmp_path: Path) -> None:
    done = _run("bench.py", "--smoke", "--work", tmp_path / "work", "--results", tmp_path)
    (path,) = tmp_path.glob("*.json")
    result = json.loads(path.read_text())

    assert all(row["holds"] == (row["value"] >= row["at_least"]) for row in result["table"])
    names = [row["name"] for row in result["table"]] + list(result["not_measured"])
    assert len(names) == len(set(names)) >= 17
    assert all(name in done.stdout for name in names)

    small, large = result["sizes"]
    assert small["chain"]["block_bytes"] < large["chain"]["block_bytes"]
    assert large["rows"]["transactions"] == large["chain"]["txs"]
    assert result["doctor"]["inputs_with_undo"] == large["rows"]["inputs"]
    assert result["doctor"]["findings"] == 0
    assert result["budget"]["store_digest"] == large["store_digest"]
    ours, peer = (result["beside"][name]["saw"] for name in ("decode with text", "parser"))
    assert [ours[key] for key in ("txs", "outputs", "value")] == [
        peer[key] for key in ("txs", "outputs", "value")
    ]
    assert 0 < ours["txs"] < large["chain"]["txs"]

    docs = tmp_path / "docs"
    for _ in range(2):
        before = {file.name: file.read_bytes() for file in docs.rglob("*.*")}
        _run("report.py", path, "--docs", docs)
    assert {file.name: file.read_bytes() for file in docs.rglob("*.*")} == before
    assert "performance.md" in before
    assert len(before) == 5
