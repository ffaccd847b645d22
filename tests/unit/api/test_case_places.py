"""Cases of a server: what is kept and what was run come together by reference, whatever it is called."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cointrail.api.case_places import find_case, known_cases
from cointrail.api.server import Server
from cointrail.attribution.safe_text import safe_text
from cointrail.errors import BadInput, NoSuchCase
from cointrail.workbench import CaseBench
from cointrail.workbench.case_names import name_of


def run(reference: str) -> Any:
    """A run of a case, as far as lists look at it."""
    return SimpleNamespace(summary={"reference": safe_text(reference), "network": "mainnet"})


def server_of(tmp_path: Path, kept: list[str], runs: dict[str, Any]) -> Server:
    place = str(tmp_path / "cases.db")
    with CaseBench(place, "ann") as cases:
        for reference in kept:
            cases.new(reference, "an order")
    return Server(bench=cast("Any", None), pages=cast("Any", None), cases=runs, place=place, who="ann")


def test_a_run_joins_its_kept_case_wherever_its_folder_is(tmp_path: Path) -> None:
    hostile = "2017/3 \u202e\u200b<b>"
    runs = {"out": run("A-1"), name_of(hostile): run(hostile), "other": run("nobody's")}
    server = server_of(tmp_path, ["A-1", hostile, "B-2"], runs)
    found = {case.name: (case.kept is not None, case.run) for case in known_cases(server)}
    assert found == {
        "A-1": (True, runs["out"]),
        name_of(hostile): (True, runs[name_of(hostile)]),
        "B-2": (True, None),
        "other": (False, runs["other"]),
    }
    assert find_case(server, "out").name == "A-1"
    with pytest.raises(NoSuchCase):
        find_case(server, "none")


def test_a_run_never_hides_a_kept_case_of_its_name(tmp_path: Path) -> None:
    runs = {"A-1": run("something else"), "A-1-run": run("a third")}
    server = server_of(tmp_path, ["A-1"], runs)
    names = {case.name: case for case in known_cases(server)}
    assert names["A-1"].kept is not None
    assert names["A-1"].run is None
    assert {id(case.run) for case in names.values() if case.run} == {id(one) for one in runs.values()}


def test_the_newest_run_is_that_under_the_case_s_own_name(tmp_path: Path) -> None:
    runs = {"out": run("A-1"), "A-1": run("A-1")}
    server = server_of(tmp_path, ["A-1"], runs)
    assert find_case(server, "A-1").run is runs["A-1"]


def test_a_server_without_a_database_has_runs_alone(tmp_path: Path) -> None:
    server = Server(bench=cast("Any", None), pages=cast("Any", None), cases={"out": run("A-1")})
    assert [case.name for case in known_cases(server)] == ["out"]
    assert not list(tmp_path.iterdir())


def test_no_case_can_take_the_name_of_another(tmp_path: Path) -> None:
    server = server_of(tmp_path, ["A/1"], {})
    with CaseBench(str(server.place), "ann") as cases:
        with pytest.raises(BadInput, match="as the case `A/1` is"):
            cases.new(name_of("A/1"), "an order")
        with pytest.raises(BadInput, match="A/1"):
            cases.new("A/1", "an order")
    assert [case.name for case in known_cases(server)] == [name_of("A/1")]
