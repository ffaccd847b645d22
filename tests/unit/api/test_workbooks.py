"""Posted rows become a workbook whose cells are what was posted, and nothing that runs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest
from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.heavy import HeavyRoom
from cointrail.api.workbooks import MOST_ROWS, XLSX
from support.api_client import API, HOST, TOKEN, signed_in

HOSTILE = [
    "=1+1",
    "@x",
    "+1",
    "-a",
    "http://example.org",
    "a\x00b",
    "\ufffe",
    "_x0041_",
    "<b>&",
    "payee \u202egro",
]


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[TestClient]:
    nothing = cast("Any", SimpleNamespace(room=HeavyRoom()))
    with signed_in(serve_app(nothing, token=TOKEN, hosts=[HOST])) as client:
        yield client


def table(rows: list[list[str]], **more: object) -> dict[str, object]:
    """A posted table of two columns."""
    columns = [{"name": "label"}, {"name": "value_sat", "number": True}]
    return {"name": "outputs", "columns": columns, "rows": rows, **more}


def test_a_workbook_has_the_posted_cells_and_what_they_are(client: TestClient) -> None:
    about = [{"what": "filter: label contains", "value": "=shop"}]
    told = client.post(f"{API}/workbooks", json=table([["shop", "150"], ["", "9" * 16]], about=about))
    assert told.headers["content-type"] == XLSX
    assert told.headers["content-disposition"] == "attachment; filename=outputs.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(told.content))
    assert list(book["rows"].values) == [("label", "value_sat"), ("shop", 150), (None, "9" * 16)]
    assert list(book["about"].values)[1:] == [("filter: label contains", "=shop")]


def test_posted_text_is_never_a_formula_nor_a_link(client: TestClient) -> None:
    told = client.post(f"{API}/workbooks", json=table([[one, one] for one in HOSTILE]))
    sheet = openpyxl.load_workbook(io.BytesIO(told.content))["rows"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert cells[0].value == "=1+1"


def test_a_row_that_does_not_fit_its_columns_is_refused(client: TestClient) -> None:
    told = client.post(f"{API}/workbooks", json=table([["a", "1"], ["b"]]))
    assert told.status_code == 422
    assert told.json()["detail"] == "row 1 has 1 cells and the table 2 columns"


def test_more_rows_than_a_request_may_have_are_refused(client: TestClient) -> None:
    assert client.post(f"{API}/workbooks", json=table([["a", "1"]] * MOST_ROWS)).status_code == 200
    assert client.post(f"{API}/workbooks", json=table([["a", "1"]] * (MOST_ROWS + 1))).status_code == 422
