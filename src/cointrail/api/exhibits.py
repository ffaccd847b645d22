"""Routes of exhibits: put an answer on a case, read it, and ask its question again."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from cointrail.api.case_places import CaseName, kept_case
from cointrail.api.case_shapes import Added, record_of, tell_added
from cointrail.api.exhibit_asks import AskExhibit, options_of
from cointrail.api.server import HEAVY, InTime, TheServer
from cointrail.api.shapes import as_json, model_of
from cointrail.errors import BadInput, NotFound
from cointrail.journal.acts import ExhibitTaken
from cointrail.journal.state import Record
from cointrail.workbench import CaseBench, record_values
from cointrail.workbench.exhibits import ExhibitVerdict

MOST_SHOWN = 4 << 20
"""Bytes of an answer that comes with its exhibit; a larger one is downloaded."""

routes = APIRouter(tags=["exhibits"])

ExhibitNumber = Annotated[int, Path(ge=1, lt=2**31, description="Number of the exhibit.")]
ExhibitRecord: Any = record_of(ExhibitTaken)


class Exhibit(ExhibitRecord):  # type: ignore[misc]
    """An exhibit: what was asked, on what basis, and the answer."""

    answer: Annotated[
        Any, Field(description="As JSON values; null where it is too large: `answer_left_out` says so.")
    ]
    answer_left_out: bool


@routes.post("/cases/{case}/exhibits", response_model=Added, status_code=201)
def take_exhibit(server: TheServer, case: CaseName, ask: AskExhibit, time: InTime) -> Response:
    """Ask the store something and put question, basis and answer on the case."""
    with kept_case(server, case) as (bench, reference):
        found = bench.take_exhibit(
            reference,
            server.bench.pinned(
                time.or_else("ask with narrower bounds, or with `cointrail case exhibit add`")
            ),
            ask.command,
            options_of(server, ask),
            title=ask.title,
        )
        return tell_added(bench.case(reference), found.number)


@routes.get("/cases/{case}/exhibits/{number}", response_model=Exhibit)
def exhibit(server: TheServer, case: CaseName, number: ExhibitNumber) -> Response:
    """An exhibit with its answer."""
    with kept_case(server, case) as (bench, reference):
        found = _find(bench, reference, number)
        small = found.what.size <= MOST_SHOWN
        answer = json.loads(bench.result(reference, str(found.result))) if small else None
    return as_json({**record_values(found), "answer": answer, "answer_left_out": not small})


@routes.get(
    "/cases/{case}/exhibits/{number}/answer.json",
    response_class=Response,
    dependencies=[HEAVY],
    responses={
        200: {
            "description": "The answer, to the byte: its SHA-256 is the exhibit's.",
            "content": {"application/json": {"schema": {}}},
        }
    },
)
def exhibit_answer(server: TheServer, case: CaseName, number: ExhibitNumber) -> Response:
    """The answer itself."""
    with kept_case(server, case) as (bench, reference):
        data = bench.result(reference, str(_find(bench, reference, number).result))
    name = f"attachment; filename=exhibit-{number}.json"
    return Response(data, media_type="application/json", headers={"content-disposition": name})


@routes.post("/cases/{case}/exhibits/{number}/verify", response_model=model_of(ExhibitVerdict))
def verify_exhibit(server: TheServer, case: CaseName, number: ExhibitNumber, time: InTime) -> Response:
    """Ask its question again, of the chain as it was, and compare to the byte."""
    with kept_case(server, case) as (bench, reference):
        _find(bench, reference, number)
        steps = time.or_else("ask for a job of the kind exhibits_verify")
        return as_json(bench.verify_exhibits(reference, server.bench.store, [number], progress=steps)[0])


def _find(bench: CaseBench, reference: str, number: int) -> Record[ExhibitTaken]:
    try:
        return bench.exhibit(reference, number)
    except BadInput as error:
        raise NotFound(str(error), hint=error.hint, number=number) from None
