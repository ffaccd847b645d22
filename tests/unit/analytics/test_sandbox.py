"""A query reads the store and does nothing else, whatever it tries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cointrail.analytics.answer import answer
from cointrail.analytics.sandbox import Sandbox
from cointrail.errors import BadQuery
from support.query_stores import KINDS, Asked, asked

MB = 1 << 20
SECRET = "nobody may read this"

OUTSIDE = {
    "a CSV file": "SELECT * FROM read_csv('{file}')",
    "a text file": "SELECT * FROM read_text('{file}')",
    "bytes of a file": "SELECT * FROM read_blob('{file}')",
    "a JSON file": "SELECT * FROM read_json('{file}')",
    "a Parquet file": "SELECT * FROM read_parquet('{file}')",
    "a file as a table": "FROM '{file}'",
    "the list of a folder": "SELECT * FROM glob('{folder}/*')",
    "a guess at a file": "SELECT * FROM sniff_csv('{file}')",
    "a file behind EXPLAIN": "EXPLAIN ANALYZE SELECT * FROM read_text('{file}')",
    "a file behind query()": "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
    "a file behind JSON": (
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{file}'')'))"
    ),
    "the network": "SELECT * FROM read_csv('http://localhost:9/x.csv')",
    "a copy behind EXPLAIN": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "a log file": "SELECT * FROM enable_logging(storage = 'file', storage_path = '{out}')",
    "a profile": "SELECT * FROM enable_profiling()",
    "the environment": "SELECT getenv('HOME')",
    "a variable of the program": "SELECT * FROM visible",
    "a table behind EXPLAIN": "EXPLAIN ANALYZE CREATE TABLE kept AS SELECT 1",
    "a change behind EXPLAIN": "EXPLAIN ANALYZE DELETE FROM outputs",
}

NO_QUERIES = {
    "COPY": "COPY (SELECT 1) TO '{out}'",
    "EXPORT": "EXPORT DATABASE '{out}'",
    "ATTACH": "ATTACH '{out}'",
    "INSTALL": "INSTALL httpfs",
    "LOAD": "LOAD httpfs",
    "SET": "SET memory_limit = '100GB'",
    "RESET": "RESET lock_configuration",
    "PRAGMA": "PRAGMA database_list",
    "CALL": "CALL enable_logging(storage = 'file', storage_path = '{out}')",
    "CREATE TABLE": "CREATE TABLE kept AS SELECT 1",
    "CREATE TEMP TABLE": "CREATE TEMP TABLE kept AS SELECT 1",
    "CREATE VIEW": "CREATE OR REPLACE VIEW outputs AS SELECT 1",
    "CREATE SECRET": "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "DROP": "DROP VIEW outputs",
    "INSERT": "INSERT INTO outputs VALUES (1)",
    "UPDATE": "UPDATE outputs SET value = 1",
    "DELETE": "DELETE FROM outputs",
    "BEGIN": "BEGIN TRANSACTION",
    "ROLLBACK": "ROLLBACK",
    "PREPARE": "PREPARE a AS SELECT 1",
    "USE": "USE memory",
    "CHECKPOINT": "CHECKPOINT",
    "VACUUM": "VACUUM",
    "IMPORT": "IMPORT DATABASE '{folder}'",
}

WASTE = {
    "a large sort": "SELECT hash(a.range) h FROM range(20000000) a ORDER BY h",
    "a long list": "SELECT list(range) FROM range(50000000)",
    "a long text": "SELECT string_agg(repeat('x', 1000000), '') FROM range(1000)",
    "a large group": "SELECT a.range || 'and so on', count(*) FROM range(20000000) a GROUP BY 1",
}


@pytest.fixture(name="there", scope="module")
def one_store() -> Iterator[Asked]:
    with asked(KINDS[0]) as found:
        yield found


@pytest.fixture(name="box")
def small_box(there: Asked) -> Iterator[Sandbox]:
    with Sandbox(there.snapshot, memory=64 * MB, threads=1) as box:
        yield box


@pytest.fixture(name="places")
def some_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A file to read and a place to write, in the folder that the program stands in."""
    (tmp_path / "secret.csv").write_text(f"words\n{SECRET}\n")
    monkeypatch.chdir(tmp_path)
    return {"file": tmp_path / "secret.csv", "folder": tmp_path, "out": tmp_path / "out.csv"}


def refused(box: Sandbox, query: str) -> BadQuery:
    with pytest.raises(BadQuery) as error:
        answer(box, query, None)
    assert SECRET not in str(error.value)
    return error.value


@pytest.mark.parametrize("what", OUTSIDE)
def test_a_query_reaches_nothing_outside_the_store(box: Sandbox, places: dict[str, Path], what: str) -> None:
    visible = duckdb.sql("SELECT 1")  # noqa: F841 -- a query must not find it
    refused(box, OUTSIDE[what].format(**places))
    assert [path.name for path in places["folder"].iterdir()] == ["secret.csv"]
    assert answer(box, "SELECT count(*) FROM blocks", None).rows == ((box.snapshot.height + 1,),)


@pytest.mark.parametrize("what", NO_QUERIES)
def test_a_statement_that_is_no_query_is_refused(box: Sandbox, places: dict[str, Path], what: str) -> None:
    error = refused(box, NO_QUERIES[what].format(**places))
    assert str(error).startswith("a query only reads, this is ")
    assert "SELECT" in (error.hint or "")
    assert [path.name for path in places["folder"].iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    "query", ["SELECT 1; SELECT 2", "SELECT 1; DROP VIEW outputs;", ";; SELECT 1; SELECT 1"]
)
def test_several_statements_are_refused_and_none_is_run(box: Sandbox, query: str) -> None:
    assert str(refused(box, query)) == "2 statements were given, a query is one"


@pytest.mark.parametrize("query", ["", "  \n", ";", "-- a remark"])
def test_an_empty_query_is_refused(box: Sandbox, query: str) -> None:
    assert str(refused(box, query)) == "the query is empty"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM outputs", '"nothing" not found'),
        ("SELECT * FROM nothing", "nothing does not exist"),
        ("SELECT $1", "parameter"),
        ("SELECT 1 / 'x'::INT", "'x'"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(box: Sandbox, query: str, says: str) -> None:
    error = refused(box, query)
    assert says in str(error)
    assert " Error: " not in str(error).partition("\n")[0]


@pytest.mark.parametrize("what", WASTE)
def test_a_query_that_needs_too_much_memory_is_stopped_and_the_next_one_runs(
    box: Sandbox, places: dict[str, Path], what: str
) -> None:
    error = refused(box, WASTE[what])
    assert f"more than the {64 * MB:,} bytes" in str(error)
    assert "--memory" in (error.hint or "")
    assert [path.name for path in places["folder"].iterdir()] == ["secret.csv"]
    assert answer(box, "SELECT 1", None).rows == ((1,),)


def test_a_result_that_does_not_fit_is_refused_unless_a_part_is_asked_for(box: Sandbox) -> None:
    endless = "SELECT range FROM range(100000000000)"
    assert "more than the" in str(refused(box, endless))
    with pytest.raises(BadQuery, match="more than the"):
        box.table(endless)
    assert len(answer(box, endless, 5).rows) == 5


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "select count(*) from outputs;",
        "WITH a AS (SELECT 1 AS b) SELECT b FROM a",
        "EXPLAIN SELECT * FROM outputs",
        "EXPLAIN ANALYZE SELECT count(*) FROM outputs",
        "DESCRIBE outputs",
        "SHOW TABLES",
        "SUMMARIZE blocks",
        "FROM txs LIMIT 1",
        "VALUES (1)",
        "TABLE blocks",
        "-- a remark\nSELECT 1",
    ],
)
def test_every_kind_of_query_is_answered(box: Sandbox, query: str) -> None:
    found = answer(box, query, 3)
    assert 1 <= len(found.rows) <= 3
    assert all(len(row) == len(found.columns) for row in found.rows)


def test_a_query_of_no_rows_still_has_columns(box: Sandbox) -> None:
    found = answer(box, "SELECT value, script FROM outputs WHERE value < 0", 3)
    assert ([column.name for column in found.columns], found.rows) == (["value", "script"], ())
    assert not found.goes_on
    assert box.table("SELECT value FROM outputs WHERE value < 0").column_names == ["value"]


@pytest.mark.parametrize(("limit", "goes_on"), [(1, True), (4, True), (5, False), (6, False), (None, False)])
def test_an_answer_says_whether_the_result_goes_on(box: Sandbox, limit: int | None, *, goes_on: bool) -> None:
    found = answer(box, "SELECT range FROM range(5)", limit)
    assert found.rows == tuple((number,) for number in range(min(5, limit or 5)))
    assert found.goes_on == goes_on


def test_columns_may_share_a_name_and_keep_their_values(box: Sandbox) -> None:
    found = answer(box, "SELECT 1 AS a, 2 AS a", None)
    assert [column.name for column in found.columns] == ["a", "a"]
    assert found.rows == ((1, 2),)


def test_values_are_plain_and_exact(box: Sandbox) -> None:
    query = (
        "SELECT sum(2100000000000000::BIGINT) OVER (), 'ab'::BLOB, NULL, 1.5::DOUBLE, 'nan'::DOUBLE, "
        "[1, NULL], {'a': 1}, TRUE, 18446744073709551615::UBIGINT, 0.10::DECIMAL(9, 2)"
    )
    row = answer(box, query, None).rows[0]
    assert row[:9] == (2_100_000_000_000_000, "6162", None, 1.5, "nan", [1, None], {"a": 1}, True, 2**64 - 1)
    assert [type(value) for value in row[:2]] == [int, str]
    assert str(row[9]) == "0.10"


def test_no_setting_is_left_open(box: Sandbox) -> None:
    wanted = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": "",
        "TimeZone": "UTC",
    }
    for name, value in wanted.items():
        query = f"SELECT value FROM duckdb_settings() WHERE name = '{name}'"
        assert answer(box, query, None).rows == ((value,),)
