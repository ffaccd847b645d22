"""Routes of a case's report, to look at before it is made: the document, and its pages as pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from cointrail.api.case_places import CaseName, run_and_state
from cointrail.api.reference import changes_of
from cointrail.api.server import HEAVY, Server, TheServer
from cointrail.api.shapes import Shape, as_json
from cointrail.errors import NotFound
from cointrail.workbench.report_pages import Form, ReportPages

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


@routes.get("/cases/{case}/report", response_model=Report, dependencies=[HEAVY])
def report(server: TheServer, case: CaseName) -> Response:
    """The report as values: what the PDF is set from."""
    run, kept = run_and_state(server, case)
    return as_json(
        {
            "document": _PAGES.document(run.folder, kept, changes_of(server, run, kept)),
            "entries": None if kept is None else kept.entries,
            "head": None if kept is None else str(kept.head),
        }
    )


@routes.get("/cases/{case}/report/pages", response_model=ReportSize, dependencies=[HEAVY])
def report_size(server: TheServer, case: CaseName) -> Response:
    """How many pages the report has."""
    return as_json({"pages": len(_pictures(server, case, "svg"))})


@routes.get(
    "/cases/{case}/report/pages/{number}.{form}",
    response_class=Response,
    dependencies=[HEAVY],
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
    form: Form,
) -> Response:
    """A page of the report as a picture."""
    pages = _pictures(server, case, form)
    if number > len(pages):
        raise NotFound(f"the report has {len(pages)} pages", hint="count from 1", page=number)
    kind = "image/svg+xml" if form == "svg" else "image/png"
    return Response(pages[number - 1], media_type=kind)


def _pictures(server: Server, case: str, form: Form) -> tuple[bytes, ...]:
    run, kept = run_and_state(server, case)
    return _PAGES.pictures(run.folder, kept, changes_of(server, run, kept), form)
