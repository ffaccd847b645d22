"""One behaviour, three keepers: in memory, which defines it; SQLite; PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from cointrail.errors import BadInput, BadJournal, CaseStoreBusy, CaseStoreError, NoSuchCase
from cointrail.journal import sql_keeper
from cointrail.journal.acts import CaseOpened, NoteAdded
from cointrail.journal.book import Deed
from cointrail.journal.entry import Head
from cointrail.journal.keeping import Addition, JournalKeeper, MemoryKeeper
from cointrail.journal.place import parse_place
from cointrail.journal.sql_keeper import SqlKeeper, migrate
from cointrail.journal.sql_tables import METADATA, REVISION
from cointrail.journal.verify import Fault
from support import postgres
from support.journals import OPENED, book, deeds, filled

Open = Callable[[], JournalKeeper]


@pytest.fixture(scope="session", name="server")
def _server() -> Iterator[postgres.Postgres]:
    if absent := postgres.why_absent():
        pytest.skip(absent)
    with postgres.Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"], name="place")
def _place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "folder" / "cases.db")
    url: str = request.getfixturevalue("server").new_database()
    return url


@pytest.fixture(params=["memory", "sqlite", "postgres"], name="reopen")
def _reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same journals again and again."""
    opened: list[JournalKeeper] = []
    memory = MemoryKeeper()
    if request.param == "memory":
        yield lambda: memory
        return
    place = str(tmp_path / "cases.db")
    if request.param == "postgres":
        place = request.getfixturevalue("server").new_database()

    def open_again() -> JournalKeeper:
        opened.append(SqlKeeper(parse_place(place)))
        return opened[-1]

    yield open_again
    for keeper in opened:
        keeper.close()


def test_what_was_added_is_there_when_it_is_opened_again(reopen: Open) -> None:
    with filled(reopen()) as first:
        before = first.journal(OPENED.reference)
    with book(reopen()) as again:
        assert again.journal(OPENED.reference) == before
        assert again.journal(before.case.id) == before
        assert again.verify(OPENED.reference, before.case.head).faults == ()
        exhibit = before.case.exhibits[0]
        assert again.result(OPENED.reference, exhibit.result or "") == b"{}"
        (name,) = again.names()
        assert (name.id, name.reference, name.head) == (before.case.id, OPENED.reference, before.case.head)


def test_every_keeper_keeps_the_same_bytes(reopen: Open) -> None:
    kept, plain = filled(reopen()), filled()
    lines = [
        [
            line.replace(one.case(OPENED.reference).id.encode(), b"")
            for line in one.journal(OPENED.reference).lines
        ]
        for one in (kept, plain)
    ]
    assert [len(line) for line in lines[0]] == [len(line) for line in lines[1]]


def test_a_case_that_is_not_there_is_one_clear_error(reopen: Open) -> None:
    made = book(reopen())
    with pytest.raises(NoSuchCase, match="no case `nothing`"):
        made.case("nothing")
    with pytest.raises(NoSuchCase):
        made.keeper.add("ab" * 16, lambda *_: Addition((), Head(1, "")))
    assert made.keeper.find_result("ab" * 16, "cd" * 32) is None
    assert made.keeper.lines("ab" * 16) == []


def test_a_reference_names_one_case_alone(reopen: Open) -> None:
    made = book(reopen())
    made.open_case(OPENED)
    with pytest.raises(BadInput, match="there is a case `2024-17` already"):
        made.open_case(OPENED)
    assert [one.reference for one in made.names()] == ["2024-17"]


def test_an_addition_that_cannot_follow_leaves_nothing(reopen: Open) -> None:
    made = book(reopen())
    made.open_case(OPENED)
    before = made.journal(OPENED.reference)
    with pytest.raises(BadJournal, match="no exhibit 1"):
        made.add(OPENED.reference, Deed(NoteAdded(text="fine")), deeds()[11])
    assert made.journal(OPENED.reference) == before


def test_cases_stand_apart_and_in_order_of_their_references(reopen: Open) -> None:
    made = book(reopen())
    for reference in ("b", "a"):
        made.open_case(CaseOpened(reference=reference, legal_basis="x"))
        made.add(reference, Deed(NoteAdded(text=f"of {reference}")))
    assert [one.reference for one in made.names()] == ["a", "b"]
    assert [made.case(one).notes[0].what.text for one in ("a", "b")] == ["of a", "of b"]


def test_writers_at_once_make_one_chain(reopen: Open) -> None:
    """Each of several writers, with a connection of its own, adds; nobody's entry is lost or twice there."""
    book(reopen()).open_case(OPENED)
    writers, each = 4, 8
    failed: list[Exception] = []

    def write(number: int) -> None:
        try:
            mine = book(reopen(), f"writer {number}")
            for at in range(each):
                mine.add(OPENED.reference, Deed(NoteAdded(text=f"{number} {at}")))
        except Exception as error:  # noqa: BLE001 -- told below, out of the thread
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = book(reopen())
    assert found.verify(OPENED.reference).faults == ()
    notes = [one.what.text for one in found.case(OPENED.reference).notes]
    assert sorted(notes) == sorted(f"{number} {at}" for number in range(writers) for at in range(each))
    for number in range(writers):
        assert [one for one in notes if one.startswith(f"{number} ")] == [
            f"{number} {at}" for at in range(each)
        ]


def test_who_waits_too_long_gets_one_clear_error_and_no_fork(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_keeper, "PATIENCE", 1)
    slow, quick = SqlKeeper(parse_place(place)), SqlKeeper(parse_place(place))
    made = book(slow)
    state = made.open_case(OPENED)
    entered, done = threading.Event(), threading.Event()

    def hold() -> None:
        def make(lines: object, head: Head) -> Addition:
            entered.set()
            done.wait(30)
            raise BadJournal("changed my mind")

        with pytest.raises(BadJournal):
            slow.add(state.id, make)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(30)
    with pytest.raises(CaseStoreBusy, match="kept busy by another program"):
        book(quick).add(OPENED.reference, Deed(NoteAdded(text="late")))
    done.set()
    holder.join()
    assert book(quick).add(OPENED.reference, Deed(NoteAdded(text="now"))).entries == 2
    slow.close()
    quick.close()


# -- the databases themselves


def _alter(keeper: SqlKeeper, *statements: str) -> None:
    with keeper._engine.connect() as plain, plain.begin():
        for statement in statements:
            plain.execute(text(statement))


def _without_guards(keeper: SqlKeeper) -> None:
    with keeper._engine.connect() as plain, plain.begin():
        migrate(plain, "0001")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET data = data",
        "DELETE FROM journal",
        "UPDATE results SET data = data",
        "DELETE FROM results",
    ],
)
def test_the_database_refuses_to_change_what_was_written(place: str, statement: str) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        filled(keeper)
        with pytest.raises(Exception, match="never changed or removed"):
            _alter(keeper, statement)
        assert book(keeper).verify(OPENED.reference).faults == ()


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (("DELETE FROM journal WHERE seq = 15",), Fault.CUT),
        (("DELETE FROM journal WHERE seq = 7",), Fault.OUT_OF_PLACE),
        (("DELETE FROM results",), Fault.MISSING_RESULT),
        (("UPDATE results SET data = '{ }'",), Fault.CHANGED_RESULT),
        (("UPDATE journal SET data = 'x' WHERE seq = 3",), Fault.UNREADABLE),
        (("UPDATE cases SET head = 'x'",), Fault.REWRITTEN),
        (
            (
                "UPDATE journal SET seq = 99 WHERE seq = 4",
                "UPDATE journal SET seq = 4 WHERE seq = 5",
                "UPDATE journal SET seq = 5 WHERE seq = 99",
            ),
            Fault.OUT_OF_PLACE,
        ),
    ],
)
def test_whatever_the_owner_of_a_database_changes_is_found(
    place: str, statements: tuple[str, ...], fault: Fault
) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        made = filled(keeper)
        assert made.case(OPENED.reference).entries == 15
        _without_guards(keeper)
        _alter(keeper, *statements)
        faults = made.verify(OPENED.reference).faults
        assert fault in {one.fault for one in faults}
        if fault not in {Fault.MISSING_RESULT, Fault.CHANGED_RESULT}:
            with pytest.raises(BadJournal, match="not what was written"):
                made.add(OPENED.reference, Deed(NoteAdded(text="on top")))


def test_migrations_go_up_and_down_and_leave_what_the_code_expects(place: str) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        filled(keeper)
        with keeper._engine.connect() as plain, plain.begin():
            found = inspect(plain)
            for table in METADATA.sorted_tables:
                columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
                assert columns == {column.name: column.nullable for column in table.columns}
                keys = found.get_pk_constraint(table.name)["constrained_columns"]
                assert keys == [column.name for column in table.primary_key]
        for revision in ("0001", "0002"):
            with keeper._engine.connect() as plain, plain.begin():
                migrate(plain, revision)
        assert book(keeper).verify(OPENED.reference).faults == ()
        with keeper._engine.connect() as plain, plain.begin():
            migrate(plain, "base")
            assert set(inspect(plain).get_table_names()) <= {"alembic_version"}
        with keeper._engine.connect() as plain, plain.begin():
            migrate(plain, "head")
        assert book(keeper).names() == []


def test_a_database_of_an_older_program_is_brought_up(place: str) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        filled(keeper)
        _without_guards(keeper)
    with SqlKeeper(parse_place(place)) as keeper, keeper._engine.connect() as plain:
        assert plain.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == REVISION
        assert book(keeper).case(OPENED.reference).entries == 15


def test_a_database_of_a_newer_program_is_refused(place: str) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        _alter(keeper, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CaseStoreError, match="tables of version 9999"):
        SqlKeeper(parse_place(place))


def test_a_database_with_other_tables_is_left_alone(place: str) -> None:
    with SqlKeeper(parse_place(place)) as keeper:
        with keeper._engine.connect() as plain, plain.begin():
            migrate(plain, "base")
        _alter(keeper, "DROP TABLE alembic_version", "CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(CaseStoreError, match="something else than cases"):
        SqlKeeper(parse_place(place))


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be read as one " * 40)
    with pytest.raises(BadInput, match="is encrypted, or is no case database"):
        SqlKeeper(parse_place(str(tmp_path / "notes.txt")))
    with pytest.raises(CaseStoreError, match="cannot be made"):
        SqlKeeper(parse_place(str(tmp_path / "notes.txt" / "cases.db")))


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CaseStoreError, match="cannot be used") as raised:
        SqlKeeper(parse_place(f"postgresql://ann:secret@/x?host={tmp_path}"))
    assert "secret" not in str(raised.value)


def test_only_its_owner_may_read_a_new_file(tmp_path: Path) -> None:
    SqlKeeper(parse_place(str(tmp_path / "new" / "cases.db"))).close()
    assert (tmp_path / "new" / "cases.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
