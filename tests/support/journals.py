"""Journals for tests: a clock that ticks, a book in memory, and sequences of deeds that can follow."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from cointrail.journal.acts import (
    AnswerTaken,
    CaseOpened,
    DeadlineMet,
    DeadlineSet,
    DocumentAdded,
    ExhibitTaken,
    FindingKind,
    FindingStated,
    JudgementMade,
    NoteAdded,
    OutputMade,
    RequestKind,
    RequestMade,
    RequestMoved,
    RequestState,
    SeedGiven,
    SeedsAdded,
    TermsSet,
    Undone,
)
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.keeping import JournalKeeper, MemoryKeeper

OPENED = CaseOpened(reference="2024-17", legal_basis="section 1", opened=date(2024, 5, 1))
DAY = date(2024, 6, 1)
ADDRESSES = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second whenever it is looked at."""
    seconds = itertools.count()
    return lambda: datetime(2024, 5, 1, 9, 30, tzinfo=UTC) + timedelta(seconds=next(seconds))


def book(keeper: JournalKeeper | None = None, who: str = "ann") -> CaseBook:
    """A book with a clock that ticks."""
    return CaseBook(keeper or MemoryKeeper(), who, ticking())


def deeds() -> list[Deed]:
    """One of each kind, in an order in which they can follow."""
    return [
        Deed(TermsSet(currency="USD", policies=("fifo", "haircut"), limits={"max_hops": 9})),
        Deed(SeedsAdded(seeds=(SeedGiven("address", ADDRESSES[0], "a list"),))),
        Deed(NoteAdded(text="a name in Korean: 거래소, and \u202e what turns text round")),
        Deed(
            JudgementMade(id="j1", kind="apart", who="ann", when=DAY, why="two offices", addresses=ADDRESSES)
        ),
        Deed(DocumentAdded(name="order.pdf", sha256="ab" * 32, size=77)),
        Deed(RequestMade(exchange="Kraken", jurisdiction="US", kind=RequestKind.DISCLOSURE)),
        Deed(RequestMoved(request=1, state=RequestState.SENT, on=DAY, reference="K-9")),
        Deed(DeadlineSet(title="answer is due", due=DAY, request=1)),
        Deed(AnswerTaken(request=1, on=DAY, accounts=1, document=1), result=b'{"accounts":["7"]}'),
        Deed(DeadlineMet(deadline=1)),
        Deed(ExhibitTaken(title="payments", request={"command": "x"}, basis={}, size=2), result=b"{}"),
        Deed(FindingStated(text="It paid.", kind=FindingKind.FACT, exhibits=(1,))),
        Deed(OutputMade(kind="report", name="report.pdf"), digest="cd" * 32),
        Deed(Undone(entry=13), why="said too much"),
    ]


def filled(keeper: JournalKeeper | None = None) -> CaseBook:
    """A book with one case that has one of everything."""
    made = book(keeper)
    made.open_case(OPENED)
    for deed in deeds():
        made.add(OPENED.reference, deed)
    return made
