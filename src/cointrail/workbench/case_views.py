"""A kept case as values, flat enough to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cointrail.journal.acts import SeedsAdded
from cointrail.journal.book import Journal
from cointrail.journal.contents import content_of
from cointrail.journal.entry import Entry
from cointrail.journal.state import CaseState, Deadline, Record, Request
from cointrail.journal.verify import Verdict
from cointrail.lookups.views import Page


def case_values(case: CaseState) -> dict[str, Any]:
    """Everything on a case. The bytes of results are left out; their digests are here."""
    return {
        **content_of(case.opened.what),
        "id": case.id,
        "entries": case.entries,
        "head": str(case.head),
        "undone": sorted(case.undone),
        "terms": record_values(case.terms) if case.terms else None,
        "seeds": [content_of(seed) for seed in case.seeds],
        "notes": [record_values(one) for one in case.notes],
        "judgements": [record_values(one) for one in case.judgements],
        "documents": [record_values(one) for one in case.documents],
        "drawings": [record_values(one) for one in case.drawings],
        "deadlines": [deadline_values(one) for one in case.deadlines],
        "requests": [request_values(one) for one in case.requests],
        "exhibits": [record_values(one) for one in case.exhibits],
        "findings": [record_values(one) for one in case.findings],
        "outputs": [record_values(one) for one in case.outputs],
    }


def book_values(journal: Journal) -> dict[str, Any]:
    """Everything on a case, each thing with the entry that put it there, so that it can be undone."""
    return {**case_values(journal.case), "seeds": _seeds(journal)}


def _seeds(journal: Journal) -> list[dict[str, Any]]:
    """The seeds with the first entry that counts and has them."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in journal.entries:
        if entry.action == SeedsAdded.action and entry.seq not in journal.case.undone:
            for one in entry.content["seeds"]:
                first.setdefault((one["kind"], one["text"]), entry)
    return [
        {**content_of(seed), "entry": entry.seq, "utc": entry.utc, "by": entry.who}
        for seed in journal.case.seeds
        for entry in (first[seed.kind, seed.text],)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry of a journal as lists show it.

    Attributes:
        seq: its place in the journal, from 1.
        utc: when, to the second.
        who: who did it.
        action: what was done.
        content: with what, as values.
        why: the reason; empty where the content says it.
        result: SHA-256 of what came out; None: nothing did.
        previous: digest of the entry before.
        digest: its own.
        counts: whether it counts: it is not undone.
    """

    seq: int
    utc: str
    who: str
    action: str
    content: dict[str, Any]
    why: str
    result: str | None
    previous: str
    digest: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPart:
    """Some entries of a journal.

    Attributes:
        reference: of the case.
        head: number and digest of the last entry.
        page: which entries.
        entries: those.
    """

    reference: str
    head: str
    page: Page
    entries: tuple[EntryLine, ...]


def journal_part(journal: Journal, *, start: int = 0, limit: int = 100, newest: bool = False) -> JournalPart:
    """Some entries of a journal, the oldest first or the newest."""
    entries = journal.entries[::-1] if newest else journal.entries
    shown = entries[start : start + limit]
    return JournalPart(
        reference=journal.case.reference,
        head=str(journal.case.head),
        page=Page(start, len(shown), len(entries)),
        entries=tuple(entry_line(one, counts=one.seq not in journal.case.undone) for one in shown),
    )


def entry_line(entry: Entry, *, counts: bool) -> EntryLine:
    """An entry as lists show it."""
    body = {name: value for name, value in entry.body().items() if name != "case"}
    return EntryLine(**body, digest=entry.digest(), counts=counts)


def record_values(record: Record[Any]) -> dict[str, Any]:
    """Something on a case with who put it there, when and why."""
    entry = record.entry
    return {
        "number": record.number,
        "entry": entry.seq,
        "utc": entry.utc,
        "by": entry.who,
        "reason": entry.why,
        "result": entry.result,
        **content_of(record.what),
    }


def deadline_values(deadline: Deadline) -> dict[str, Any]:
    """A deadline; `met_utc` is None while it is open."""
    met = deadline.met
    return {
        **record_values(deadline.set),
        "met_utc": met.entry.utc if met else None,
        "met_note": met.what.note if met else None,
    }


def request_values(request: Request) -> dict[str, Any]:
    """A request with its history. Of answers only how many accounts they name: these are private."""
    return {
        **record_values(request.made),
        "state": request.state.value,
        "moves": [record_values(one) for one in request.moves],
        "answers": [record_values(one) for one in request.answers],
    }


def entry_values(entry: Entry, *, counts: bool) -> dict[str, Any]:
    """An entry with its digest, and whether it counts."""
    return {**entry.body(), "digest": entry.digest(), "counts": counts}


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """What the check of a journal found."""
    return {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "head": str(verdict.head) if verdict.head else None,
        "held_against": str(verdict.against) if verdict.against else None,
        "faults": [
            {"place": one.place, "fault": one.fault.value, "says": one.says} for one in verdict.faults
        ],
    }
