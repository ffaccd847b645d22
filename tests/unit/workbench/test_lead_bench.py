from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.errors import BadInput, CointrailError, NotFound
from cointrail.journal.acts import NoteAdded, RequestState, SeedGiven, SeedsAdded
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.keeping import MemoryKeeper
from cointrail.report.packet import Ask
from cointrail.workbench.case_of_run import GivenFiles, case_of_run
from cointrail.workbench.lead_bench import (
    PacketMade,
    list_desks,
    make_packets,
    move_request,
    private_tags,
    requests_of,
    take_answer,
)
from support.report_cases import case_without_files

ON = date(2026, 12, 1)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name, data in case_without_files().items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(name="book")
def _book(folder: Path) -> CaseBook:
    book = CaseBook(MemoryKeeper(), "alice")
    run = case_of_run(folder, tags=GivenFiles("", ()), prices=GivenFiles("", ()))
    book.open_case(run.opened, run.deeds)
    return book


def _packet(folder: Path, book: CaseBook | None) -> PacketMade:
    (made,) = make_packets(folder, folder / "out", Ask.DISCLOSURE, exchange="Exa", book=book)
    return made


def _answer(folder: Path, text: str) -> Path:
    path = folder / "answer.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_packet_is_written_and_nothing_is_noted_unless_asked(folder: Path) -> None:
    made = _packet(folder, None)
    assert made.request is None
    assert sorted(path.name for path in made.out.iterdir()) == sorted(made.files)


def test_no_packet_is_noted_of_a_run_that_its_case_has_moved_on_from(folder: Path, book: CaseBook) -> None:
    book.add("1", Deed(NoteAdded(text="a hunch")))
    assert _packet(folder, book).request == 1
    state = book.add("1", Deed(SeedsAdded(seeds=(SeedGiven("outpoint", f"{'a' * 64}:0"),))))
    with pytest.raises(BadInput, match="1 seed of the case is not in this run") as error:
        _packet(folder, book)
    assert error.value.hint == "run the case again first"
    with pytest.raises(BadInput, match="has changed since it was run"):
        make_packets(folder, folder / "out", Ask.DISCLOSURE, kept=state)
    assert len(book.case("1").requests) == 1


def test_a_noted_request_names_its_packet_and_its_contact(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    (request,) = requests_of(book, "1")
    assert (request.number, request.state) == (made.request, RequestState.PREPARED)
    assert (request.made.what.exchange, request.made.what.packet) == ("Exa", made.sha256)
    assert request.made.what.facts["contact"] == "unknown"


def test_no_packet_is_left_where_the_case_is_not_kept(folder: Path) -> None:
    with pytest.raises(CointrailError):
        _packet(folder, CaseBook(MemoryKeeper(), "alice"))
    assert not (folder / "out").exists()


def test_a_request_moves_from_sent_to_answered_with_its_days(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    moved = move_request(book, "1", 1, RequestState.SENT, ON, reference="LE-7")
    assert (moved.state, moved.moves[0].what.reference) == (RequestState.SENT, "LE-7")
    key = list_desks(folder)[0].leads[0]["withdrawal_outpoint"]
    kept = take_answer(
        book, "1", 1, answer=_answer(folder, f"key,account\n{key},77\n"), packet=made.out, on=ON
    )
    assert kept.request.state is RequestState.ANSWERED
    assert len(kept.read.unanswered) == 1
    assert private_tags(book, "1").tags == (
        {"request": 1, "exchange": "Exa", "on": "2026-12-01", "key": key, "account": "77", "note": ""},
    )


def test_a_part_of_the_accounts_is_that_part_of_all_answers_together(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    key = list_desks(folder)[0].leads[0]["withdrawal_outpoint"]
    for answer in ("77", "78\n{key},79", "80"):
        text = f"key,account\n{key},{answer.format(key=key)}\n"
        take_answer(book, "1", 1, answer=_answer(folder, text), packet=made.out, on=ON)
    whole = private_tags(book, "1")
    assert [tag["account"] for tag in whole.tags] == ["77", "78", "79", "80"]
    assert (whole.page.shown, whole.page.total) == (4, 4)
    for start in range(5):
        for limit in range(1, 5):
            part = private_tags(book, "1", start=start, limit=limit)
            assert part.tags == whole.tags[start : start + limit]
            assert (part.page.start, part.page.shown, part.page.total) == (start, len(part.tags), 4)


def test_accounts_stand_in_no_line_of_the_journal(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    key = list_desks(folder)[0].leads[0]["withdrawal_outpoint"]
    answer = _answer(folder, f"key,account\n{key},secret-account\n")
    take_answer(book, "1", 1, answer=answer, packet=made.out, on=ON)
    assert not [line for line in book.journal("1").lines if b"secret-account" in line]


def test_an_answer_to_another_packet_is_refused(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    (made.out / "transactions.csv").write_text("key\naa:0\n")
    answer = _answer(folder, "key,account\naa:0,77\n")
    with pytest.raises(BadInput, match="is not the packet of this request"):
        take_answer(book, "1", 1, answer=answer, packet=made.out, on=ON)
    with pytest.raises(BadInput, match="is not a packet"):
        take_answer(book, "1", 1, answer=answer, packet=folder, on=ON)


def test_an_answer_about_nothing_that_was_asked_is_refused(folder: Path, book: CaseBook) -> None:
    made = _packet(folder, book)
    with pytest.raises(BadInput, match="for none of the outputs"):
        take_answer(book, "1", 1, answer=_answer(folder, "key,account\naa:0,77\n"), packet=made.out, on=ON)
    assert private_tags(book, "1").tags == ()


def test_a_request_that_is_not_there_is_not_found(folder: Path, book: CaseBook) -> None:
    with pytest.raises(NotFound, match="no request 3"):
        move_request(book, "1", 3, RequestState.SENT, ON)


def test_packets_for_all_leave_out_whom_nothing_can_be_asked(folder: Path) -> None:
    assert len(make_packets(folder, folder / "all", Ask.PRESERVATION)) == 1
    assert len(make_packets(folder, folder / "freeze", Ask.FREEZE)) == 1
