from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cointrail import workbench
from cointrail.errors import BadInput
from cointrail.store.schema import FORMAT, TABLES
from cointrail.workbench import Workbench, run_demo
from cointrail.workbench.checks import check_prices
from support.command_line import cointrail


def test_every_public_name_of_the_facade_is_there() -> None:
    assert len(set(workbench.__all__)) == len(workbench.__all__)
    assert [name for name in workbench.__all__ if getattr(workbench, name, None) is None] == []


def test_a_name_that_is_not_there_fails_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        workbench.nothing  # noqa: B018


def test_the_facade_loads_nothing_before_it_is_asked() -> None:
    code = "import sys, cointrail.workbench; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_demo_leaves_the_store_of_another_network_alone(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    manifest = tmp_path / "store" / "manifest.json"
    rows, none = {"rows": dict.fromkeys(TABLES, 0) | {"blocks": 1}}, {"rows": dict.fromkeys(TABLES, 0)}
    said = {"format": FORMAT, "network": "mainnet", "settled": rows, "recent": none, "epoch": 1}
    more = {"generation": 1, "height": 0, "tip": "ab" * 32, "digest": "cd" * 32}
    rest = {**more, "undo_checked": True, "notes": []}
    manifest.write_text(json.dumps({**said, **rest}))
    with pytest.raises(BadInput, match="holds mainnet"):
        run_demo(tmp_path, 1, scale=0.01)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_a_world_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "world.json").write_text("{")
    with pytest.raises(BadInput, match=r"world\.json` cannot be read"):
        run_demo(tmp_path, 1)


def test_gaps_of_a_price_table_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "# source: a test\n# convention: close\n# currency: USD\n"
        "time,close\n2017-01-01,1\n2017-01-02,3\n2017-01-05,2\n"
    )
    (found,) = check_prices([path])
    assert (found.rows, found.gaps, found.interval) == (3, 1, 86_400)
    assert (str(found.lowest), str(found.highest)) == ("1", "3")
    assert found.last.isoformat() == "2017-01-06T00:00:00+00:00"


def test_a_store_is_made_by_ingest_alone(tmp_path: Path) -> None:
    assert cointrail("status", "--store", tmp_path / "s").code == 2
    assert Workbench(tmp_path / "s").store == tmp_path / "s"
    assert not (tmp_path / "s").exists()


def test_a_folder_that_nobody_may_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cointrail.workbench.folders.os.access", lambda *_: False)
    with pytest.raises(BadInput, match="cannot be written"):
        workbench.require_folder(tmp_path)


def test_a_folder_that_the_system_refuses_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be used as a folder"):
        workbench.require_folder(tmp_path / ("x" * 300))
