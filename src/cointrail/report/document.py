"""The whole report as one JSON value: what the PDF is set from, and what other programs may read."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any

import rfc8785

from cointrail.journal.state import CaseState
from cointrail.report.blocks import numbered
from cointrail.report.case_tables import CaseTables
from cointrail.report.certainty import certainty_part, coverage_part, stops_part
from cointrail.report.closing import digests_annex, sources_part, words_part
from cointrail.report.findings import findings_part
from cointrail.report.kept_case import findings_of_case, kept_part, require_same
from cointrail.report.largest_leads import largest_part
from cointrail.report.method import method_part, rules_annex
from cointrail.report.opening import asked_part, summary_part
from cointrail.report.printable import printable
from cointrail.report.typesetting import pdf_of

KINDS = (
    ("ledger fact", "Follows from the blocks alone. Anybody with the same blocks must agree."),
    ("inference", "Follows from a named rule with a version, which can be wrong. Annex A says when."),
    ("claim", "Somebody says so: a tag about an address, or the price at a time. Each has its source."),
)
KINDS_NOTE = (
    "Heads of columns say the kind of what stands below them. A statement that rests on several kinds "
    "names all; it is as strong as the weakest. T1 to T5 are the tables behind this report."
)

TEMPLATE = "report.typ"

VERSION = 1
"""Of the form of `report.json`."""


def document_of(case: CaseTables, kept: CaseState | None = None) -> dict[str, Any]:
    """The report of a case. The same tables and the same journal give the same document.

    Args:
        case: the tables of the case.
        kept: the kept case, for its exhibits, findings and requests.

    Raises:
        BadInput: the two have different references.
    """
    require_same(case, kept)
    summary = case.summary
    blocks = chain(
        summary_part(case),
        asked_part(case),
        method_part(case),
        findings_part(case),
        largest_part(case),
        findings_of_case(kept) if kept else (),
        certainty_part(case),
        coverage_part(case),
        stops_part(case),
        sources_part(case),
        kept_part(kept) if kept else (),
        words_part(),
        rules_annex(case),
        digests_annex(case),
    )
    day = summary["report_date"] or summary["tip"]["time_utc"][:10]
    return {
        "version": VERSION,
        "title": "Tracing report",
        "reference": printable(summary["reference"][:80]),
        "legal_basis": printable(summary["legal_basis"][:200]),
        "date": day,
        "program": case.basis["program"],
        "basis_digest": summary["basis_digest"],
        "tip": f"{summary['network']}, block {summary['tip']['height']:,}",
        "kinds": [list(pair) for pair in KINDS],
        "kinds_note": KINDS_NOTE,
        "blocks": numbered(list(blocks)),
    }


def report_files(case: CaseTables, kept: CaseState | None = None) -> dict[str, bytes]:
    """`report.pdf` and the `report.json` that it is set from. The same tables give the same bytes."""
    document = document_of(case, kept)
    pdf = pdf_of(TEMPLATE, document, date.fromisoformat(document["date"]))
    return {"report.pdf": pdf, "report.json": rfc8785.dumps(document) + b"\n"}
