from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest

from cointrail.errors import BadInput
from cointrail.journal.acts import (
    AnswerTaken,
    CaseOpened,
    ExhibitTaken,
    FindingKind,
    FindingStated,
    NoteAdded,
    RequestKind,
    RequestMade,
)
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.keeping import MemoryKeeper
from cointrail.journal.state import CaseState
from cointrail.report.document import document_of, report_files
from support.report_cases import case_tables, text_of_pdf


def _kept(reference: str = "1") -> CaseState:
    book = CaseBook(MemoryKeeper(), "alice")
    book.open_case(CaseOpened(reference=reference, legal_basis="a test"))
    return book.add(
        reference,
        Deed(NoteAdded(text="between us: a hunch")),
        Deed(ExhibitTaken(title="The path of payment 1", request={}, basis={}, size=2), result=b"{}"),
        Deed(
            FindingStated(text="The payer had the coins from Exa.", kind=FindingKind.INFERENCE, exhibits=(1,))
        ),
        Deed(RequestMade(exchange="Exa", jurisdiction="ZZ", kind=RequestKind.DISCLOSURE)),
        Deed(AnswerTaken(request=1, on=date(2026, 12, 1), accounts=3), result=b'{"account":"secret-77"}'),
    )


def test_exhibits_findings_and_requests_of_the_kept_case_are_in_the_report() -> None:
    kept = _kept()
    text = text_of_pdf(report_files(case_tables(), kept)["report.pdf"])
    for words in (
        "E1 The path of payment 1",
        "The payer had the coins from Exa.",
        "inference — source: exhibit E1",
        "Requests to exchanges",
        "Head of the journal",
    ):
        assert words in text
    assert kept.head.digest in text.replace(" ", "")


def test_a_report_names_each_of_its_times_for_what_it_is() -> None:
    kept = _kept()
    written = kept.written_utc.replace("T", " ").replace("Z", " UTC")
    dated = document_of(case_tables(), kept)["dated"]
    assert dated == [
        ["Valued as of", "2018-03-31"],
        ["Chain as of", "2017-01-06 00:00:00 UTC"],
        ["Journal as of", written],
    ]
    pages = text_of_pdf(report_files(case_tables(), kept)["report.pdf"])
    assert pages.count("Valued as of 2018-03-31") > 2
    assert f"Journal as of {written}" in pages


def test_notes_and_accounts_stay_inside_the_case() -> None:
    files = report_files(case_tables(), _kept())
    for data in (text_of_pdf(files["report.pdf"]), files["report.json"].decode()):
        assert "hunch" not in data
        assert "secret-77" not in data


def test_the_first_page_says_what_the_case_says_since_the_run() -> None:
    changed = ("1 judgement of the case is not in this run",)
    files = report_files(case_tables(), _kept(), changed)
    first = pypdf.PdfReader(io.BytesIO(files["report.pdf"])).pages[0].extract_text()
    for text in (first, files["report.json"].decode()):
        assert changed[0] in " ".join(text.split())
    assert "do not follow what the case says now" in " ".join(first.split())
    assert "No judgement" not in text_of_pdf(files["report.pdf"])
    assert "follow what the case says now" not in text_of_pdf(
        report_files(case_tables(), _kept())["report.pdf"]
    )


def test_a_report_without_a_kept_case_has_no_such_parts() -> None:
    heads = {block["text"] for block in document_of(case_tables())["blocks"] if block["kind"] == "heading"}
    assert not heads & {"Exhibits of the case", "Requests to exchanges", "What the investigator concludes"}


def test_the_kept_case_must_be_the_one_of_the_tables() -> None:
    with pytest.raises(BadInput, match="the tables are of case `1`, not of `2`"):
        document_of(case_tables(), _kept("2"))
