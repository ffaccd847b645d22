from __future__ import annotations

from typing import Any

from cointrail.report.document import document_of
from cointrail.report.lead_contacts import Sender
from cointrail.report.lead_desk import desks_of
from cointrail.report.measured import bound_in_words, in_percent
from cointrail.report.packet import Ask, packet_files
from support.report_cases import case_tables, text_of_pdf, with_bounds

BOUNDED = {"leads": ("2000", "4000", "60000", ""), "payments": ("", "", "", "common_input@2=3")}


def _blocks() -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = document_of(with_bounds(case_tables(), BOUNDED))["blocks"]
    return blocks


def test_without_measured_bounds_the_report_says_not_measured() -> None:
    texts = [block["text"] for block in document_of(case_tables())["blocks"] if block["kind"] == "text"]
    assert any(text.startswith("Not measured.") for text in texts)


def test_measured_bounds_stand_side_by_side_by_assumed_payjoins() -> None:
    (leads,) = [
        b for b in _blocks() if b.get("title") == "Same-hand leads with value by FIFO, by measured bound"
    ]
    assert leads["rows"] == [
        ["at most 0.1 %", "0", "0", "0"],
        ["at most 0.5 %", "1", "1", "0"],
        ["at most 1 %", "0", "0", "0"],
        ["at most 5 %", "0", "0", "0"],
        ["at most 10 %", "0", "0", "1"],
        ["at most 50 %", "0", "0", "0"],
        ["more", "0", "0", "0"],
        ["not measured", "0", "0", "0"],
    ]


def test_what_has_no_measured_rate_is_counted_and_named() -> None:
    (payments,) = [b for b in _blocks() if str(b.get("title")).startswith("Payments, as being")]
    assert payments["rows"][-1] == ["not measured", "2", "2", "2"]
    assert any("common_input@2 (6)" in block.get("text", "") for block in _blocks())


def test_a_lead_in_full_quotes_the_sentence_on_its_error() -> None:
    said = [block for block in _blocks() if block.get("text") == "It rests on 2 links: 2 x T2."]
    assert [block["says"] for block in said] == [["inference"]]


def test_a_packet_states_the_worst_bound_of_its_lines() -> None:
    case = with_bounds(case_tables(), BOUNDED)
    (desk,) = desks_of(case)
    files = packet_files(case, desk, Ask.DISCLOSURE, Sender(), 90)
    text = text_of_pdf(files["request.pdf"])
    assert "wrong in at most 0.2 % of cases (95 % confidence), 6 % if 5 % of the links" in text
    assert "for 1 line it was not measured" in text
    assert b",2000,60000,It rests on" in files["transactions.csv"]


def test_bounds_in_words_leave_nothing_out() -> None:
    assert bound_in_words([]) == ""
    assert bound_in_words([{}]) == "The error of these inferences was not measured."
    assert "at most 1.25 %" in bound_in_words([{"error_bound_ppm": "12500", "error_payjoin_5_ppm": ""}])


def test_parts_per_million_keep_every_digit() -> None:
    assert [in_percent(ppm) for ppm in (0, 1, 1_000, 12_345, 1_000_000)] == [
        *("0 %", "0.0001 %", "0.1 %", "1.2345 %", "100 %")
    ]
