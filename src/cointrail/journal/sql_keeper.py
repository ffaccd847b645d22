"""Journals in a database: SQLite in one file, or PostgreSQL for a team.

Whoever adds holds the one lock there is: SQLite's for writers, the row of the case in PostgreSQL. What `add`
has come back from is on the disk: SQLite syncs at every commit, and so does PostgreSQL as it comes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError

from cointrail.errors import BadInput, CaseStoreBusy, CaseStoreError
from cointrail.journal.entry import Head
from cointrail.journal.keeping import Addition, CaseName, Make, no_such_case, reference_taken
from cointrail.journal.place import FilePlace, Place
from cointrail.journal.protection import is_locked, sqlcipher, unlocking
from cointrail.journal.sql_tables import CASES, JOURNAL, RESULTS, REVISION, VERSION

PATIENCE = 20
"""Seconds that an addition waits for another to end; our choice, far above what one takes."""

MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATION_LOCK = 7_244_011
"""Names the lock that one program at a time migrates under, in PostgreSQL."""

_WRITES = "cointrail_writes"
_BUSY = ("database is locked", "lock timeout", "canceling statement due to lock", "deadlock detected")


class SqlKeeper:
    """Journals in a database; made ready for them when it is opened.

    Args:
        place: which database.
        key: the passphrase of an encrypted file, which is made where there is none; None: it is a plain one.

    Raises:
        CaseStoreError: it cannot be reached or used, or a newer program made it.
        BadInput: its driver is not installed.
    """

    def __init__(self, place: Place, *, key: str | None = None) -> None:
        self.place = place
        if isinstance(place, FilePlace):
            _require_key(place.path, key)
            _make_file(place.path)
        try:
            self._engine = _engine(place, key)
        except (ModuleNotFoundError, NoSuchModuleError) as missing:
            raise BadInput(
                "a database of PostgreSQL's needs the package `psycopg`, which is not installed",
                hint="install the extra `postgres`: `pip install 'cointrail[postgres]'`",
            ) from missing
        except ValueError as error:
            raise BadInput(f"`{place}` is not the URL of a database: {error}") from None
        try:
            self._make_ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _make_ready(self) -> None:
        with self.reading() as connection:
            revision = _revision(connection)
        if revision == REVISION:
            return
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            revision = _revision(connection)  # another program may have migrated meanwhile
            if revision is None and inspect(connection).get_table_names():
                raise CaseStoreError(
                    f"`{self.place}` holds something else than cases",
                    hint="name an empty database, or a file that is not there yet, with `--db`",
                )
            if revision is not None and revision > REVISION:
                raise CaseStoreError(
                    f"`{self.place}` has tables of version {revision}, this program knows {REVISION}",
                    hint="use the program that made them, or a newer one",
                )
            migrate(connection, "head")

    # -- what is kept

    def cases(self) -> list[CaseName]:
        """Every case, by reference."""
        with self.reading() as connection:
            rows = connection.execute(select(CASES)).all()
        names = [CaseName(row.id, row.reference, Head(row.entries, row.head)) for row in rows]
        return sorted(names, key=lambda one: one.reference)

    def lines(self, case: str) -> list[bytes]:
        """The lines of a journal."""
        with self.reading() as connection:
            return _lines(connection, case)

    def find_result(self, case: str, digest: str) -> bytes | None:
        """What is kept beside a journal under a SHA-256."""
        wanted = select(RESULTS.c.data).where(RESULTS.c.case_id == case, RESULTS.c.sha256 == digest)
        with self.reading() as connection:
            found = connection.execute(wanted).scalar_one_or_none()
        return None if found is None else _bytes(found)

    # -- additions

    def begin(self, case: str, reference: str, addition: Addition) -> None:
        """Keep a new case."""
        row = {"id": case, "reference": reference, "entries": 0, "head": ""}
        try:
            with self.writing() as connection:
                connection.execute(insert(CASES).values(row))
                _keep(connection, case, 0, addition)
        except IntegrityError:
            raise reference_taken(reference) from None

    def add(self, case: str, make: Make) -> None:
        """Add to a journal."""
        with self.writing() as connection:
            wanted = select(CASES).where(CASES.c.id == case).with_for_update()
            row = connection.execute(wanted).one_or_none()
            if row is None:
                raise no_such_case(case)
            lines = _lines(connection, case)
            _keep(connection, case, len(lines), make(lines, Head(row.entries, row.head)))

    # -- transactions

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection inside a transaction that only reads."""
        with self._said(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection inside a transaction that holds the lock of writers where the database has one."""
        with self._said(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
                yield connection

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what a database says in our own words."""
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no reason given"
            if any(word in said for word in _BUSY):
                raise CaseStoreBusy(
                    f"`{self.place}` is kept busy by another program: {said}",
                    hint="try again when that has ended; nothing was added",
                ) from error
            raise CaseStoreError(
                f"`{self.place}` cannot be used: {said}",
                hint="is it the right database, and is there space on its disk? name another with `--db`",
            ) from error


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables to a revision, up or down, inside the connection's transaction."""
    command = import_module("alembic.command")
    config = import_module("alembic.config").Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    now = _revision(connection) or ""
    down = revision == "base" or (revision != "head" and revision < now)
    (command.downgrade if down else command.upgrade)(config, revision)


def _revision(connection: Connection) -> str | None:
    """The migration that was run last; None: none was."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(select(VERSION.c.version_num)).scalar_one_or_none()


def _lines(connection: Connection, case: str) -> list[bytes]:
    wanted = select(JOURNAL.c.data).where(JOURNAL.c.case_id == case).order_by(JOURNAL.c.seq)
    return [_bytes(data) for data in connection.execute(wanted).scalars()]


def _bytes(data: object) -> bytes:
    """What a column of bytes holds; SQLite may hold anything there when somebody else wrote it."""
    return data if isinstance(data, bytes) else str(data).encode()


def _keep(connection: Connection, case: str, before: int, addition: Addition) -> None:
    """Put an addition down, and where the journal now ends."""
    lines = [
        {"case_id": case, "seq": seq, "data": line} for seq, line in enumerate(addition.lines, before + 1)
    ]
    connection.execute(insert(JOURNAL), lines)
    have = select(RESULTS.c.sha256).where(RESULTS.c.case_id == case)
    fresh = addition.results.keys() - set(connection.execute(have).scalars())
    for digest in sorted(fresh):
        row = {"case_id": case, "sha256": digest, "data": addition.results[digest]}
        connection.execute(insert(RESULTS).values(row))
    end = update(CASES).where(CASES.c.id == case)
    connection.execute(end.values(entries=addition.head.seq, head=addition.head.digest))


# -- engines


def _engine(place: Place, key: str | None) -> Engine:
    if not isinstance(place, FilePlace):
        return create_engine(place.url, connect_args={"connect_timeout": PATIENCE})
    options: dict[str, Any] = {}
    if key is not None:
        options = {"creator": unlocking(place.path, key), "module": sqlcipher()}
    engine = create_engine(URL.create("sqlite", database=str(place.path)), **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """A commit is on the disk when it comes back, and what is deleted is overwritten."""
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in (
        f"busy_timeout = {PATIENCE * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that read first would be refused it when another wrote."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _require_key(path: Path, key: str | None) -> None:
    """Refuse a key for a file that is not encrypted, and a file that is without one.

    Raises:
        BadInput: as said.
    """
    if key is None and is_locked(path):
        raise BadInput(
            f"`{path}` is encrypted, or is no case database",
            hint="name the file with its passphrase in COINTRAIL_DB_KEY_FILE",
            path=str(path),
        )
    if key is not None and path.is_file() and path.stat().st_size and not is_locked(path):
        raise BadInput(
            f"`{path}` is not encrypted, so it takes no key",
            hint="take its cases over with `case backup` and `case restore` into a new file",
            path=str(path),
        )


def _make_file(path: Path) -> None:
    """A file that only its owner may read, in a folder that is made like that where there is none.

    Raises:
        CaseStoreError: it cannot be made.
    """
    if path.is_file():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise CaseStoreError(
            f"`{path}` cannot be made: {error.strerror}", hint="name another file with `--db`", path=str(path)
        ) from error
