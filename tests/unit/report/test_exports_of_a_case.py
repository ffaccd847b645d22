from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import networkx as nx
import openpyxl
import pytest
import rfc8785

from cointrail.report import workbook
from cointrail.report.exports import export_files
from cointrail.report.graphml import xml_text
from cointrail.report.workbook import LONGEST_CELL, fitting, is_exact, workbook_of
from support.report_cases import HOSTILE, case_bytes, case_tables, empty_case, hostile_case


@pytest.fixture(scope="module", name="files")
def _files() -> dict[str, bytes]:
    return export_files(case_tables())


def test_the_same_case_gives_the_same_files(files: dict[str, bytes]) -> None:
    assert export_files(case_tables()) == files


def test_tables_are_exported_as_the_case_run_wrote_them(files: dict[str, bytes]) -> None:
    written = case_bytes()
    for name in ("payments.csv", "leads.csv", "proceeds.csv"):
        assert files[name] == written[name]


def test_a_workbook_holds_every_row_and_numbers_as_numbers(files: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["case.xlsx"]))
    assert book.sheetnames == [
        *("about", "payments", "leads", "proceeds", "by_exchange", "by_jurisdiction", "months", "columns")
    ]
    head, first, second = list(book["payments"].iter_rows(values_only=True))
    assert dict(zip(head, first, strict=True))["value_sat"] == 15_000
    assert dict(zip(head, second, strict=True))["outcome"] == "coinbase"


@pytest.fixture(scope="module", name="hostile")
def _hostile() -> dict[str, bytes]:
    return export_files(hostile_case())


def test_no_cell_is_a_formula_whatever_the_label(hostile: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(hostile["case.xlsx"]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert [cell.value for cell in cells if cell.value == HOSTILE["formula"]]
    for name, data in hostile.items():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
            assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_a_graph_is_read_by_networkx_whatever_the_labels(hostile: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "graph.graphml"
    path.write_bytes(hostile["graph.graphml"])
    nodes = [known for _, known in nx.read_graphml(path).nodes(data=True)]
    assert {known["kind"] for known in nodes} == {"service", "exchange", "output"}
    assert len([known for known in nodes if known["kind"] == "exchange"]) == len(HOSTILE)


def test_value_in_the_graph_flows_from_the_exchange_to_the_service(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "graph.graphml"
    path.write_bytes(files["graph.graphml"])
    graph = nx.read_graphml(path)
    (exchange,) = [name for name, known in graph.nodes(data=True) if known["kind"] == "exchange"]
    assert nx.has_path(graph, exchange, "service")
    assert nx.has_path(graph, "service", exchange)
    paid = [known["fifo_sat"] for _, end, known in graph.edges(data=True) if end == "service"]
    assert sorted(paid) == [15_000, 29_000]


def test_characters_that_xml_forbids_are_spelt_out() -> None:
    assert xml_text("a\x00b\ufffe\ud800c") == "a<U+0000>b<U+FFFE><U+D800>c"


def test_the_json_is_canonical_and_holds_all_rows(files: dict[str, bytes]) -> None:
    value = json.loads(files["case.json"])
    assert rfc8785.dumps(value) + b"\n" == files["case.json"]
    assert len(value["tables"]["payments"]["rows"]) == 2
    assert value["tables"]["payments"]["columns"][0]["kind"] == "fact"


def test_a_number_that_a_spreadsheet_would_round_stays_text() -> None:
    assert is_exact("2100000000000.00")
    assert is_exact("999999999999999")
    assert not is_exact("2100000000000000")
    assert not is_exact("1e5")
    assert not is_exact("")


def test_a_cell_that_is_too_long_is_cut_and_says_so() -> None:
    cut = fitting("p" * 40_000, "leads")
    assert len(cut) == LONGEST_CELL
    assert cut.endswith("… (cut; 40000 characters, whole in leads.csv)")


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(case_tables())))
    assert {"payments", "payments 2"} <= set(book.sheetnames)
    assert book["payments 2"].max_row == 2


def test_a_case_without_leads_is_exported_too() -> None:
    files = export_files(empty_case())
    assert files["by_exchange.csv"] == b"\n"
    assert openpyxl.load_workbook(io.BytesIO(files["case.xlsx"]))["leads"].max_row == 1
