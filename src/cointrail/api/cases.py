"""Routes of finished case runs: the summary, and its tables filtered and sorted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, KnownCase, known_cases, network_of, run_and_state, run_of
from cointrail.api.case_shapes import RunLine, run_line
from cointrail.api.paging import MOST_ROWS, ROWS, Limit, PageToken
from cointrail.api.reference import changes_of
from cointrail.api.server import HEAVY, Server, TheServer, heavy_place, listed, listed_whole
from cointrail.api.shapes import Listing, Shape, as_json, model_of
from cointrail.api.workbooks import AS_WORKBOOK, workbook_file
from cointrail.workbench.case_folder import Filter, How, Order, PaymentMonth, TablePart

routes = APIRouter(tags=["cases"])

LIGHT_CONDITIONS = 3
"""Filters and columns to sort by, together, of a look at a table that is answered at once: of 15,000 payments
two filters and a column take 35 ms of a core, and lists of rows that are held anyway; each more takes 7 to 14
(measured). Fifty of them would take half a second: from here on they wait for room."""

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


class Cases(Listing):
    """Cases of this server, by name."""

    cases: list[CaseLine]


class CaseSummary(Shape):
    """The summary as the run wrote it; `docs/reference/tables.md` describes it."""

    name: str
    summary: dict[str, Any]
    changed: Annotated[
        list[str],
        Field(
            description="How the kept case differs now from what the run rests on: seeds, judgements, terms, "
            "files. A sentence each; none where running it again would change nothing of these."
        ),
    ]


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
def cases(server: TheServer, page: PageToken = None, limit: Limit = ROWS) -> Response:
    """The cases that are kept here, and finished runs of others."""
    known = known_cases(server)
    return listed_whole(
        server,
        "cases",
        page,
        limit,
        rows=known,
        name="cases",
        line=lambda one: _line(server, one),
        key=lambda one: one.name,
    )


@routes.get("/cases/{case}", response_model=CaseSummary)
def case_summary(server: TheServer, case: CaseName) -> Response:
    """The summary of a case run."""
    run, kept = run_and_state(server, case)
    return as_json({"name": case, "summary": run.summary, "changed": changes_of(server, run, kept)})


@routes.get("/cases/{case}/months", response_model=Months)
def case_months(server: TheServer, case: CaseName) -> Response:
    """Payments to the service by month, UTC, also the months without any."""
    return as_json({"months": run_of(server, case).payment_months})


async def _room_for_many(server: TheServer, request: Request, ask: AskRows) -> AsyncIterator[None]:
    if len(ask.filters) + len(ask.order) <= LIGHT_CONDITIONS:
        yield
        return
    async with heavy_place(server, request):
        yield


@routes.post(
    "/cases/{case}/tables/{table}",
    response_model=model_of(TablePart, listing=True),
    dependencies=[Depends(_room_for_many, scope="function")],
)
def case_rows(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """Some rows of a table; the sums are of all rows that the filters let through, each class by itself."""
    folder, filters, order = run_of(server, case), _filters(ask), _order(ask)
    return listed(
        server,
        f"case {case} {folder.summary['basis_digest']} {table} {_dump(ask)}",
        ask.page,
        lambda start: folder.part(table, filters=filters, order=order, start=start, limit=ask.limit),
    )


@routes.post(
    "/cases/{case}/tables/{table}/csv",
    response_class=Response,
    dependencies=[HEAVY],
    responses={
        200: {"description": "The rows as CSV.", "content": {"text/csv": {"schema": {"type": "string"}}}}
    },
)
def case_csv(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """All rows that the filters let through as CSV, safe in spreadsheets. `page` and `limit` do not count."""
    data = run_of(server, case).csv(table, filters=_filters(ask), order=_order(ask))
    name = f"attachment; filename={_file_name(table, ask)}.csv"
    return Response(data, media_type="text/csv; charset=utf-8", headers={"content-disposition": name})


@routes.post(
    "/cases/{case}/tables/{table}/xlsx",
    response_class=Response,
    responses=AS_WORKBOOK,
    dependencies=[HEAVY],
)
def case_xlsx(server: TheServer, case: CaseName, table: TableName, ask: AskRows) -> Response:
    """The same as a workbook in which no cell is a formula."""
    data = run_of(server, case).xlsx(table, filters=_filters(ask), order=_order(ask))
    return workbook_file(data, _file_name(table, ask))


def _line(server: Server, case: KnownCase) -> dict[str, object]:
    summary = {} if case.run is None else case.run.summary
    return {
        "name": case.name,
        "reference": summary["reference"] if case.kept is None else case.kept.reference,
        "network": network_of(server, case),
        "kept": case.kept is not None,
        "entries": None if case.kept is None else case.kept.head.seq,
        "head": None if case.kept is None else str(case.kept.head),
        "run": run_line(case.run),
    }


def _file_name(table: str, ask: AskRows) -> str:
    return f"{table}-filtered" if ask.filters else table


def _dump(ask: BaseModel) -> str:
    return ask.model_dump_json(exclude={"page", "limit"})


def _filters(ask: AskRows) -> list[Filter]:
    return [Filter(one.column, one.how, one.text) for one in ask.filters]


def _order(ask: AskRows) -> list[Order]:
    return [Order(one.column, one.descending) for one in ask.order]
