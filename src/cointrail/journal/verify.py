"""Whether a journal is what was written: any change, gap, reordering or cut end is found.

What this checks needs nothing but SHA-256 and JSON; it goes line by line:

1. the line is the canonical JSON of an entry, and ends with a line feed;
2. the digest it states is that of its other fields;
3. its number is that of its place, its case that of the first entry, and `previous` the digest before it;
4. where a head was kept elsewhere, the entry of that number is there and has that digest.

A chain alone does not show that all of it was written anew, or that its end was cut: a kept head does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cointrail.errors import BadJournal
from cointrail.journal.entry import Entry, Head, first_previous, parse_line


class Fault(StrEnum):
    """What is wrong at a place of a journal."""

    UNREADABLE = "unreadable"
    """The line is no entry, or not the one way to write it."""
    CHANGED = "changed"
    """The entry does not have the digest that it states."""
    OUT_OF_PLACE = "out_of_place"
    """Its number is not that of its place: one is missing, twice there or moved."""
    OTHER_CASE = "other_case"
    """It belongs to another case."""
    BROKEN_CHAIN = "broken_chain"
    """It does not follow from the entry before it."""
    CUT = "cut"
    """The journal ends before the kept head."""
    REWRITTEN = "rewritten"
    """The entry of the kept head has another digest."""
    MISSING_RESULT = "missing_result"
    """What an entry names as its result is not kept."""
    CHANGED_RESULT = "changed_result"
    """What is kept as a result has another digest."""
    UNFIT = "unfit"
    """The chain is whole, but the entry cannot follow from the case before it."""


@dataclass(frozen=True, slots=True)
class JournalFault:
    """A fault, at a place of the journal from 1, with a sentence."""

    place: int
    fault: Fault
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the check of a journal found.

    Attributes:
        entries: lines that were read.
        head: number and digest of the last entry; None where it cannot be read.
        faults: everything that is wrong, in the order of places.
        against: the kept head that it was held against; None: none, and a cut end would not show.
    """

    entries: int
    head: Head | None
    faults: tuple[JournalFault, ...]
    against: Head | None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def split_lines(data: bytes) -> list[bytes]:
    """Lines with their line feeds; only a line feed ends one."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def verify_journal(lines: Sequence[bytes], kept: Head | None = None) -> Verdict:
    """Check a journal; see the head of this file."""
    faults: list[JournalFault] = []
    case, previous, head = "", "", None
    for place, line in enumerate(lines, 1):
        head = None
        try:
            entry, stated = parse_line(line)
        except BadJournal as error:
            faults.append(JournalFault(place, Fault.UNREADABLE, str(error)))
            case, previous = case or "?", ""
            if kept and kept.seq == place:
                faults.append(_rewritten(place))
            continue
        case = case or entry.case
        expected = previous or (first_previous(entry.case) if place == 1 else "")
        digest = entry.digest()
        faults += _faults_of(entry, as_stated=digest == stated, place=place, case=case, expected=expected)
        if kept and kept.seq == place and digest != kept.digest:
            faults.append(_rewritten(place))
        previous, head = digest, Head(entry.seq, digest)
    if not lines:
        faults.append(JournalFault(1, Fault.UNREADABLE, "there is no entry"))
    if kept and kept.seq > len(lines):
        says = f"the kept head is entry {kept.seq}, and the journal has {len(lines)}"
        faults.append(JournalFault(len(lines) + 1, Fault.CUT, says))
    return Verdict(entries=len(lines), head=head, faults=tuple(faults), against=kept)


def _faults_of(
    entry: Entry, *, as_stated: bool, place: int, case: str, expected: str
) -> Iterable[JournalFault]:
    """Faults of an entry; `expected` is the digest before it, empty where that could not be read."""
    if not as_stated:
        yield JournalFault(place, Fault.CHANGED, "its digest is not the one that it states")
    if entry.seq != place:
        yield JournalFault(place, Fault.OUT_OF_PLACE, f"here stands the entry with number {entry.seq}")
    if case not in {"?", entry.case}:
        yield JournalFault(place, Fault.OTHER_CASE, f"it is an entry of case {entry.case}")
    if expected and entry.previous != expected:
        yield JournalFault(place, Fault.BROKEN_CHAIN, "it does not follow from the entry before it")


def _rewritten(place: int) -> JournalFault:
    return JournalFault(place, Fault.REWRITTEN, "the kept head has another digest for this entry")
