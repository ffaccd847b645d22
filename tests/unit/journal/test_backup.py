"""Backups: every case and every draft of a drawing, checked before anything is put back."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cointrail.errors import BadInput, BadJournal
from cointrail.journal.acts import NoteAdded
from cointrail.journal.backup import FORMAT, pack, unpack
from cointrail.journal.book import Deed
from cointrail.journal.drafts import Drafts
from cointrail.journal.place import FilePlace
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.journal.sql_tables import DRAFTS
from support.journals import OPENED, book, filled

NOW = "2024-05-01T14:02:00Z"
DRAWN = (("Drawing 1", b'{"log":"first"}'), ("Drawing 1", b'{"log":"second"}'), ("거래소", b"{}"))
"""What is kept, one after the other."""


@contextmanager
def database(path: Path) -> Iterator[SqlKeeper]:
    with SqlKeeper(FilePlace(path)) as keeper:
        yield keeper


@pytest.fixture(name="first")
def _first(tmp_path: Path) -> Iterator[SqlKeeper]:
    """A database with a case that has one of everything, and drafts."""
    with database(tmp_path / "first.db") as keeper:
        filled(keeper)
        for name, data in DRAWN:
            draw(keeper, name, data)
        yield keeper


@pytest.fixture(name="fresh")
def _fresh(tmp_path: Path) -> Iterator[SqlKeeper]:
    with database(tmp_path / "fresh.db") as keeper:
        yield keeper


def drafts_of(keeper: SqlKeeper) -> Drafts:
    (name,) = keeper.cases()
    return Drafts(keeper, name.id)


def draw(keeper: SqlKeeper, name: str, data: bytes) -> None:
    drafts = drafts_of(keeper)
    follows = {line.name: line.version for line in drafts.lines()}.get(name, 0)
    drafts.keep(name, data, follows=follows, who="ann", utc=NOW)


def files_of(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


def packed_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return out.getvalue()


def test_a_backup_goes_into_any_database_and_has_the_same_bytes_each_time(
    first: SqlKeeper, fresh: SqlKeeper
) -> None:
    packed = pack(first)
    assert pack(first) == packed
    assert unpack(fresh, packed.data).new == (OPENED.reference,)
    assert book(fresh).journal(OPENED.reference) == book(first).journal(OPENED.reference)
    assert book(fresh).verify(OPENED.reference).faults == ()
    assert pack(fresh) == packed
    assert unpack(fresh, packed.data).there == (OPENED.reference,)
    book(fresh).add(OPENED.reference, Deed(NoteAdded(text="newer")))
    with pytest.raises(BadInput, match="another state of case"):
        unpack(fresh, packed.data)


def test_drafts_come_back_with_their_versions_and_are_drawn_on(first: SqlKeeper, fresh: SqlKeeper) -> None:
    packed = pack(first)
    assert (packed.cases, packed.drafts) == (1, 2)
    assert unpack(fresh, packed.data).drafts == 2
    assert drafts_of(fresh).all() == drafts_of(first).all()
    line, data = drafts_of(fresh).read("Drawing 1")
    assert (line.version, line.by, line.kept_utc, data) == (2, "ann", NOW, DRAWN[1][1])
    draw(fresh, "Drawing 1", b"{}")
    assert drafts_of(fresh).read("Drawing 1")[0].version == 3


def test_a_draft_that_is_gone_comes_back_and_one_that_went_on_stops_a_restore(first: SqlKeeper) -> None:
    packed = pack(first).data
    drafts_of(first).drop("거래소", 1)
    restored = unpack(first, packed)
    assert (restored.there, restored.drafts) == ((OPENED.reference,), 1)
    draw(first, "Drawing 1", b'{"log":"third"}')
    drafts_of(first).drop("거래소", 1)
    with pytest.raises(BadInput, match="another state of case"):
        unpack(first, packed)
    assert [(line.name, line.version) for line in drafts_of(first).lines()] == [("Drawing 1", 3)]


def test_a_backup_that_was_made_before_drafts_were_in_it_is_restored(
    first: SqlKeeper, fresh: SqlKeeper
) -> None:
    files = files_of(pack(first).data)
    assert files["format.txt"] == b"%d\n" % FORMAT
    old = {name: data for name, data in files.items() if name != "format.txt" and "draft" not in name}
    restored = unpack(fresh, packed_of(old))
    assert (restored.new, restored.drafts) == ((OPENED.reference,), 0)
    assert drafts_of(fresh).lines() == ()


def test_a_backup_of_a_later_format_is_refused_by_its_number(fresh: SqlKeeper) -> None:
    with pytest.raises(BadInput, match=f"of format {FORMAT + 1}") as refused:
        unpack(fresh, packed_of({"format.txt": b"%d\n" % (FORMAT + 1), "news": b"x"}))
    assert "newer" in str(refused.value.hint)


def test_a_backup_whose_reference_is_another_case_is_refused(first: SqlKeeper, fresh: SqlKeeper) -> None:
    book(fresh).open_case(OPENED)
    with pytest.raises(BadInput, match="another state of case"):
        unpack(fresh, pack(first).data)


def test_a_draft_that_is_not_what_was_kept_is_in_no_backup(first: SqlKeeper) -> None:
    with first.writing() as connection:
        connection.execute(DRAFTS.update().where(DRAFTS.c.name == "Drawing 1").values(data=b"other"))
    with pytest.raises(BadJournal, match="the draft `Drawing 1` is not what was kept"):
        pack(first)


def test_whatever_is_changed_in_a_backup_is_found_and_nothing_is_put_in(
    first: SqlKeeper, fresh: SqlKeeper
) -> None:
    files = files_of(pack(first).data)
    case = list(files)[1].partition("/")[0]
    journal, drafts = files[f"{case}/journal.jsonl"], files[f"{case}/drafts.jsonl"]
    result = next(name for name in files if "/results/" in name)
    draft = next(name for name in files if "/drafts/" in name)
    cut = journal[: journal[:-1].rindex(b"\n") + 1]
    for changed in (
        {f"{case}/journal.jsonl": journal.replace(b"order", b"0rder")},
        {f"{case}/journal.jsonl": cut},
        {f"{case}/head.txt": b"1:" + b"0" * 64},
        {f"{case}/head.txt": b"x"},
        {result: b"other"},
        {f"{case}/results/{'0' * 64}": b"more"},
        {draft: b"other"},
        {f"{case}/drafts/{'0' * 64}": b"more"},
        {f"{case}/drafts.jsonl": b""},
        {f"{case}/drafts.jsonl": b"x\n"},
        {f"{case}/drafts.jsonl": drafts + drafts},
        {f"{case}/drafts.jsonl": drafts.replace(b'"version":2', b'"version":0')},
        {f"{case}/drafts.jsonl": drafts.replace(b'"version":2', b'"version":"2"')},
        {f"{case}/drafts.jsonl": drafts.replace(b"Drawing 1", b"../Drawing")},
        {f"{case}/drafts.jsonl": drafts.replace(NOW.encode(), b"yesterday")},
        {"format.txt": b"x"},
        {"../out": b"x"},
        {f"{'0' * 32}/head.txt": b"x"},
    ):
        with pytest.raises((BadInput, BadJournal)):
            unpack(fresh, packed_of({**files, **changed}))
        assert fresh.cases() == []
    for data in (b"", b"x" * 2000):
        with pytest.raises(BadInput, match="no archive"):
            unpack(fresh, data)
