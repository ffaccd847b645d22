"""Routes of a case's journal: its entries, whether it is whole, and what is new in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cointrail.api.case_places import CaseName, find_case, kept_case
from cointrail.api.case_shapes import RunLine, run_line
from cointrail.api.paging import MOST_ROWS, ROWS, Limit, PageToken
from cointrail.api.server import TheServer, listed
from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.journal.entry import Head
from cointrail.workbench.case_views import EntryLine, JournalPart, entry_line, journal_part, verdict_values

routes = APIRouter(tags=["journals"])

EntryModel = model_of(EntryLine)
Newest = Annotated[bool, Query(description="The newest entry first.")]
HeadText = Annotated[
    str | None,
    Query(max_length=100, description="A head that was kept elsewhere, `12:` and 64 hex digits."),
]


class JournalFault(Shape):
    """What is wrong at a place of a journal."""

    place: int
    fault: str
    says: str


class JournalVerdict(Shape):
    """What the check of a journal found."""

    intact: bool
    entries: int
    head: str | None
    held_against: str | None
    faults: list[JournalFault]


class News(Shape):
    """What came to a case after an entry."""

    since: int
    head: str
    more: Annotated[bool, Field(description="There are more; ask again with the last one seen.")]
    entries: list[EntryModel]  # type: ignore[valid-type]
    run: RunLine | None


@routes.get("/cases/{case}/journal", response_model=model_of(JournalPart, listing=True))
def journal(
    server: TheServer, case: CaseName, page: PageToken = None, limit: Limit = ROWS, *, newest: Newest = False
) -> Response:
    """Every entry of a case, those that were undone too."""
    with kept_case(server, case) as (bench, reference):
        whole = bench.journal(reference)
    return listed(
        server,
        f"journal {reference} {newest}",
        page,
        lambda start: journal_part(whole, start=start, limit=limit, newest=newest),
    )


@routes.get("/cases/{case}/journal/verdict", response_model=JournalVerdict)
def journal_verdict(server: TheServer, case: CaseName, head: HeadText = None) -> Response:
    """Whether the journal is what was written; with a head that was kept elsewhere also to its end."""
    kept = Head.parse(head) if head else None
    with kept_case(server, case) as (bench, reference):
        return as_json(verdict_values(bench.verify(reference, kept)))


@routes.get(
    "/cases/{case}/journal.jsonl",
    response_class=Response,
    responses={
        200: {
            "description": "The journal, an entry a line, as `cointrail case journal verify` reads it.",
            "content": {"application/jsonl": {"schema": {"type": "string"}}},
        }
    },
)
def journal_file(server: TheServer, case: CaseName) -> Response:
    """The journal itself, to the byte."""
    with kept_case(server, case) as (bench, reference):
        lines = bench.journal(reference).lines
    return Response(
        b"".join(lines),
        media_type="application/jsonl",
        headers={"content-disposition": "attachment; filename=journal.jsonl"},
    )


@routes.get("/cases/{case}/news", response_model=News)
def news(
    server: TheServer,
    case: CaseName,
    since: Annotated[int, Query(ge=0, lt=2**31, description="Number of the last entry that was seen.")] = 0,
) -> Response:
    """The entries after one, the oldest first."""
    with kept_case(server, case) as (bench, reference):
        whole = bench.journal(reference)
    run = find_case(server, case).run
    after = whole.entries[since : since + MOST_ROWS]
    return as_json(
        {
            "since": since,
            "head": str(whole.case.head),
            "more": len(whole.entries) > since + len(after),
            "entries": [entry_line(one, counts=one.seq not in whole.case.undone) for one in after],
            "run": run_line(run),
        }
    )
