"""Case work killed at random moments, hundreds of times, on SQLite or on PostgreSQL.

`python -m support.kill_journal KILLS SEED [sqlite|postgres]` forks workers that put notes, exhibits and undos
on a case, and kills them (signal 9). A worker tells the head of the journal over a pipe after each addition
that it came back from. Afterwards the journal must be whole, and hold every head that was told. Every few
kills a new database is begun, so that the making of its tables is killed too; of PostgreSQL the server is
killed now and then. Prints what it did as JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from cointrail.journal.acts import CaseOpened, ExhibitTaken, NoteAdded, Undone
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.entry import Head
from cointrail.journal.place import parse_place
from cointrail.journal.sql_keeper import SqlKeeper
from support.postgres import Postgres

REFERENCE = "killed"
LONGEST_WAIT = 0.25
"""Seconds after which a worker is killed, at most."""

AT_WORK = 0.8
"""Share of the kills for which the worker has made an entry before that time begins."""

NEW_EVERY = 25
"""Kills after which a new database is begun."""

SERVER_EVERY = 20
"""Kills after which PostgreSQL itself is killed."""


@dataclass
class Done:
    """What was done."""

    database: str
    kills: int = 0
    acknowledged: int = 0
    entries: int = 0
    databases: int = -1
    """one was only to load modules"""
    killed_before_a_table: int = 0
    server_kills: int = 0
    seconds: float = 0.0


def work(place: str, told: int, seed: int) -> None:
    """Put things on the case for ever, and tell the head after each."""
    rng = random.Random(seed)
    book = CaseBook(SqlKeeper(parse_place(place)), "worker")
    if not book.names():
        book.open_case(CaseOpened(reference=REFERENCE, legal_basis="a test"))
    while True:
        kind, data = rng.random(), rng.randbytes(rng.randint(1, 60_000))
        if kind < 0.5:
            deeds = [Deed(NoteAdded(text=f"note {at}")) for at in range(rng.randint(1, 4))]
        elif kind < 0.9:
            taken = ExhibitTaken(title="exhibit", request={}, basis={}, size=len(data))
            deeds = [Deed(taken, result=data)]
        else:
            case = book.case(REFERENCE)
            free = sorted(set(range(2, case.entries + 1)) - case.undone)
            deeds = [Deed(Undone(entry=rng.choice(free)))] if free else [Deed(NoteAdded(text="none"))]
        state = book.add(REFERENCE, *deeds)
        os.write(told, f"{state.head}\n".encode())


class _Hunt:
    def __init__(self, database: str, rng: random.Random, folder: Path, server: Postgres | None) -> None:
        self.done, self.rng, self.folder, self.server = Done(database), rng, folder, server
        self.place, self.entries = "", 0
        self.heads: list[Head] = []

    def new_database(self) -> None:
        self.done.databases += 1
        self.heads = []
        if self.server:
            self.place = self.server.new_database()
        else:
            self.place = str(self.folder / f"{self.done.databases}" / "cases.db")

    def kill_one(self) -> None:
        """One worker from its start to its end; `heads` has what it told."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a client says of a killed server
            try:
                work(self.place, write, self.rng.randrange(1 << 30))
            finally:
                os._exit(1)
        os.close(write)
        if self.rng.random() < AT_WORK:
            select.select([read], [], [], 60)
        time.sleep(self.rng.random() * LONGEST_WAIT)
        if self.server and self.done.kills % SERVER_EVERY == SERVER_EVERY - 1:
            self.server.kill()
            self.done.server_kills += 1
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        assert ended == -signal.SIGKILL or (self.server and not self.server.is_up()), ended
        with os.fdopen(read, "rb") as pipe:
            told = [
                Head.parse(line.decode())
                for line in pipe.read().splitlines(keepends=True)
                if line.endswith(b"\n")
            ]
        if self.server and not self.server.is_up():
            self.server.start()
        self.heads += told
        self.done.kills += 1
        self.done.acknowledged += len(told)

    def check(self) -> None:
        """The journal is whole, and has every head that was told."""
        with CaseBook(SqlKeeper(parse_place(self.place)), "checker") as book:
            if not book.names():
                assert not self.heads, "an acknowledged case is gone"
                self.done.killed_before_a_table += 1
                return
            kept = self.heads[-1] if self.heads else None
            verdict = book.verify(REFERENCE, kept)
            assert verdict.intact, verdict
            digests = {entry.seq: entry.digest() for entry in book.journal(REFERENCE).entries}
            assert all(digests.get(head.seq) == head.digest for head in self.heads), "an entry was lost"
            self.entries = len(digests)


def hunt(kills: int, seed: int, database: str) -> Done:
    """Go on until there were so many kills."""
    rng, begin = random.Random(seed), time.monotonic()
    with ExitStack() as opened:
        folder = Path(tempfile.mkdtemp(prefix="cointrail-journal-kills-"))
        opened.callback(shutil.rmtree, folder, ignore_errors=True)
        server = opened.enter_context(Postgres()) if database == "postgres" else None
        one = _Hunt(database, rng, folder, server)
        one.new_database()
        SqlKeeper(parse_place(one.place)).close()  # workers find all modules loaded
        while one.done.kills < kills:
            if one.done.kills % NEW_EVERY == 0:
                one.new_database()
            one.kill_one()
            one.check()
            if one.done.kills % NEW_EVERY == 0 or one.done.kills == kills:
                one.done.entries += one.entries
        one.done.seconds = round(time.monotonic() - begin, 1)
        return one.done


def main() -> None:
    """Hunt, and say what was done."""
    database = sys.argv[3] if len(sys.argv) > 3 else "sqlite"
    print(json.dumps(asdict(hunt(int(sys.argv[1]), int(sys.argv[2]), database))))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
