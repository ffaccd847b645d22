"""The whole report as one JSON value: what the PDF is set from, and what other programs may read."""

from __future__ import annotations

from collections.abc import Sequence
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
    "names all; it is as strong as the weakest. F1 to F5 are the files behind this report; T0 to T5 are "
    "tiers of inference, from the strongest down."
)

CHANGED = "The figures of this report do not follow what the case says now"
CHANGED_NOTE = "Run the case again and make the report anew before anybody relies on it."

TEMPLATE = "report.typ"

VERSION = 1
"""Of the form of `report.json`."""


def document_of(
    case: CaseTables, kept: CaseState | None = None, changed: Sequence[str] = ()
) -> dict[str, Any]:
    """The report of a case. The same tables and the same journal give the same document.

    Args:
        case: the tables of the case.
        kept: the kept case, for its exhibits, findings and requests.
        changed: how that case differs from what the run rests on; the first page says it.

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
    dated = _dated(case, kept)
    return {
        "version": VERSION,
        "title": "Tracing report",
        "reference": printable(summary["reference"][:80]),
        "legal_basis": printable(summary["legal_basis"][:200]),
        "date": dated[0][1][:10],
        "dated": dated,
        "program": case.basis["program"],
        "basis_digest": summary["basis_digest"],
        "changed": [printable(one) for one in changed],
        "changed_says": [CHANGED, CHANGED_NOTE],
        "tip": f"{summary['network']}, block {summary['tip']['height']:,}",
        "kinds": [list(pair) for pair in KINDS],
        "kinds_note": KINDS_NOTE,
        "blocks": numbered(list(blocks)),
    }


def _dated(case: CaseTables, kept: CaseState | None) -> list[list[str]]:
    """What the report is as of, the first for the head of each page. No clock says when it is made."""
    summary = case.summary
    valued = [["Valued as of", summary["report_date"]]] if summary["report_date"] else []
    journal = [["Journal as of", _utc(kept.written_utc)]] if kept else []
    return [*valued, ["Chain as of", _utc(summary["tip"]["time_utc"])], *journal]


def _utc(text: str) -> str:
    return f"{text[:10]} {text[11:19]} UTC"


def report_files(
    case: CaseTables, kept: CaseState | None = None, changed: Sequence[str] = ()
) -> dict[str, bytes]:
    """`report.pdf` and the `report.json` that it is set from. The same tables give the same bytes."""
    document = document_of(case, kept, changed)
    pdf = pdf_of(TEMPLATE, document, date.fromisoformat(document["date"]))
    return {"report.pdf": pdf, "report.json": rfc8785.dumps(document) + b"\n"}
