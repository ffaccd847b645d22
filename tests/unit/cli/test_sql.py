"""`cointrail sql` as a person sees it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cointrail import workbench
from cointrail.workbench import Workbench, memory_bound
from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


def test_an_answer_has_every_form() -> None:
    query = "SELECT output, value, spent_by FROM outputs ORDER BY output LIMIT 2"
    text = cointrail("sql", query)
    assert (text.code, text.err) == (0, "")
    assert text.out.splitlines()[1].split() == ["output", "value", "spent_by"]
    assert "5000000000" in text.out
    found = cointrail("sql", query, "--format", "json").json()
    assert [column["name"] for column in found["columns"]] == ["output", "value", "spent_by"]
    assert found["basis"]["store_digest"]
    rows = list(csv.reader(io.StringIO(cointrail("sql", query, "--format", "csv").out)))
    assert rows[0] == ["output", "value", "spent_by"]
    assert [[int(cell) if cell else None for cell in row] for row in rows[1:]] == found["rows"]


def test_a_query_is_read_from_a_file_or_from_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "q.sql").write_text("SELECT 40 + 2 AS n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT 41 + 1 AS n"))
    for args in (("--file", tmp_path / "q.sql"), ()):
        assert cointrail("sql", *args, "--format", "json").json()["rows"] == [[42]]


def test_rows_that_are_left_out_are_told() -> None:
    part = cointrail("sql", "SELECT * FROM range(1500)", "--format", "csv")
    assert part.out.count("\n") == 1001
    assert "only the first 1000 rows are written" in part.err
    whole = cointrail("sql", "SELECT * FROM range(1500)", "--all", "--format", "csv")
    assert whole.out.count("\n") == 1501
    assert "only the first" not in whole.err
    few = cointrail("sql", "SELECT * FROM range(3)", "--limit", 2, "--format", "json")
    assert (few.json()["rows"], few.json()["goes_on"]) == ([[0], [1]], True)


BAD = {
    "no query": ("", "the query is empty"),
    "a mistake": ("SELECT worth FROM outputs", "worth"),
    "a statement that writes": ("DROP VIEW outputs", "a query only reads"),
    "a file": ("SELECT * FROM read_csv('/etc/hosts')", "file system operations are disabled"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_query_ends_with_code_2_and_one_message(what: str) -> None:
    query, says = BAD[what]
    done = cointrail("sql", query)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert says in done.err
    error = json.loads(cointrail("sql", query, "--format", "json").err)["error"]
    assert error["code"] == "bad_query"


def test_a_query_in_two_places_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("SELECT 1")
    assert "give one of them" in cointrail("sql", "SELECT 1", "--file", tmp_path / "q.sql").err
    assert "cannot be read" in cointrail("sql", "--file", tmp_path / "nothing.sql").err


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what is taken")
def test_one_value_of_gigabytes_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB's own limit does not count the memory of single long values."""
    monkeypatch.setattr(memory_bound, "SLACK", 256 << 20)
    done = cointrail("sql", "SELECT length(repeat(chr(120), 4000000000))", "--memory", "64M")
    assert (done.code, done.out) == (2, "")
    assert "needs more than the 67,108,864 bytes" in done.err
    assert cointrail("sql", "SELECT 1", "--memory", "64M").code == 0


@pytest.mark.parametrize("package", ["duckdb", "pyarrow"])
def test_without_the_extra_the_command_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name
        for name in sys.modules
        if name.startswith(("cointrail.analytics", "cointrail.workbench.queries"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    done = cointrail("sql", "SELECT 1")
    assert done.code == 2
    assert f"needs the package `{package}`" in done.err
    assert "cointrail[sql]" in done.err


def test_the_workbench_gives_arrow_tables_and_frames(demo: DemoFolder) -> None:
    bench = Workbench(demo.store)
    table = bench.sql("SELECT count(*) AS n, sum(value) AS sat FROM outputs")
    frame = bench.frames()["outputs"].collect()
    assert table.to_pylist() == [{"n": len(frame), "sat": frame["value"].sum()}]
    assert workbench.ask(demo.store, "SELECT 1").rows == ((1,),)


@pytest.mark.parametrize("beside", ["", "import polars\n"])
def test_ctrl_c_stops_a_long_query(demo: DemoFolder, beside: str) -> None:
    """Also where another library has put its own handler before Python's."""
    query = (
        "SELECT count(*) FROM range(10000000000) a WHERE hash(a.range::VARCHAR)::VARCHAR LIKE '%99999999%'"
    )
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"{beside}from cointrail import workbench\nworkbench.ask\nfrom cointrail.cli.main import main\n"
        "sys.argv[0] = 'cointrail'\nprint('ready', flush=True)\nmain()"
    )
    command = [sys.executable, "-c", code, "sql", query, "--store", str(demo.store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err.startswith("error: stopped")
