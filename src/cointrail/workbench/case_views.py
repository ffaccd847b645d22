"""A kept case as values, flat enough to be read."""

from __future__ import annotations

from typing import Any

from cointrail.journal.contents import content_of
from cointrail.journal.entry import Entry
from cointrail.journal.state import CaseState, Deadline, Record, Request
from cointrail.journal.verify import Verdict


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
        "deadlines": [deadline_values(one) for one in case.deadlines],
        "requests": [request_values(one) for one in case.requests],
        "exhibits": [record_values(one) for one in case.exhibits],
        "findings": [record_values(one) for one in case.findings],
        "outputs": [record_values(one) for one in case.outputs],
    }


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
