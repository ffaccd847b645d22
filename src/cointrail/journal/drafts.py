"""Drafts: drawings at work beside a journal, the last state of each. What is put on a case is an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from cointrail.errors import BadInput, NotFound, Outdated
from cointrail.journal.canonical import sha256
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.journal.sql_tables import CASES, DRAFTS

MOST_DRAFTS = 100
"""Drafts of a case; our choice: more than a person tells apart."""
DRAFT_NAME = r"^[^\x00-\x1f\x7f/.][^\x00-\x1f\x7f/]{0,99}$"
"""What a path can have as one part, and no dots that would lead out of it."""

_LINE = (
    DRAFTS.c.name,
    DRAFTS.c.version,
    DRAFTS.c.kept_utc,
    DRAFTS.c.who,
    DRAFTS.c.sha256,
    func.length(DRAFTS.c.data).label("size"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A draft as lists show it.

    Attributes:
        name: what it is called; one of a case's.
        version: how often it was kept, from 1.
        kept_utc: when it was kept last.
        by: who did that.
        sha256: of its bytes.
        size: its bytes.
    """

    name: str
    version: int
    kept_utc: str
    by: str
    sha256: str
    size: int


KeptDraft = tuple[DraftLine, bytes]
"""A draft with its bytes."""


class Drafts:
    """The drafts of one case. Each method is one transaction.

    Args:
        keeper: the case database.
        case: the case's id.
    """

    def __init__(self, keeper: SqlKeeper, case: str) -> None:
        self._keeper = keeper
        self._case = case

    def lines(self) -> tuple[DraftLine, ...]:
        """Every draft, the one that was kept last first."""
        wanted = select(*_LINE).where(DRAFTS.c.case_id == self._case)
        with self._keeper.reading() as connection:
            rows = connection.execute(wanted.order_by(DRAFTS.c.kept_utc.desc(), DRAFTS.c.name)).all()
        return tuple(_line(row) for row in rows)

    def read(self, name: str) -> tuple[DraftLine, bytes]:
        """A draft with its bytes.

        Raises:
            NotFound: there is none of that name.
        """
        wanted = select(*_LINE, DRAFTS.c.data).where(*self._is(name))
        with self._keeper.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise _no_draft(name)
        return _line(row), row.data

    def all(self) -> tuple[KeptDraft, ...]:
        """Every draft with its bytes, by name."""
        wanted = select(*_LINE, DRAFTS.c.data).where(DRAFTS.c.case_id == self._case)
        with self._keeper.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(sorted(((_line(row), row.data) for row in rows), key=lambda kept: kept[0].name))

    def put_back(self, kept: Sequence[KeptDraft]) -> int:
        """Put drafts back as they were kept; of those whose name is there, the one there stays.

        Returns:
            How many were put.
        """
        put = 0
        with self._keeper.writing() as connection:
            for line, data in kept:
                if self._before(connection, line.name) is not None:
                    continue
                row = {"version": line.version, "kept_utc": line.kept_utc, "who": line.by, "data": data}
                connection.execute(
                    insert(DRAFTS).values(case_id=self._case, name=line.name, sha256=line.sha256, **row)
                )
                put += 1
        return put

    def keep(self, name: str, data: bytes, *, follows: int, who: str, utc: str) -> DraftLine:
        """Keep the next state of a draft, in place of the one that it follows.

        Args:
            name: which; one that is not there yet is begun.
            data: the drawing.
            follows: the version that it was made from; 0: none, it is new.
            who: who keeps it.
            utc: when.

        Raises:
            Outdated: another version is kept by now. That one stays.
            BadInput: the case has too many drafts.
        """
        digest = sha256(data)
        row = {"version": follows + 1, "kept_utc": utc, "who": who, "sha256": digest, "data": data}
        with self._keeper.writing() as connection:
            before = self._before(connection, name)
            if before is None:
                self._require_room(connection)
            have = before.version if before else 0
            if have != follows:
                raise Outdated(
                    f"of draft `{name}`, version {have} is kept, not version {follows}",
                    hint="open it anew, or keep yours under another name",
                    version=have,
                )
            if before:
                connection.execute(update(DRAFTS).where(*self._is(name)).values(row))
            else:
                connection.execute(insert(DRAFTS).values(case_id=self._case, name=name, **row))
        return DraftLine(name=name, version=follows + 1, kept_utc=utc, by=who, sha256=digest, size=len(data))

    def drop(self, name: str, version: int) -> None:
        """Let a draft go. What was put on the case from it stays there.

        Args:
            name: which.
            version: the one that is meant.

        Raises:
            NotFound: there is none of that name.
            Outdated: another version is kept by now. That one stays.
        """
        with self._keeper.writing() as connection:
            before = self._before(connection, name)
            if before is None:
                raise _no_draft(name)
            if before.version != version:
                raise Outdated(
                    f"of draft `{name}`, version {before.version} is kept, not version {version}",
                    hint="open it, and look whether it may go",
                    version=before.version,
                )
            connection.execute(delete(DRAFTS).where(*self._is(name)))

    def _before(self, connection: Connection, name: str) -> Row[*tuple[Any, ...]] | None:
        """The version that is there; whoever else writes to the case waits."""
        connection.execute(select(CASES.c.id).where(CASES.c.id == self._case).with_for_update()).one()
        return connection.execute(select(DRAFTS.c.version).where(*self._is(name))).one_or_none()

    def _require_room(self, connection: Connection) -> None:
        counted = select(func.count()).where(DRAFTS.c.case_id == self._case)
        if connection.execute(counted).scalar_one() >= MOST_DRAFTS:
            raise BadInput(f"a case has {MOST_DRAFTS} drafts at most", hint="go on with one, or remove one")

    def _is(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return (DRAFTS.c.case_id == self._case, DRAFTS.c.name == name)


def _no_draft(name: str) -> NotFound:
    return NotFound(f"there is no draft `{name[:100]}`", hint="list the drafts of the case", name=name)


def _line(row: Row[*tuple[Any, ...]]) -> DraftLine:
    return DraftLine(
        name=row.name,
        version=row.version,
        kept_utc=row.kept_utc,
        by=row.who,
        sha256=row.sha256,
        size=row.size,
    )
