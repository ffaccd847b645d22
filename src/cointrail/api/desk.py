"""Routes of the lead desk: whom to ask, how far each request is, and what came back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, find_case, kept_case, run_of
from cointrail.api.case_shapes import RequestRecord
from cointrail.api.kept import InPath, NameText, Note
from cointrail.api.paging import ROWS, Limit, PageToken
from cointrail.api.server import HEAVY, Server, TheServer, listed, listed_whole
from cointrail.api.shapes import Listing, Shape, as_json, model_of
from cointrail.journal.acts import RequestState
from cointrail.workbench import list_desks, move_request, private_tags, request_values, requests_of
from cointrail.workbench.desk_views import DeskLine, desk_lines
from cointrail.workbench.lead_bench import Packet, find_packet, take_answer_of

MOST_ANSWER = 2 << 20
"""Characters of an answer, and of a packet's table that comes with it: 100,000 lines fit with room."""

routes = APIRouter(tags=["lead desk"])

DeskModel = model_of(DeskLine)
Csv = Annotated[str, Field(max_length=MOST_ANSWER)]


class Desks(Shape):
    """Every exchange and jurisdiction that leads go to, the one with most value first."""

    desks: list[DeskModel]  # type: ignore[valid-type]


class Requests(Listing):
    """Requests of a case, the first that was made first."""

    requests: list[RequestRecord]


class RequestAnswer(Shape):
    """A request as it is now."""

    request: RequestRecord
    head: str


class AskState(Ask):
    """How far a request is."""

    state: RequestState
    on: Annotated[date | None, Field(description="The day it happened; null: today, UTC.")] = None
    reference: Annotated[str, Field(max_length=500, description="The exchange's own number for it.")] = ""
    note: Note = ""


class AskAnswer(Ask):
    """What an exchange answered."""

    csv: Annotated[Csv, Field(description="With the columns key and account, and note where there is one.")]
    on: Annotated[date | None, Field(description="The day it came; null: today, UTC.")] = None
    name: NameText = "answer.csv"
    sums: Annotated[
        Csv | None,
        Field(description="`SHA256SUMS` of the packet that was sent; null: this server made it and has it."),
    ] = None
    transactions: Annotated[Csv | None, Field(description="Its `transactions.csv`.")] = None


class AnswerTold(Shape):
    """What became of an answer's lines."""

    request: RequestRecord
    accounts: int
    not_asked: list[list[Any]]
    unanswered: list[str]


class PrivateTag(Shape):
    """An account that an exchange named for an output. It is private to the case."""

    request: int
    exchange: str
    on: str
    key: str
    account: str
    note: str


class PrivateTags(Listing):
    """Accounts that exchanges named. They leave the case in no export and no report."""

    tags: list[PrivateTag]


@routes.get("/cases/{case}/desks", response_model=Desks, dependencies=[HEAVY])
def desks(server: TheServer, case: CaseName) -> Response:
    """Whom to ask, with the requests that were made."""
    known = find_case(server, case)
    run = run_of(server, case)
    requests: tuple[Any, ...] = ()
    if known.kept is not None:
        with kept_case(server, case) as (bench, reference):
            requests = requests_of(bench.book, reference)
    return as_json({"desks": desk_lines(list_desks(run.folder, server.contacts), requests)})


@routes.get("/cases/{case}/requests", response_model=Requests)
def requests(server: TheServer, case: CaseName, page: PageToken = None, limit: Limit = ROWS) -> Response:
    """Requests with their history."""
    with kept_case(server, case) as (bench, reference):
        found = requests_of(bench.book, reference)
    what = f"requests {reference}"
    return listed_whole(
        server,
        what,
        page,
        limit,
        rows=found,
        name="requests",
        line=request_values,
        key=lambda one: one.number,
    )


@routes.post("/cases/{case}/requests/{number}/state", response_model=RequestAnswer, status_code=201)
def move(server: TheServer, case: CaseName, number: InPath, ask: AskState) -> Response:
    """Say how far a request is."""
    with kept_case(server, case) as (bench, reference):
        found = move_request(
            bench.book,
            reference,
            number,
            ask.state,
            ask.on or _today(),
            reference=ask.reference,
            note=ask.note,
        )
        head = str(bench.case(reference).head)
    answer = as_json({"request": request_values(found), "head": head})
    answer.status_code = 201
    return answer


@routes.post("/cases/{case}/requests/{number}/answer", response_model=AnswerTold, status_code=201)
def take(server: TheServer, case: CaseName, number: InPath, ask: AskAnswer) -> Response:
    """Put an exchange's answer on the case; the accounts that it names stay private to it."""
    with kept_case(server, case) as (bench, reference):
        packet = None
        if ask.sums is not None and ask.transactions is not None:
            packet = Packet(ask.sums.encode(), ask.transactions.encode())
        kept = take_answer_of(
            bench.book,
            reference,
            number,
            text=ask.csv,
            name=ask.name,
            packet=packet or find_packet(bench.book, reference, number, _packets(server)),
            on=ask.on or _today(),
        )
    answer = as_json(
        {
            "request": request_values(kept.request),
            "accounts": len(kept.read.tags),
            "not_asked": kept.read.not_asked,
            "unanswered": kept.read.unanswered,
        }
    )
    answer.status_code = 201
    return answer


@routes.get("/cases/{case}/private-tags", response_model=PrivateTags)
def accounts(server: TheServer, case: CaseName, page: PageToken = None, limit: Limit = ROWS) -> Response:
    """The accounts that exchanges named for outputs."""
    with kept_case(server, case) as (bench, reference):
        return listed(
            server,
            f"private tags {reference}",
            page,
            lambda start: private_tags(bench.book, reference, start=start, limit=limit),
        )


def _packets(server: Server) -> Path | None:
    return None if server.work is None else server.work / "packets"


def _today() -> date:
    return datetime.now(UTC).date()
