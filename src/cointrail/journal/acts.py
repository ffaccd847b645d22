"""What can be done to a case: a class for each kind of entry, whose fields are the entry's content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from cointrail.errors import BadJournal
from cointrail.journal.entry import SHA256

MOST_TEXT = 100_000
"""Longest text of an entry, in characters: some thirty pages."""

MOST_NAME = 500
"""Longest name, title or reference, in characters."""


class RequestKind(StrEnum):
    """What an exchange is asked for."""

    PRESERVATION = "preservation"
    DISCLOSURE = "disclosure"
    FREEZE = "freeze"


class RequestState(StrEnum):
    """How far a request is."""

    PREPARED = "prepared"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class FindingKind(StrEnum):
    """What a finding rests on."""

    FACT = "fact"
    """Blocks alone."""
    INFERENCE = "inference"
    """A rule, with its version and bound."""
    ATTRIBUTION = "attribution"
    """Somebody's claim."""


class Act:
    """Base of what can be done.

    Attributes:
        action: its name in entries.
        keeps_result: whether the bytes of its result are kept beside the journal.
        private: whether these never leave the case.
    """

    action: ClassVar[str]
    keeps_result: ClassVar[bool] = False
    private: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file outside the journal: where it was, and SHA-256 of its bytes."""

    path: str
    sha256: str

    def __post_init__(self) -> None:
        require_name("path", self.path)
        require_sha256(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Act):
    """The first entry of every case.

    Attributes:
        reference: the authority's own number of the case.
        legal_basis: the law or order that allows the look-up.
        opened: the day the case was opened; None: not said.
        network: the network that it is about.
    """

    action: ClassVar[str] = "case.open"
    reference: str
    legal_basis: str
    opened: date | None = None
    network: str = "mainnet"

    def __post_init__(self) -> None:
        require_name("reference", self.reference)
        require_name("legal_basis", self.legal_basis)
        require_name("network", self.network)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSet(Act):
    """How the case is to be run; replaces earlier terms whole. The words are those of a case file.

    Attributes:
        period_from: `YYYY-MM-DD`, or a time with its zone; None: open.
        period_to: the same for the end.
        currency: ISO 4217 code; None: no fiat figures.
        report_date: the day of the second valuation.
        prices: price tables.
        tags: tag and actor files.
        limits: bounds of each walk, by the names of a case file.
        policies: both flow policies, the one that findings go by first.
    """

    action: ClassVar[str] = "case.terms"
    period_from: str | None = None
    period_to: str | None = None
    currency: str | None = None
    report_date: date | None = None
    prices: tuple[FileRef, ...] = ()
    tags: tuple[FileRef, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedGiven:
    """A seed: `kind` is `address` or `outpoint`, `source` says where it came from."""

    kind: str
    text: str
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in {"address", "outpoint"}:
            raise BadJournal(f"`{self.kind}` is no kind of seed", hint="one of: address, outpoint")
        require_name("seed", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedsAdded(Act):
    """Addresses or outpoints of the service under investigation."""

    action: ClassVar[str] = "seeds.add"
    seeds: tuple[SeedGiven, ...]

    def __post_init__(self) -> None:
        if not self.seeds:
            raise BadJournal("there is no seed to add")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Act):
    """Something worth knowing, in words."""

    action: ClassVar[str] = "note.add"
    text: str

    def __post_init__(self) -> None:
        require_text("text", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementMade(Act):
    """A decision on clusters, as `[[judgement]]` of a case file has it; see `docs/reference/case-file.md`."""

    action: ClassVar[str] = "judgement.add"
    id: str
    kind: str
    who: str
    when: date
    why: str
    addresses: tuple[str, ...] = ()
    txid: str | None = None
    withdraws: str | None = None

    def __post_init__(self) -> None:
        for name in ("id", "kind", "who"):
            require_name(name, getattr(self, name))
        require_text("why", self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(Act):
    """A document by its hash; what it says stays outside.

    Attributes:
        name: what it is called.
        sha256: of its bytes.
        size: its bytes.
        note: what it is.
    """

    action: ClassVar[str] = "document.add"
    name: str
    sha256: str
    size: int
    note: str = ""

    def __post_init__(self) -> None:
        require_name("name", self.name)
        require_sha256(self.sha256)
        require_text("note", self.note, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingAdded(Act):
    """A drawing as it was at that time; its bytes are kept beside the journal under the entry's `result`.

    Attributes:
        name: what it is called.
        size: its bytes.
        note: what it shows.
    """

    action: ClassVar[str] = "drawing.add"
    keeps_result: ClassVar[bool] = True
    name: str
    size: int
    note: str = ""

    def __post_init__(self) -> None:
        require_name("name", self.name)
        require_text("note", self.note, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet(Act):
    """A day by which something must be done; `request` is the number of the request it belongs to."""

    action: ClassVar[str] = "deadline.add"
    title: str
    due: date
    request: int | None = None

    def __post_init__(self) -> None:
        require_name("title", self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMet(Act):
    """A deadline is done with; `deadline` is its number."""

    action: ClassVar[str] = "deadline.done"
    deadline: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMade(Act):
    """A request to an exchange.

    Attributes:
        exchange: whom it is for, as tags name it.
        jurisdiction: country code or name; `unknown` where nobody knows.
        kind: what is asked for.
        facts: what else the packet says, as values: legal entity, contact, source and date of these.
        packet: SHA-256 of the packet that was made; None: none yet.
    """

    action: ClassVar[str] = "request.add"
    exchange: str
    jurisdiction: str
    kind: RequestKind
    facts: dict[str, Any] = field(default_factory=dict)
    packet: str | None = None

    def __post_init__(self) -> None:
        require_name("exchange", self.exchange)
        require_name("jurisdiction", self.jurisdiction)
        if self.packet is not None:
            require_sha256(self.packet)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMoved(Act):
    """A request got further; `reference` is the exchange's own number for it."""

    action: ClassVar[str] = "request.status"
    request: int
    state: RequestState
    on: date
    reference: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTaken(Act):
    """An exchange's answer. The accounts it names are private: kept beside the journal, never exported.

    Attributes:
        request: number of the request that it answers.
        on: the day it came.
        accounts: how many references to accounts it holds.
        document: number of the document that it came in; None: none.
    """

    action: ClassVar[str] = "answer.add"
    keeps_result: ClassVar[bool] = True
    private: ClassVar[bool] = True
    request: int
    on: date
    accounts: int
    document: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitTaken(Act):
    """A result that anyone can get again; its bytes are kept beside the journal under the entry's `result`.

    Attributes:
        title: what it shows.
        request: what was asked, as values; see `cointrail.workbench.exhibits`.
        basis: what the answer rests on, as values.
        size: bytes of the result.
    """

    action: ClassVar[str] = "exhibit.add"
    keeps_result: ClassVar[bool] = True
    title: str
    request: dict[str, Any]
    basis: dict[str, Any]
    size: int

    def __post_init__(self) -> None:
        require_name("title", self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingStated(Act):
    """A sentence that rests on exhibits, named by their numbers."""

    action: ClassVar[str] = "finding.add"
    text: str
    kind: FindingKind
    exhibits: tuple[int, ...]

    def __post_init__(self) -> None:
        require_text("text", self.text)
        if not self.exhibits:
            raise BadJournal("a finding rests on at least one exhibit", hint="name it by its number")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputMade(Act):
    """Something left the case: a report, a bundle, an export. The entry's `result` is its SHA-256."""

    action: ClassVar[str] = "output.add"
    kind: str
    name: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_name("kind", self.kind)
        require_name("name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Act):
    """An earlier entry no longer counts; undoing this entry lets it count again."""

    action: ClassVar[str] = "undo"
    entry: int


ACTIONS: dict[str, type[Act]] = {
    act.action: act
    for act in (
        CaseOpened,
        TermsSet,
        SeedsAdded,
        NoteAdded,
        JudgementMade,
        DocumentAdded,
        DrawingAdded,
        DeadlineSet,
        DeadlineMet,
        RequestMade,
        RequestMoved,
        AnswerTaken,
        ExhibitTaken,
        FindingStated,
        OutputMade,
        Undone,
    )
}
"""Every action by its name."""


def require_name(what: str, text: str) -> None:
    """Refuse an empty name, or one that is longer than a name."""
    require_text(what, text, most=MOST_NAME)


def require_text(what: str, text: str, *, least: int = 1, most: int = MOST_TEXT) -> None:
    """Refuse a text that says nothing or too much, or that holds a zero byte."""
    if not least <= len(text.strip()) or len(text) > most or "\0" in text:
        raise BadJournal(f"`{what}` must be a text of {least} to {most:,} characters, without a zero byte")


def require_sha256(text: str) -> None:
    """Refuse what is not a SHA-256 in hex."""
    if not SHA256.fullmatch(text):
        raise BadJournal(f"`{text[:80]}` is not a SHA-256: it has 64 hex digits")
