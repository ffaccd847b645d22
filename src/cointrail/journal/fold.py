"""The fold: entries in, the case as it stands out. Nothing else decides what a case is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cointrail.clustering.judgements import Judgement
from cointrail.errors import BadJournal
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
    SeedGiven,
    SeedsAdded,
    TermsSet,
    Undone,
)
from cointrail.journal.contents import act_of
from cointrail.journal.entry import Entry
from cointrail.journal.judgements import judgement_of, require_standing
from cointrail.journal.state import CaseState, Deadline, Record, Request

_PLAIN: dict[type[Act], str] = {
    NoteAdded: "notes",
    DocumentAdded: "documents",
    DrawingAdded: "drawings",
    ExhibitTaken: "exhibits",
    OutputMade: "outputs",
}
"""Acts that only add to a list, and that list."""


def fold(entries: Sequence[Entry]) -> CaseState:
    """The case that a journal states. The chain itself is not looked at here; see `verify`.

    Raises:
        BadJournal: an entry cannot follow from those before it; it says which.
    """
    if not entries:
        raise BadJournal("a journal without an entry is no case")
    acts = [_act(entry) for entry in entries]
    undone = _undone(entries, acts)
    building = _Building()
    counts: Counter[type[Act]] = Counter()
    for entry, act in zip(entries, acts, strict=True):
        counts[type(act)] += 1
        if entry.seq in undone:
            continue
        try:
            building.take(Record(counts[type(act)], entry, act))
        except BadJournal as error:
            raise BadJournal(f"entry {entry.seq}: {error}", hint=error.hint, entry=entry.seq) from None
    return building.state(entries, undone)


def _act(entry: Entry) -> Act:
    try:
        return act_of(entry.action, entry.content)
    except BadJournal as error:
        raise BadJournal(f"entry {entry.seq}: {error}", hint=error.hint, entry=entry.seq) from None


def _undone(entries: Sequence[Entry], acts: Sequence[Act]) -> frozenset[int]:
    """Numbers of the entries that do not count: those that an undo which counts itself names."""
    undone: dict[int, int] = {}
    for entry, act in zip(reversed(entries), reversed(acts), strict=True):
        if not isinstance(act, Undone) or entry.seq in undone:
            continue
        if not 1 < act.entry < entry.seq:
            raise BadJournal(
                f"entry {entry.seq}: entry {act.entry} cannot be undone",
                hint="name an earlier entry; the first one opens the case and stays",
                entry=entry.seq,
            )
        if later := undone.get(act.entry):
            raise BadJournal(f"entry {later}: entry {act.entry} is undone already", entry=later)
        undone[act.entry] = entry.seq
    return frozenset(undone)


@dataclass
class _Building:
    """A case under way."""

    opened: Record[CaseOpened] | None = None
    terms: Record[TermsSet] | None = None
    seeds: dict[tuple[str, str], SeedGiven] = field(default_factory=dict)
    judgements: list[Record[JudgementMade]] = field(default_factory=list)
    judged: list[Judgement] = field(default_factory=list)
    deadlines: dict[int, Deadline] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    findings: list[Record[FindingStated]] = field(default_factory=list)
    lists: dict[str, list[Record[Any]]] = field(
        default_factory=lambda: {name: [] for name in _PLAIN.values()}
    )

    def take(self, record: Record[Any]) -> None:
        """Add one entry that counts.

        Raises:
            BadJournal: it cannot follow.
        """
        act = record.what
        if act.keeps_result and record.result is None:
            raise BadJournal(f"`{act.action}` has a result, and none is named")
        if (self.opened is None) != isinstance(act, CaseOpened):
            raise BadJournal("a case is opened once, by its first entry")
        match act:
            case CaseOpened():
                self.opened = record
            case TermsSet():
                self.terms = record
            case SeedsAdded():
                for seed in act.seeds:
                    self.seeds.setdefault((seed.kind, seed.text), seed)
            case JudgementMade():
                self.judged.append(judgement_of(act))
                require_standing(self.judged)
                self.judgements.append(record)
            case DeadlineSet() | DeadlineMet():
                self._take_deadline(record)
            case RequestMade() | RequestMoved() | AnswerTaken():
                self._take_request(record)
            case FindingStated():
                _require_known("exhibit", act.exhibits, (one.number for one in self.lists["exhibits"]))
                self.findings.append(record)
            case Undone():
                pass
            case _:
                self.lists[_PLAIN[type(act)]].append(record)

    def _take_deadline(self, record: Record[Any]) -> None:
        act = record.what
        if isinstance(act, DeadlineSet):
            if act.request is not None:
                _require_known("request", [act.request], self.requests)
            self.deadlines[record.number] = Deadline(record)
            return
        _require_known("deadline", [act.deadline], self.deadlines)
        before = self.deadlines[act.deadline]
        if before.met:
            raise BadJournal(f"deadline {act.deadline} was met before, by entry {before.met.entry.seq}")
        self.deadlines[act.deadline] = replace(before, met=record)

    def _take_request(self, record: Record[Any]) -> None:
        act = record.what
        if isinstance(act, RequestMade):
            self.requests[record.number] = Request(record)
            return
        _require_known("request", [act.request], self.requests)
        before = self.requests[act.request]
        if isinstance(act, RequestMoved):
            self.requests[act.request] = replace(before, moves=(*before.moves, record))
            return
        if act.document is not None:
            _require_known("document", [act.document], (one.number for one in self.lists["documents"]))
        self.requests[act.request] = replace(before, answers=(*before.answers, record))

    def state(self, entries: Sequence[Entry], undone: frozenset[int]) -> CaseState:
        """What it has come to."""
        assert self.opened is not None, "the first entry cannot be undone"
        return CaseState(
            id=entries[0].case,
            opened=self.opened,
            terms=self.terms,
            seeds=tuple(self.seeds.values()),
            judgements=tuple(self.judgements),
            deadlines=tuple(self.deadlines.values()),
            requests=tuple(self.requests.values()),
            findings=tuple(self.findings),
            **{name: tuple(records) for name, records in self.lists.items()},
            undone=undone,
            entries=len(entries),
            head=entries[-1].head,
            written_utc=entries[-1].utc,
        )


def _require_known(kind: str, numbers: Iterable[int], known: Iterable[int]) -> None:
    have = set(known)
    for number in numbers:
        if number not in have:
            raise BadJournal(
                f"there is no {kind} {number} on the case",
                hint=f"{kind}s: {', '.join(map(str, sorted(have))) or 'none'}",
            )
