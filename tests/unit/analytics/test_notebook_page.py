"""The code on the page for notebooks runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cointrail.analytics.open_store import OpenStore
from kept_files import ROOT
from support.demo_world import DemoFolder, demo_folder

PAGE = ROOT / "docs" / "how-to" / "analyse-in-a-notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(name="demo", scope="module")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)


def test_every_block_of_the_page_runs_in_order(
    demo: DemoFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cointrail-store").symlink_to(demo.store)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    said = capsys.readouterr().out
    assert len(blocks) >= 4
    assert "regtest up to block" in said
    assert "script_type" in said
    assert "coinjoin." in said


def test_the_table_of_the_page_names_every_call() -> None:
    page = PAGE.read_text(encoding="utf-8")
    calls = [name for name, one in vars(OpenStore).items() if not name.startswith("_") and callable(one)]
    assert len(calls) > 10
    assert [call for call in calls if f"| `{call}(" not in page] == []
