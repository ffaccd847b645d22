"""A case as it stands: what its entries add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cointrail.journal.acts import (
    Act,
    AnswerTaken,
    CaseOpened,
    DeadlineMet,
    DeadlineSet,
    DocumentAdded,
    DrawingAdded,
    ExhibitTaken,
    FindingStated,
    JudgementMade,
    NoteAdded,
    OutputMade,
    RequestMade,
    RequestMoved,
    RequestState,
    SeedGiven,
    TermsSet,
)
from cointrail.journal.entry import Entry, Head

What_co = TypeVar("What_co", bound=Act, covariant=True)


@dataclass(frozen=True, slots=True)
class Record(Generic[What_co]):
    """Something on the case.

    Attributes:
        number: among its kind, from 1, in the order of the journal; one that is undone keeps its number, so
            that no number ever means two things.
        entry: the entry that put it there: who, when, why, and the digest of its result.
        what: the act itself.
    """

    number: int
    entry: Entry
    what: What_co

    @property
    def result(self) -> str | None:
        """SHA-256 of what is kept beside the journal for it."""
        return self.entry.result


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline, and the entry that it was met by; None: it is open."""

    set: Record[DeadlineSet]
    met: Record[DeadlineMet] | None = None

    @property
    def number(self) -> int:
        """Its number."""
        return self.set.number


@dataclass(frozen=True, slots=True)
class Request:
    """A request to an exchange with its history, and the answers to it."""

    made: Record[RequestMade]
    moves: tuple[Record[RequestMoved], ...] = ()
    answers: tuple[Record[AnswerTaken], ...] = ()

    @property
    def number(self) -> int:
        """Its number."""
        return self.made.number

    @property
    def state(self) -> RequestState:
        """How far it is: as the last entry on it says."""
        return self.moves[-1].what.state if self.moves else RequestState.PREPARED


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """A case: a pure function of its journal.

    Attributes:
        id: the case's own id.
        opened: its first entry.
        terms: how it is to be run; None: not set.
        seeds: each once, in the order in which they came.
        notes: what was noted.
        judgements: decisions on clusters, withdrawn ones and withdrawals too.
        documents: by hash.
        drawings: as they were when they were put there.
        deadlines: open and met.
        requests: to exchanges.
        exhibits: results that anyone can get again.
        findings: sentences that rest on exhibits.
        outputs: reports, bundles and exports that were made.
        undone: numbers of the entries that do not count.
        entries: how many entries the journal has.
        head: the last of them, to be kept elsewhere.
        written_utc: when the last of them was written.
    """

    id: str
    opened: Record[CaseOpened]
    terms: Record[TermsSet] | None
    seeds: tuple[SeedGiven, ...]
    notes: tuple[Record[NoteAdded], ...]
    judgements: tuple[Record[JudgementMade], ...]
    documents: tuple[Record[DocumentAdded], ...]
    drawings: tuple[Record[DrawingAdded], ...]
    deadlines: tuple[Deadline, ...]
    requests: tuple[Request, ...]
    exhibits: tuple[Record[ExhibitTaken], ...]
    findings: tuple[Record[FindingStated], ...]
    outputs: tuple[Record[OutputMade], ...]
    undone: frozenset[int]
    entries: int
    head: Head
    written_utc: str

    @property
    def reference(self) -> str:
        """The authority's own number of the case."""
        return self.opened.what.reference
