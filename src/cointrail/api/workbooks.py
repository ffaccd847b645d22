"""Rows as a workbook: posted, as the page filtered and sorted them; none of them is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StrictBool
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.server import HEAVY
from cointrail.errors import BadInput
from cointrail.report.workbook import LONGEST_CELL, table_workbook

routes = APIRouter(tags=["workbooks"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows as a workbook.",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""What a route that answers with a workbook says of itself."""

MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_FACTS = 100
"""Rows and columns of a posted table, and lines about it. Its bytes are bounded as those of any request."""

_Text = Annotated[str, Field(max_length=LONGEST_CELL)]


class AskColumn(Ask):
    """A column of a posted table."""

    name: Annotated[str, Field(max_length=100)]
    number: Annotated[StrictBool, Field(description="Its cells are numbers wherever they look like one.")] = (
        False
    )


MADE = datetime(1980, 1, 1)  # noqa: DTZ001 -- workbooks have no zone
"""Stands in the file as when it was made: the same rows give the same bytes. The first day of archives."""


class AskFact(Ask):
    """A line about a posted table, as a filter that is in force."""

    what: Annotated[str, Field(max_length=100)]
    value: _Text


class AskWorkbook(Ask):
    """A table as it is shown."""

    name: Annotated[str, Field(pattern="^[a-z0-9-]{1,60}$", description="Of the file, without `.xlsx`.")]
    columns: Annotated[tuple[AskColumn, ...], Field(min_length=1, max_length=MOST_COLUMNS)]
    rows: Annotated[tuple[tuple[_Text, ...], ...], Field(max_length=MOST_ROWS)]
    about: Annotated[tuple[AskFact, ...], Field(max_length=MOST_FACTS)] = ()


def workbook_file(data: bytes, name: str) -> Response:
    """A workbook to be saved under a name."""
    return Response(
        data, media_type=XLSX, headers={"content-disposition": f"attachment; filename={name}.xlsx"}
    )


@routes.post("/workbooks", response_class=Response, responses=AS_WORKBOOK, dependencies=[HEAVY])
def workbook(ask: AskWorkbook) -> Response:
    """Posted rows as a workbook in which no cell is a formula; the sheet `about` says what they are."""
    for place, row in enumerate(ask.rows):
        if len(row) != len(ask.columns):
            raise BadInput(
                f"row {place} has {len(row)} cells and the table {len(ask.columns)} columns",
                hint="give a cell to each column, an empty one where there is no value",
                row=place,
            )
    data = table_workbook(
        "rows",
        [(one.name, "count" if one.number else "text") for one in ask.columns],
        ask.rows,
        [(one.what, one.value) for one in ask.about],
        MADE,
    )
    return workbook_file(data, ask.name)
