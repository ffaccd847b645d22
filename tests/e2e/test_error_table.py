"""The table of measured error, made by its command and held against new worlds."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.error_rates.table import shipped, table_from
from support.command_line import cointrail


@pytest.mark.slow
def test_the_same_command_makes_the_same_bytes_and_the_check_reads_them(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.json" for name in ("one", "other")]
    for path in paths:
        made = cointrail("evaluate", "table", "--budget", "small", "--jobs", "1", "--out", path)
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
