"""Routes of a case's report, to look at before it is made: the document, and its pages as pictures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from cointrail.api.case_places import CaseName, find_case, kept_case, run_of
from cointrail.api.server import Server, TheServer
from cointrail.api.shapes import Shape, as_json
from cointrail.errors import NotFound
from cointrail.journal.state import CaseState
from cointrail.workbench.report_pages import ReportPages

routes = APIRouter(tags=["reports"])

_PAGES = ReportPages()


class Report(Shape):
    """The report of a case as `report.json` has it, and how many pages it has."""

    document: dict[str, Any]
    entries: int | None
    head: str | None


class ReportSize(Shape):
    """How many pages a report has."""

    pages: int


@routes.get("/cases/{case}/report", response_model=Report)
def report(server: TheServer, case: CaseName) -> Response:
    """The report as values: what the PDF is set from."""
    folder, kept = run_of(server, case).folder, _state(server, case)
    return as_json(
        {
            "document": _PAGES.document(folder, kept),
            "entries": None if kept is None else kept.entries,
            "head": None if kept is None else str(kept.head),
        }
    )


@routes.get("/cases/{case}/report/pages", response_model=ReportSize)
def report_size(server: TheServer, case: CaseName) -> Response:
    """How many pages the report has."""
    pages = _PAGES.pictures(run_of(server, case).folder, _state(server, case), "svg")
    return as_json({"pages": len(pages)})


@routes.get(
    "/cases/{case}/report/pages/{number}.{form}",
    response_class=Response,
    responses={
        200: {
            "description": "The page as a picture.",
            "content": {
                "image/svg+xml": {"schema": {"type": "string"}},
                "image/png": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def report_page(
    server: TheServer,
    case: CaseName,
    number: Annotated[int, Path(ge=1, le=100_000, description="Of the page, from 1.")],
    form: Literal["svg", "png"],
) -> Response:
    """A page of the report as a picture."""
    pages = _PAGES.pictures(run_of(server, case).folder, _state(server, case), form)
    if number > len(pages):
        raise NotFound(f"the report has {len(pages)} pages", hint="count from 1", page=number)
    kind = "image/svg+xml" if form == "svg" else "image/png"
    return Response(pages[number - 1], media_type=kind)


def _state(server: Server, case: str) -> CaseState | None:
    """The kept case whose exhibits and findings the report has; None: it is not kept."""
    if find_case(server, case).kept is None:
        return None
    with kept_case(server, case) as (bench, reference):
        return bench.case(reference)
