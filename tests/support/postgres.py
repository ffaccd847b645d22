"""A PostgreSQL server of the tests' own: no network, a socket in a folder, gone afterwards.

It refuses to run as root, so it then runs as `nobody`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

USER = "cointrail"
_DEBIAN = Path("/usr/lib/postgresql")
_PORT = 5432
_SECONDS = 60


def find_program(name: str) -> Path | None:
    """A program of PostgreSQL's; None where it is not installed."""
    if found := shutil.which(name):
        return Path(found)
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    return versions[-1] if versions else None


def why_absent() -> str | None:
    """Why no server can be started here; None: one can."""
    if os.name != "posix":
        return "the tests start PostgreSQL on POSIX systems alone"
    if find_program("initdb") is None or find_program("postgres") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    return None


class Postgres:
    """A server that runs while this is open."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cointrail-pg-", dir="/tmp"))
        self._data = self.folder / "data"
        self._numbers = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        words = [str(find_program("initdb")), "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*words, "--no-sync", "--locale=C"], check=True, capture_output=True, **self._as_user()
        )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # it waits for nobody
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_user(self) -> dict[str, Any]:
        given: dict[str, Any] = {"cwd": self.folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        return given | ({"user": "nobody"} if os.geteuid() == 0 else {})

    def start(self) -> None:
        """Start it, and wait until it answers. It does not sync: a killed program loses nothing by that."""
        words = [str(find_program("postgres")), "-D", str(self._data), "-k", str(self.folder), "-h", "", "-F"]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(words, stdout=log, stderr=log, **self._as_user())
        end = time.monotonic() + _SECONDS
        while True:
            try:
                self.run("SELECT 1")
            except Exception:
                if time.monotonic() > end or self._server.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def is_up(self) -> bool:
        """Whether it runs."""
        return self._server is not None and self._server.poll() is None

    def kill(self) -> None:
        """Kill -9 the server: the next start recovers from its log."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # its id may be another's by now

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement."""
        import psycopg  # noqa: PLC0415 - where there is a server

        with psycopg.connect(self._words(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _words(self, database: str) -> str:
        return f"host={self.folder} port={_PORT} user={USER} dbname={database}"

    def new_database(self) -> str:
        """Make an empty database; its URL."""
        name = f"cases_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return f"postgresql://{USER}@/{name}?host={self.folder}&port={_PORT}"
