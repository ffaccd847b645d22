"""Read-only SQL over one snapshot: DuckDB in memory, shut in.

A query sees the views and functions made here and nothing else: no file, no network, no variable of this
program, no setting. See docs/adr/0016-sql-in-a-sandbox.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.analytics.derived import FUNCTIONS, NOTHING, Derived
from cointrail.analytics.tables import ASKED, arrow_table
from cointrail.analytics.texts import FINDERS, WRITERS, Finder, Writer
from cointrail.analytics.views import statements
from cointrail.errors import BadQuery, CointrailError
from cointrail.store.reader import Snapshot

DEFAULT_MEMORY = 1 << 30
"""Bytes that a query may use beside the mapped columns."""

ROWS_AT_ONCE = 1 << 16
"""Rows of a result that are handed over together."""

TURN_S = 0.2
"""Seconds after which a wait looks whether it was asked to stop."""

_SHUT = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_extension_repositories": "forbidden",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}

_ALLOWED = frozenset({"SELECT", "EXPLAIN"})
"""Kinds of statements as DuckDB's parser has them; DESCRIBE, SHOW, SUMMARIZE and VALUES are SELECT."""

_KIND = re.compile(r"^[A-Z][A-Za-z ]* Error: ")


class Sandbox:
    """One snapshot to ask queries of. Use it as a context manager.

    Args:
        snapshot: the chain; stays open as long as this.
        memory: bytes that a query may use, the columns not counted. Nothing is spilled to disk.
        threads: threads that a query may use.
    """

    def __init__(self, snapshot: Snapshot, *, memory: int = DEFAULT_MEMORY, threads: int = 2) -> None:
        self.snapshot = snapshot
        self.memory = memory
        self._failure: CointrailError | None = None
        settings = {**_SHUT, "memory_limit": f"{memory} bytes", "threads": str(threads)}
        self._db: Any = duckdb.connect(":memory:", config=settings)
        self._worker = ThreadPoolExecutor(1, "query")
        with ExitStack() as undo:
            undo.callback(self._close)
            self._fill()
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        self._worker.shutdown()
        self._db.close()

    def batches(self, query: str) -> Generator[Any]:
        """Run one query; its result as `pyarrow.RecordBatch`es, one of them at least.

        Raises:
            BadQuery: it is not one statement that only reads, DuckDB refuses it, or it needs more memory.
        """
        self._failure = None
        with self._told(), self._reading():
            single = self._single(query)
            reader = self._waited(lambda: self._db.sql(single).to_arrow_reader(ROWS_AT_ONCE))
            try:
                yield pa.RecordBatch.from_pylist([], reader.schema)
                while (batch := self._waited(lambda: next(reader, None))) is not None:
                    yield batch
            finally:
                reader.close()

    def table(self, query: str) -> Any:
        """Run one query; its whole result as a `pyarrow.Table`.

        Raises:
            BadQuery: as `batches`, or the result alone takes more memory than a query may use.
        """
        return pa.Table.from_batches(self.bounded(query))

    def bounded(self, query: str) -> Generator[Any]:
        """As `batches`, for whoever keeps them all.

        Raises:
            BadQuery: as `table`.
        """
        size = 0
        with closing(self.batches(query)) as batches:
            for batch in batches:
                size += batch.nbytes
                if size > self.memory:
                    raise self._too_much()
                yield batch

    def _waited(self, work: Callable[[], Any]) -> Any:
        """Work that DuckDB does, in a thread beside, so that Ctrl-C is heard here and passed on.

        Waits in short turns: other libraries' signal handlers may let a long wait sleep on.
        """
        doing = self._worker.submit(work)
        try:
            while doing not in wait([doing], timeout=TURN_S).done:
                pass
            return doing.result()
        except KeyboardInterrupt:
            self._db.interrupt()
            wait([doing])
            raise

    def _single(self, query: str) -> str:
        given = self._db.extract_statements(query)
        if not given:
            raise BadQuery("the query is empty", hint="give one SELECT statement")
        if len(given) > 1:
            raise BadQuery(
                f"{len(given)} statements were given, a query is one", hint="ask them one after another"
            )
        if given[0].type.name not in _ALLOWED:
            raise BadQuery(
                f"a query only reads, this is {given[0].type.name.replace('_', ' ')}",
                hint="begin with SELECT, WITH, EXPLAIN, DESCRIBE or SHOW",
            )
        return query

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """A transaction in which nothing can be written, ended whatever happens."""
        self._db.execute("BEGIN TRANSACTION READ ONLY")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Make what DuckDB says of a query an error of ours."""
        try:
            yield
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise self._too_much() from error
        except (duckdb.InternalException, duckdb.FatalException):
            raise
        except (duckdb.Error, pa.ArrowException) as error:
            if self._failure is not None:
                raise BadQuery(str(self._failure), hint=self._failure.hint) from self._failure
            raise BadQuery(_KIND.sub("", str(error))) from error

    def _too_much(self) -> BadQuery:
        return BadQuery(
            f"the query needs more than the {self.memory:,} bytes of memory that it may use",
            hint="filter or aggregate earlier, add a LIMIT, or allow more with `--memory`",
            memory=self.memory,
        )

    # -- what it sees

    def _fill(self) -> None:
        for derived in FUNCTIONS:
            self._add(derived.name, self._vectorised(derived), ["UBIGINT"], "UBIGINT", kind="arrow")
        for finder in FINDERS:
            self._add(finder.name, self._finding(finder), ["VARCHAR"], "UBIGINT", kind="native")
        for writer in WRITERS:
            self._add(writer.name, self._writing(writer), ["UBIGINT"], "VARCHAR", kind="native")
        for table in ASKED:
            self._db.register(f"_{table}", arrow_table(self.snapshot, table))
        for statement in statements():
            self._db.execute(statement)
        for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false", "lock_configuration = true"):
            self._db.execute(f"SET {setting}")

    def _add(
        self, name: str, function: Callable[[Any], Any], takes: list[str], gives: str, *, kind: str
    ) -> None:
        self._db.create_function(name, function, takes, gives, type=kind, null_handling="special")

    def _vectorised(self, derived: Derived) -> Callable[[Any], Any]:
        def answer(numbers: Any) -> Any:
            given = pc.fill_null(numbers, int(NOTHING)).to_numpy()
            found = derived.of(self.snapshot, given)
            return pa.array(found, mask=found == NOTHING)

        return answer

    def _finding(self, finder: Finder) -> Callable[[Any], Any]:
        def find(text: str | None) -> int | None:
            try:
                return None if text is None else finder.find(self.snapshot, text)
            except CointrailError as error:
                self._failure = error
                raise

        return find

    def _writing(self, writer: Writer) -> Callable[[Any], Any]:
        def write(script: int | None) -> str | None:
            return None if script is None else writer.text(self.snapshot, script)

        return write
