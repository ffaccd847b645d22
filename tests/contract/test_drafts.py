"""Drafts in SQLite and in PostgreSQL: one of two that follow the same version is kept, the other is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cointrail.errors import BadInput, NotFound, Outdated
from cointrail.journal.drafts import DraftLine, Drafts
from cointrail.journal.place import parse_place
from cointrail.journal.sql_keeper import SqlKeeper
from support import postgres
from support.journals import OPENED, book

NOW = "2024-05-01T14:02:00Z"


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[postgres.Postgres]:
    if absent := postgres.why_absent():
        pytest.skip(absent)
    with postgres.Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"], name="keeper")
def _keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlKeeper]:
    place = str(tmp_path / "cases.db")
    if request.param == "postgres":
        place = request.getfixturevalue("server").new_database()
    with SqlKeeper(parse_place(place)) as keeper:
        yield keeper


@pytest.fixture(name="drafts")
def _drafts(keeper: SqlKeeper) -> Drafts:
    return Drafts(keeper, book(keeper).open_case(OPENED).id)


def keep(drafts: Drafts, data: bytes, follows: int) -> DraftLine:
    return drafts.keep("Drawing 1", data, follows=follows, who="ann", utc=NOW)


def test_a_draft_is_there_to_the_byte_with_its_digest(drafts: Drafts) -> None:
    data = bytes(range(256))
    keep(drafts, b"first", 0)
    line = keep(drafts, data, 1)
    assert drafts.read("Drawing 1") == (line, data)
    assert drafts.lines() == (line,)
    assert (line.version, line.size, line.sha256) == (2, 256, hashlib.sha256(data).hexdigest())


def test_of_two_that_follow_the_same_version_one_is_kept(drafts: Drafts) -> None:
    keep(drafts, b"first", 0)

    def told(data: bytes) -> int | None:
        try:
            return keep(drafts, data, 1).version
        except Outdated:
            return None

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(told, [b"%d" % at for at in range(8)]))
    assert sorted(answers, key=bool) == [None] * 7 + [2]
    assert drafts.read("Drawing 1")[1] == b"%d" % answers.index(2)


def test_a_draft_goes_in_the_version_that_is_meant_and_leaves_room(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cointrail.journal.drafts.MOST_DRAFTS", 1)
    keep(drafts, b"first", 0)
    keep(drafts, b"second", 1)
    with pytest.raises(BadInput, match="1 drafts at most"):
        drafts.keep("Drawing 2", b"other", follows=0, who="ann", utc=NOW)
    with pytest.raises(Outdated, match="version 2 is kept, not version 1"):
        drafts.drop("Drawing 1", 1)
    drafts.drop("Drawing 1", 2)
    with pytest.raises(NotFound, match="no draft"):
        drafts.drop("Drawing 1", 2)
    assert drafts.lines() == ()
    assert drafts.keep("Drawing 2", b"other", follows=0, who="ann", utc=NOW).version == 1


def test_drafts_of_another_case_are_not_seen(keeper: SqlKeeper, drafts: Drafts) -> None:
    keep(drafts, b"mine", 0)
    other = Drafts(keeper, "0" * 32)
    assert other.lines() == ()
    with pytest.raises(NotFound, match="no draft"):
        other.read("Drawing 1")
