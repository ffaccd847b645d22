"""Routes of finished case runs: the summary, and its tables filtered and sorted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, KnownCase, known_cases, run_of
from cointrail.api.case_shapes import RunLine, run_line
from cointrail.api.paging import MOST_ROWS, ROWS
from cointrail.api.server import TheServer, listed
from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.workbench.case_folder import Filter, How, Order, PaymentMonth, TablePart

routes = APIRouter(tags=["cases"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TableName = Annotated[str, Path(max_length=40, description="payments, leads or proceeds.")]


class CaseLine(Shape):
    """A case: kept in the case database, run, or both."""

    name: str
    reference: str
    network: str | None
    kept: bool
    entries: Annotated[int | None, Field(description="Of its journal; null where it is not kept.")]
    head: str | None
    run: RunLine | None


class Cases(Shape):
    """Every case that this server has."""

    cases: list[CaseLine]


class CaseSummary(Shape):
    """The summary as the run wrote it; `docs/reference/tables.md` describes it."""

    name: str
    summary: dict[str, Any]


MonthModel = model_of(PaymentMonth)


class Months(Shape):
    """Payments of a case by month."""

    months: list[MonthModel]  # type: ignore[valid-type]


class AskFilter(Ask):
    """A condition on a column."""

    column: Annotated[str, Field(max_length=100)]
    how: How
    text: Annotated[str, Field(max_length=1_000)]


class AskOrder(Ask):
    """An order by a column."""

    column: Annotated[str, Field(max_length=100)]
    descending: bool = False


class AskRows(Ask):
    """Some rows of a table."""

    filters: Annotated[tuple[AskFilter, ...], Field(max_length=50)] = ()
    order: Annotated[tuple[AskOrder, ...], Field(max_length=5)] = ()
    page: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


@routes.get("/cases", response_model=Cases)
def cases(server: TheServer) -> Response:
    """The cases that are kept here, and finished runs of others."""
    return as_json({"cases": [_line(one) for one in known_cases(server)]})


@routes.get("/cases/{case}", response_model=CaseSummary)
def case_summary(server: TheServer, case: CaseName) -> Response:
    """The summary of a case run."""
    return as_json({"name": case, "summary": run_of(server, case).summary})


@routes.get("/cases/{case}/months", response_model=Months)
def case_months(server: TheServer, case: CaseName) -> Response:
    """Payments to the service by month, UTC, also the months without any."""
    return as_json({"months": run_of(server, case).payment_months})


@routes.post("/cases/{case}/tables/{table}", response_model=model_of(TablePart, listing=True))
def case_rows(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """Some rows of a table; the sums are of all rows that the filters let through."""
    folder, filters, order = run_of(server, case), _filters(ask), _order(ask)
    return listed(
        server,
        f"case {case} {table} {_dump(ask)}",
        ask.page,
        lambda start: folder.part(table, filters=filters, order=order, start=start, limit=ask.limit),
    )


@routes.post(
    "/cases/{case}/tables/{table}/csv",
    response_class=Response,
    responses={
        200: {"description": "The rows as CSV.", "content": {"text/csv": {"schema": {"type": "string"}}}}
    },
)
def case_csv(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """All rows that the filters let through as CSV, safe in spreadsheets. `page` and `limit` do not count."""
    data = run_of(server, case).csv(table, filters=_filters(ask), order=_order(ask))
    name = f"attachment; filename={table}.csv"
    return Response(data, media_type="text/csv; charset=utf-8", headers={"content-disposition": name})


@routes.post(
    "/cases/{case}/tables/{table}/xlsx",
    response_class=Response,
    responses={
        200: {
            "description": "The rows as a workbook.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def case_xlsx(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """The same as a workbook in which no cell is a formula."""
    data = run_of(server, case).xlsx(table, filters=_filters(ask), order=_order(ask))
    name = f"attachment; filename={table}.xlsx"
    return Response(data, media_type=XLSX, headers={"content-disposition": name})


def _line(case: KnownCase) -> dict[str, object]:
    summary = {} if case.run is None else case.run.summary
    return {
        "name": case.name,
        "reference": summary["reference"] if case.kept is None else case.kept.reference,
        "network": case.network,
        "kept": case.kept is not None,
        "entries": None if case.kept is None else case.kept.head.seq,
        "head": None if case.kept is None else str(case.kept.head),
        "run": run_line(case.run),
    }


def _dump(ask: BaseModel) -> str:
    return ask.model_dump_json(exclude={"page", "limit"})


def _filters(ask: AskRows) -> list[Filter]:
    return [Filter(one.column, one.how, one.text) for one in ask.filters]


def _order(ask: AskRows) -> list[Order]:
    return [Order(one.column, one.descending) for one in ask.order]
