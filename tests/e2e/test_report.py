"""The report and the exports of the small demo's case: they say what the summary says, in each form."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import pytest

from cointrail.report.money import bitcoin
from cointrail.workbench import export_case, report_document, write_report
from support.demo_world import DemoFolder
from support.report_cases import text_of_pdf


@pytest.fixture(scope="module", name="written")
def _written(demo: DemoFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(demo.path / "case", folder)
    export_case(demo.path / "case", folder)
    return folder


@pytest.fixture(scope="module", name="summary")
def _summary(demo: DemoFolder) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((demo.path / "case" / "summary.json").read_text("utf-8"))
    return summary


@pytest.fixture(scope="module", name="text")
def _text(written: Path) -> str:
    return text_of_pdf((written / "report.pdf").read_bytes())


def test_the_report_has_the_figures_of_the_summary(text: str, summary: dict[str, Any]) -> None:
    payments, outflow = summary["payments"], summary["proceeds"]["outflow"]
    assert f"{payments['count']:,} payments of {bitcoin(payments['value_sat'])} BTC together" in text
    for key in ("fiat_at_payment_time", "fiat_at_report_date"):
        assert f"{float(payments[key]['value']):,.2f} USD" in text
    for name, one in {**payments["outcomes"], **outflow["outcomes"]}.items():
        assert name in text
        assert bitcoin(one["value_sat"]) in text
    for one in summary["by_exchange"]:
        assert one["exchange"] in text
        assert bitcoin(one["paid_same_hand_fifo_sat"]) in text
        assert bitcoin(one["paid_upstream_fifo_sat"]) in text
    for fixed in (summary["basis_digest"], summary["tip"]["hash"], *summary["files_sha256"].values()):
        assert fixed in text


def test_payments_in_the_same_hand_are_as_many_in_every_table(
    demo: DemoFolder, summary: dict[str, Any]
) -> None:
    blocks = report_document(demo.path / "case")["blocks"]
    (left,) = [one for one in blocks if one.get("title") == "What is left where no weaker link is trusted"]
    assert left["rows"][-1][1] == f"{summary['leads']['payments_same_hand']:,}"
    assert (
        summary["leads"]["payments_same_hand"] == summary["payments"]["outcomes"]["same_hand_lead"]["count"]
    )


def test_another_place_language_and_zone_give_the_same_bytes(
    demo: DemoFolder, written: Path, tmp_path: Path
) -> None:
    program = "import sys; from cointrail.cli.main import main; sys.exit(main())"
    env = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "C", "HOME": str(tmp_path)}
    for command in ("report", "data"):
        words = [sys.executable, "-c", program, "case", command, demo.path / "case", "--out", tmp_path / "o"]
        subprocess.run(words, check=True, env=env, cwd=tmp_path, capture_output=True)
    for path in (tmp_path / "o").iterdir():
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_other_programs_open_the_exports_and_find_every_row(written: Path, summary: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO((written / "case.xlsx").read_bytes()), read_only=True)
    head, *rows = book["payments"].iter_rows(values_only=True)
    kinds = [dict(zip(head, row, strict=True))["class"] for row in rows]
    assert kinds.count("payment") == summary["payments"]["count"]
    graph = nx.read_graphml(written / "graph.graphml")
    paid = sum(known["fifo_sat"] for _, end, known in graph.edges(data=True) if end == "service")
    assert paid == int(summary["payments"]["value_sat"])


def test_the_process_is_valid_in_case_uco_without_a_network(written: Path) -> None:
    program = "from case_utils.case_validate import main; main()"
    words = [sys.executable, "-c", program, str(written / "case.jsonld")]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert "Conforms: True" in done.stdout, done.stdout + done.stderr
