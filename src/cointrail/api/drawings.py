"""Routes of drawings: keep a draft while it grows, put it on the case, and read both."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, kept_case
from cointrail.api.case_shapes import Added, record_of, tell_added
from cointrail.api.drawing_shapes import Drawing
from cointrail.api.problems import MEDIA_TYPE
from cointrail.api.server import HEAVY, TheServer
from cointrail.api.shapes import Shape, as_json, exact, model_of
from cointrail.journal.acts import MOST_TEXT, DrawingAdded
from cointrail.journal.drafts import DRAFT_NAME, DraftLine
from cointrail.workbench import record_values
from cointrail.workbench.drawing_bench import (
    drafts_of,
    drawing,
    drop_draft,
    keep_draft,
    put_drawing,
    read_draft,
)

routes = APIRouter(tags=["drawings"])

DraftName = Annotated[str, Path(pattern=DRAFT_NAME, description="What the draft is called.")]
DrawingNumber = Annotated[int, Path(ge=1, lt=2**31, description="Number of the drawing.")]
_Version = Annotated[int, Field(ge=1, lt=2**31)]

_OUTDATED: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "somebody else has kept a newer version since",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}

DraftModel: Any = model_of(DraftLine)
DrawingRecord: Any = record_of(DrawingAdded)


class DraftList(Shape):
    """The drafts of a case, the one that was kept last first."""

    drafts: list[DraftModel]


class Draft(DraftModel):  # type: ignore[misc]
    """A draft with its drawing."""

    drawing: Drawing


class DrawingOnCase(DrawingRecord):  # type: ignore[misc]
    """A drawing of a case as it was put there."""

    drawing: Drawing


class AskDraft(Ask):
    """The next state of a draft."""

    follows: Annotated[
        int, Field(ge=0, lt=2**31, description="The version that it was made from; 0: it is new.")
    ]
    drawing: Drawing


class AskDrawing(Ask):
    """A draft to be put on the case."""

    draft: Annotated[str, Field(pattern=DRAFT_NAME)]
    version: Annotated[_Version, Field(description="The version that is meant; another one is refused.")]
    note: Annotated[str, Field(max_length=MOST_TEXT, description="What it shows.")] = ""


@routes.get("/cases/{case}/drafts", response_model=DraftList)
def drafts(server: TheServer, case: CaseName) -> Response:
    """The drafts of a case."""
    with kept_case(server, case) as (bench, reference):
        return as_json({"drafts": drafts_of(bench, reference)})


@routes.get("/cases/{case}/drafts/{name}", response_model=Draft, dependencies=[HEAVY])
def draft(server: TheServer, case: CaseName, name: DraftName) -> Response:
    """A draft with its drawing."""
    with kept_case(server, case) as (bench, reference):
        line, data = read_draft(bench, reference, name)
    return as_json({**exact(line), "drawing": json.loads(data)})


@routes.put("/cases/{case}/drafts/{name}", response_model=DraftModel, responses=_OUTDATED)
def keep(server: TheServer, case: CaseName, name: DraftName, ask: AskDraft) -> Response:
    """Keep the next state of a draft. It is no entry of the journal; what is newer is never written over."""
    data = ask.drawing.model_dump_json(by_alias=True, exclude_unset=True).encode()
    with kept_case(server, case) as (bench, reference):
        return as_json(keep_draft(bench, reference, name, data, follows=ask.follows))


@routes.delete("/cases/{case}/drafts/{name}", response_model=DraftList, responses=_OUTDATED)
def drop(
    server: TheServer, case: CaseName, name: DraftName, version: Annotated[_Version, Query()]
) -> Response:
    """Remove a draft in the version that is meant; the drafts that are left. Drawings on the case stay."""
    with kept_case(server, case) as (bench, reference):
        drop_draft(bench, reference, name, version)
        return as_json({"drafts": drafts_of(bench, reference)})


@routes.post("/cases/{case}/drawings", response_model=Added, status_code=201, responses=_OUTDATED)
def put(server: TheServer, case: CaseName, ask: AskDrawing) -> Response:
    """Put a draft on the case as it is, with the SHA-256 of its bytes."""
    with kept_case(server, case) as (bench, reference):
        state = put_drawing(bench, reference, ask.draft, ask.version, ask.note)
    return tell_added(state, state.drawings[-1].number)


@routes.get("/cases/{case}/drawings/{number}", response_model=DrawingOnCase, dependencies=[HEAVY])
def on_case(server: TheServer, case: CaseName, number: DrawingNumber) -> Response:
    """A drawing of the case as it was put there."""
    with kept_case(server, case) as (bench, reference):
        record, data = drawing(bench, reference, number)
    return as_json({**record_values(record), "drawing": json.loads(data)})
