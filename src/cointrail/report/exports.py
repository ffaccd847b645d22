"""A case for other programs: spreadsheets, CSV, JSON, GraphML, SVG and CASE/UCO."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import rfc8785

from cointrail.casework.outputs import safe_cell
from cointrail.report.case_jsonld import jsonld_of
from cointrail.report.case_tables import CaseTable, CaseTables
from cointrail.report.flow_drawing import SERVICE, draw_flow
from cointrail.report.flows import by_month, outflow_bands, payer_bands
from cointrail.report.graphml import graphml_of
from cointrail.report.month_drawing import draw_months
from cointrail.report.workbook import workbook_of


def export_files(case: CaseTables, changed: Sequence[str] = ()) -> dict[str, bytes]:
    """Every export by file name. The same tables, and changes since their run, give the same bytes."""
    summary = case.summary
    return {
        "case.xlsx": workbook_of(case, changed),
        "case.json": json_of(case, changed),
        "graph.graphml": graphml_of(case),
        "case.jsonld": jsonld_of(case),
        **{table.file: table_csv(table) for table in case.tables},
        "by_exchange.csv": _entries_csv(summary["by_exchange"]),
        "by_jurisdiction.csv": _entries_csv(summary["by_jurisdiction"]),
        "months.csv": _months_csv(case),
        "payments-by-month.svg": draw_months(by_month(case)).svg().encode(),
        "from-exchanges.svg": draw_flow(payer_bands(case), SERVICE, inward=True).svg().encode(),
        "to-exchanges.svg": draw_flow(outflow_bands(case), SERVICE, inward=False).svg().encode(),
    }


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV whose cells no spreadsheet runs."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def table_csv(table: CaseTable) -> bytes:
    """A table of the case as the case run wrote it."""
    return csv_of([column.name for column in table.columns], table.rows)


def _entries_csv(entries: list[dict[str, Any]]) -> bytes:
    heads = list(entries[0]) if entries else []
    return csv_of(heads, ([str(one[head]) for head in heads] for one in entries))


def _months_csv(case: CaseTables) -> bytes:
    rows = ([one.month, str(one.payments), str(one.value_sat), one.fiat] for one in by_month(case))
    return csv_of(("month", "payments", "value_sat", "value"), rows)


def json_of(case: CaseTables, changed: Sequence[str] = ()) -> bytes:
    """Everything as canonical JSON (RFC 8785); cells are texts, as in the tables."""
    tables = {
        table.name: {
            "columns": [
                {"name": one.name, "kind": one.kind.value, "unit": one.unit, "about": one.about}
                for one in table.columns
            ],
            "rows": [list(row) for row in table.rows],
        }
        for table in case.tables
    }
    value: dict[str, Any] = {
        "summary": case.summary,
        "basis": case.basis,
        "sha256": case.sha256,
        "tables": tables,
    }
    if changed:
        value["changed_since_run"] = list(changed)
    return rfc8785.dumps(value) + b"\n"
