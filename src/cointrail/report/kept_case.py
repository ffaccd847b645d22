"""What the kept case adds to a report: exhibits, findings, requests to exchanges, the head of its journal."""

from __future__ import annotations

from collections.abc import Iterator

from cointrail.attribution.safe_text import safe_text
from cointrail.errors import BadInput
from cointrail.journal.acts import FindingKind
from cointrail.journal.state import CaseState, Request
from cointrail.report.blocks import (
    CLAIM,
    FACT,
    INFERENCE,
    Block,
    column,
    heading,
    pairs,
    statement,
    table,
    text,
)
from cointrail.report.case_tables import CaseTables
from cointrail.report.printable import short

JOURNAL = "the journal of the case"
KINDS = {FindingKind.FACT: FACT, FindingKind.INFERENCE: INFERENCE, FindingKind.ATTRIBUTION: CLAIM}


def require_same(case: CaseTables, kept: CaseState | None) -> None:
    """Refuse a kept case that is not the one of the tables.

    Raises:
        BadInput: the two have different references.
    """
    if kept is not None and safe_text(kept.reference) != case.summary["reference"]:
        raise BadInput(
            f"the tables are of case `{case.summary['reference'][:80]}`, not of `{kept.reference[:80]}`",
            hint="run the case that is kept, or name the one of the tables",
        )


def findings_of_case(state: CaseState) -> Iterator[Block]:
    """Sentences of the investigator, each on its exhibits."""
    if not state.findings:
        return
    yield heading("What the investigator concludes", 2)
    for one in state.findings:
        exhibits = ", ".join(f"E{number}" for number in one.what.exhibits)
        yield statement(
            short(one.what.text, JOURNAL, 2_000), KINDS[one.what.kind], whence=f"exhibit {exhibits}"
        )


def kept_part(state: CaseState) -> Iterator[Block]:
    """Exhibits, requests and the head of the journal."""
    yield from exhibits_part(state)
    yield from requests_part(state)
    yield journal_head(state)


def exhibits_part(state: CaseState) -> Iterator[Block]:
    """The exhibits, each with the digest by which anyone can tell that a new answer is the same."""
    yield heading("Exhibits of the case", 2)
    if not state.exhibits:
        yield text("No result was put on the case as an exhibit.")
        return
    rows = [
        (f"E{one.number}", short(one.what.title, JOURNAL, 120), one.entry.utc, one.result or "")
        for one in state.exhibits
    ]
    columns = (
        column("no."),
        column("what it shows", width="1fr"),
        column("taken, UTC"),
        column("SHA-256 of the result", form="id", width="1.1fr"),
    )
    note = "Each can be run again at its own block; the same digest means the same answer."
    yield table("Exhibits", columns, rows, JOURNAL, note)


def requests_part(state: CaseState) -> Iterator[Block]:
    """Requests to exchanges and how far each is. What they answered stays inside the case."""
    if not state.requests:
        return
    yield heading("Requests to exchanges", 2)
    columns = (
        column("no.", form="number"),
        column("exchange", CLAIM, width="1fr"),
        column("country", CLAIM),
        column("asked for"),
        column("state"),
        column("since"),
        column("accounts named", form="number"),
    )
    note = "The accounts themselves are private to the case and stand in no report."
    yield table("Requests and their state", columns, map(_request, state.requests), JOURNAL, note)


def _request(request: Request) -> tuple[str, ...]:
    made = request.made.what
    return (
        str(request.number),
        short(made.exchange, JOURNAL, 60),
        short(made.jurisdiction, JOURNAL, 20),
        made.kind.value,
        request.state.value,
        request.moves[-1].what.on.isoformat() if request.moves else "",
        str(sum(answer.what.accounts for answer in request.answers)),
    )


def journal_head(state: CaseState) -> Block:
    """Where the journal stood: any change to what came before is found against this."""
    rows = [
        ("Entries", f"{state.entries:,}"),
        ("Last entry", str(state.head.seq)),
        ("Its SHA-256", state.head.digest),
    ]
    return pairs(rows, "Head of the journal", JOURNAL)
