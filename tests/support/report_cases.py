"""Cases on ledgers in memory, written and read back, as reports are made from."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pypdf

from cointrail.attribution.load import load_tags
from cointrail.casework.columns import Column, Kind
from cointrail.casework.outputs import render_case
from cointrail.chain.network import get_network
from cointrail.report.case_tables import CaseTable, CaseTables, tables_of
from cointrail.valuation.rates import RateBook
from support.case_run import case_of, run
from support.ledger import Fake

TEXT = """
    t0: -> exchange:100_000
    t1: t0:0 -> alice:40_000 exchange:59_000
    t2: t1:0 -> shop:15_000 rest:24_000
    t3: t2:0 -> exchange:14_000
    t4: -> miner:30_000
    t5: t4:0 -> shop:29_000
"""
"""One payment leads to an exchange, one was mined; one outflow is a deposit."""

HOSTILE = {
    "markup": '#read("/etc/passwd")*b*$x$<a>@x',
    "bidi": "exa\u202egnp.exe",
    "korean": "업비트거래소",
    "arabic": "بورصة",
    "han": "火币网",
    "tamil": "பரிமாற்றம்",
    "control": "exa\x07\x1bm\u200b",
    "formula": "=cmd|calc!A0",
    "xml": "]]><script>&\"'</script>",
    "long": "x" * 10_000,
    "emoji": "coin😀",
    "crowded": "e" + "\u0301" * 60,
}
"""Labels that somebody may publish, to break what shows them."""


def case_tables(text: str = TEXT, tagged: Mapping[str, str] | None = None) -> CaseTables:
    """The tables of a case."""
    return tables_of(case_bytes(text, tagged))


def case_bytes(text: str = TEXT, tagged: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a case by name."""
    return render_case(run(text, tagged=tagged)[1])


def case_without_files() -> dict[str, bytes]:
    """The files of a case whose run was given no tag files and no price tables."""
    result = run(TEXT)[1]
    basis = replace(
        result.basis,
        tags_digest=load_tags((), get_network(result.basis.network)).digest,
        prices_digest=RateBook.load(()).digest,
    )
    return render_case(replace(result, basis=basis))


@cache
def hostile_case() -> CaseTables:
    """A case in which each hostile label is the name of an exchange that a payment leads back to."""
    lines, tagged = [], {}
    for place, (name, label) in enumerate(HOSTILE.items()):
        a, b, c = (f"t{3 * place + step}" for step in range(3))
        lines += [f"{a}: -> {name}:100_000", f"{b}: {a}:0 -> p{place}:40_000 {name}:59_000"]
        lines.append(f"{c}: {b}:0 -> shop:15_000 rest{place}:24_000")
        tagged[name] = label
    return case_tables("\n".join(lines), tagged)


BOUND_COLUMNS = (
    *("error_bound_ppm", "error_payjoin_1_ppm", "error_payjoin_5_ppm", "error_not_measured", "error_says"),
)
"""Columns in which the tables of a case say how far a row may be wrong."""


def with_bounds(case: CaseTables, bounds: Mapping[str, tuple[str, str, str, str]]) -> CaseTables:
    """The case with bounds in each row of a table: without payjoins, at 1 %, at 5 %; and what has none."""
    tables: dict[str, Any] = {
        table.name: _bounded(table, bounds[table.name]) for table in case.tables if table.name in bounds
    }
    return replace(case, **tables)


def _bounded(table: CaseTable, cells: tuple[str, str, str, str]) -> CaseTable:
    given = dict(zip(BOUND_COLUMNS, (*cells, "It rests on 2 links: 2 x T2."), strict=True))
    kept = [column for column in table.columns if column.name not in given]
    columns = (*kept, *(Column(name, Kind.INFERENCE, "text", "") for name in given))
    names = [column.name for column in kept]
    rows = tuple((*(row[name] for name in names), *given.values()) for row in table.records())
    return CaseTable(table.name, columns, rows)


def empty_case() -> CaseTables:
    """A case with no payment, no lead, no value in money."""
    text = "t0: -> shop:5"
    return tables_of(render_case(run(text, case=case_of(Fake(text), currency=None, report_date=None))[1]))


def text_of_pdf(pdf: bytes) -> str:
    """The words of a PDF, with single spaces, and without the marks at which long words may break."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(page.extract_text() for page in pages)
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))
