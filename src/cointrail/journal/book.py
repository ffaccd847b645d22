"""The case book: cases by reference, entries added under somebody's name."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Self

from cointrail.errors import BadJournal
from cointrail.journal.acts import ACTIONS, Act, CaseOpened
from cointrail.journal.canonical import sha256
from cointrail.journal.contents import content_of
from cointrail.journal.days import require_days
from cointrail.journal.entry import MOST_LINE_BYTES, Entry, Head, first_previous, parse_line, utc_text
from cointrail.journal.fold import fold
from cointrail.journal.keeping import Addition, CaseName, JournalKeeper, no_such_case
from cointrail.journal.state import CaseState
from cointrail.journal.verify import Fault, JournalFault, Verdict, verify_journal

MOST_RESULT_BYTES = 256 << 20
"""Largest result that is kept beside a journal, in bytes; our choice, a quarter of what a row may hold."""


MOST_HELD = 8
"""Journals that are held as they were read; for a program that shows cases, those of its pages."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be put on a case.

    Attributes:
        act: what.
        why: the reason, where the act does not say it.
        result: bytes to be kept beside the journal, where the act keeps its result.
        digest: SHA-256 of a result that is not kept, for `OutputMade`.
    """

    act: Act
    why: str = ""
    result: bytes | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A journal as it was read: its lines, its entries, and the case that they add up to."""

    lines: tuple[bytes, ...]
    entries: tuple[Entry, ...]
    case: CaseState


@dataclass(slots=True)
class CaseBook:
    """Cases, opened by reference or id.

    Args:
        keeper: where journals are kept.
        who: under whose name entries are added.
        now: the clock.
    """

    keeper: JournalKeeper
    who: str
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keeper.close()

    def names(self) -> list[CaseName]:
        """Every case, by reference."""
        return self.keeper.cases()

    def open_case(self, opened: CaseOpened, deeds: Iterable[Deed] = (), *, why: str = "") -> CaseState:
        """Open a case, and put more on it in the same step.

        Raises:
            BadInput: its reference is taken, or a day lies in a year that no case is about.
            BadJournal: something cannot be put on a case.
        """
        case = uuid.uuid4().hex
        addition, journal = self._addition(case, None, [Deed(opened, why), *deeds])
        self.keeper.begin(case, opened.reference, addition)
        return journal.case

    def add(self, case: str, *deeds: Deed) -> CaseState:
        """Put something on a case, all of it or nothing. What is given back is kept for good.

        Raises:
            NoSuchCase: it is not kept here.
            BadInput: a day lies in a year that no case is about.
            BadJournal: it cannot follow, or the journal is not what was written.
            CaseStoreBusy: somebody else adds for too long.
        """
        name = self._name(case)
        journals: list[Journal] = []

        def make(lines: Sequence[bytes], head: Head) -> Addition:
            before = _READ.journal(name.reference, lines)
            if before.case.head != head:
                _read(name.reference, lines, head)
            addition, after = self._addition(name.id, before, deeds)
            journals.append(after)
            return addition

        self.keeper.add(name.id, make)
        _READ.hold(journals[-1])
        return journals[-1].case

    def _addition(self, case: str, before: Journal | None, deeds: Iterable[Deed]) -> tuple[Addition, Journal]:
        entries = () if before is None else before.entries
        added, results = list(entries), {}
        for deed in deeds:
            require_days(deed.act)
            if deed.result is not None:
                if len(deed.result) > MOST_RESULT_BYTES:
                    raise BadJournal(f"a result of over {MOST_RESULT_BYTES >> 20} MiB is not kept")
                results[sha256(deed.result)] = deed.result
            added.append(self._entry(case, added, deed))
        state = fold(added)
        lines = tuple(entry.line() for entry in added[len(entries) :])
        for line in lines:
            if len(line) > MOST_LINE_BYTES:
                raise BadJournal(
                    f"an entry of over {MOST_LINE_BYTES >> 20} MiB is not kept", hint="split it into several"
                )
        read = tuple(parse_line(line)[0] for line in lines)
        whole = lines if before is None else (*before.lines, *lines)
        return Addition(lines, state.head, results), Journal(
            lines=whole, entries=(*entries, *read), case=state
        )

    def _entry(self, case: str, before: Sequence[Entry], deed: Deed) -> Entry:
        digest = deed.digest if deed.result is None else sha256(deed.result)
        return Entry(
            case=case,
            seq=len(before) + 1,
            utc=utc_text(self.now()),
            who=self.who,
            action=deed.act.action,
            content=content_of(deed.act),
            why=deed.why,
            result=digest,
            previous=before[-1].digest() if before else first_previous(case),
        )

    def case(self, case: str) -> CaseState:
        """A case as it stands.

        Raises:
            NoSuchCase: it is not kept here.
            BadJournal: its journal is not what was written.
        """
        return self.journal(case).case

    def journal(self, case: str) -> Journal:
        """The whole journal of a case."""
        name = self._name(case)
        return _READ.journal(name.reference, self.keeper.lines(name.id))

    def result(self, case: str, digest: str) -> bytes:
        """What is kept beside a journal.

        Raises:
            BadJournal: it is gone, or is not what was written.
        """
        data = self.keeper.find_result(self._name(case).id, digest)
        if data is None or sha256(data) != digest:
            raise BadJournal(
                f"the result {digest} of case `{case}` is {'gone' if data is None else 'not what was kept'}",
                hint="`cointrail case journal verify` says what else is wrong; restore a backup",
            )
        return data

    def verify(self, case: str, kept: Head | None = None) -> Verdict:
        """Check a journal, what is kept beside it, and that it ends where it was last put down to end.

        Args:
            case: its reference or id.
            kept: a head that was kept elsewhere, as in a report.
        """
        name = self._name(case)
        lines = self.keeper.lines(name.id)
        verdict = verify_journal(lines, kept)
        faults = [*verdict.faults, *verify_journal(lines, name.head).faults]
        entries = [_find_entry(line) for line in lines]
        for place, entry in enumerate(entries, 1):
            if entry is not None and entry.result is not None and entry.action in ACTIONS:
                faults += self._result_faults(name.id, place, entry)
        if not faults:
            faults += _unfit([entry for entry in entries if entry is not None])
        once = tuple(sorted(dict.fromkeys(faults), key=lambda one: one.place))
        return Verdict(entries=verdict.entries, head=verdict.head, faults=once, against=kept)

    def _result_faults(self, case: str, place: int, entry: Entry) -> Iterable[JournalFault]:
        if not ACTIONS[entry.action].keeps_result or entry.result is None:
            return
        data = self.keeper.find_result(case, entry.result)
        if data is None:
            yield JournalFault(place, Fault.MISSING_RESULT, f"{entry.result} is not kept")
        elif sha256(data) != entry.result:
            yield JournalFault(place, Fault.CHANGED_RESULT, f"{entry.result} has another digest now")

    def _name(self, case: str) -> CaseName:
        for name in self.keeper.cases():
            if case in {name.reference, name.id}:
                return name
        raise no_such_case(case)


class _LastRead:
    """The journals that were read last, by the bytes that they are: the same bytes are not checked twice."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Journal] = OrderedDict()
        self._lock = Lock()

    def journal(self, reference: str, lines: Sequence[bytes]) -> Journal:
        """A journal that is what was written.

        Raises:
            BadJournal: it is not.
        """
        key = sha256(b"".join(lines))
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found
        entries = _read(reference, lines, None)
        made = Journal(lines=tuple(lines), entries=entries, case=fold(entries))
        self.hold(made)
        return made

    def hold(self, journal: Journal) -> None:
        """Hold a journal that is what was written."""
        with self._lock:
            self._held[sha256(b"".join(journal.lines))] = journal
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)


_READ = _LastRead()


def _read(reference: str, lines: Sequence[bytes], head: Head | None) -> tuple[Entry, ...]:
    """The entries of a journal that is what was written.

    Raises:
        BadJournal: it is not.
    """
    verdict = verify_journal(lines, head)
    if not verdict.intact:
        first = verdict.faults[0]
        raise BadJournal(
            f"the journal of case `{reference}` is not what was written: entry {first.place}: {first.says}",
            hint="`cointrail case journal verify` says all that is wrong; restore a backup",
            reference=reference,
            fault=first.fault.value,
            entry=first.place,
        )
    return tuple(parse_line(line)[0] for line in lines)


def _find_entry(line: bytes) -> Entry | None:
    try:
        return parse_line(line)[0]
    except BadJournal:
        return None


def _unfit(entries: Sequence[Entry]) -> list[JournalFault]:
    """That the entries do not add up to a case."""
    try:
        fold(entries)
    except BadJournal as error:
        place = error.facts.get("entry", len(entries))
        return [JournalFault(int(str(place)), Fault.UNFIT, str(error))]
    return []
