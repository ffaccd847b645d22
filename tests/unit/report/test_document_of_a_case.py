from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cointrail.report.blocks import numbered
from cointrail.report.document import document_of
from cointrail.report.method import OTHER
from cointrail.report.money import bitcoin, count, fiat, percent
from support.report_cases import case_tables, empty_case, hostile_case


@pytest.fixture(scope="module", name="document")
def _document() -> dict[str, Any]:
    return document_of(case_tables())


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def test_every_table_and_figure_has_a_number_and_a_source(document: dict[str, Any]) -> None:
    shown = [block for block in document["blocks"] if block["kind"] in {"table", "figure"}]
    assert len(shown) > 15
    assert all(block["number"] and block["source"] for block in shown)


def test_every_statement_says_which_kinds_it_rests_on(document: dict[str, Any]) -> None:
    said = [block for block in document["blocks"] if block["kind"] == "statement"]
    assert all(
        set(block["says"]) <= {"ledger fact", "inference", "claim"} and block["says"] for block in said
    )
    by_text = {block["text"]: block["says"] for block in said}
    (ledger,) = [says for text, says in by_text.items() if text.startswith("Of the payment")]
    assert ledger == ["ledger fact"]


def test_the_summary_names_as_many_exchanges_of_payers_as_their_table() -> None:
    case = case_tables()
    ours, countries = case.summary["by_exchange"], case.summary["by_jurisdiction"]
    sums = ("paid_fifo_sat", "paid_same_hand_fifo_sat", "paid_upstream_fifo_sat")
    only_paid_into = {"payments_same_hand": 0, "payments_upstream": 0, "withdrawals": 0} | dict.fromkeys(
        sums, "0"
    )
    other = {**ours[0], **only_paid_into, "exchange": "Exb", "jurisdiction": "YY"}
    elsewhere = {**countries[0], **only_paid_into, "jurisdiction": "YY"}
    summary = {
        **case.summary,
        "by_exchange": [*ours, other],
        "by_jurisdiction": [*countries, elsewhere],
    }
    document = document_of(replace(case, summary=summary))
    (table,) = [block for block in document["blocks"] if block.get("title") == "Payers' leads by exchange"]
    assert len(table["rows"]) == 1
    said = "The leads of payments name 1 exchange in 1 country or set of countries, by 1 withdrawal."
    assert any(text.startswith(said) for text in _texts(document))


def test_every_section_that_a_court_asks_for_is_there(document: dict[str, Any]) -> None:
    heads = [block["text"] for block in document["blocks"] if block["kind"] == "heading"]
    for wanted in (
        "Summary",
        "What was asked",
        "How it was done",
        "Payments to the service",
        "Where the payments came from",
        "Where the money went",
        "Weakest links",
        "Measured error",
        "Does it depend on the policy?",
        "Alternatives that were considered",
        "What is not covered",
        "What was not followed, and why",
        "Tables behind this report",
        "Words used",
    ):
        assert wanted in heads


def test_sections_that_the_text_names_have_those_numbers(document: dict[str, Any]) -> None:
    numbers = {block["text"]: block["number"] for block in document["blocks"] if block["kind"] == "heading"}
    assert numbers["How it was done"] == "3"
    assert numbers["How sure the findings are"] == "5"
    assert numbers["What was not followed, and why"] == "7"


def test_every_rule_of_the_basis_is_in_the_annex(document: dict[str, Any]) -> None:
    case = case_tables()
    rules = [block["name"] for block in document["blocks"] if block["kind"] == "rule"]
    assert rules == case.basis["rules"]


def test_outcomes_in_the_report_add_up_to_all_payments(document: dict[str, Any]) -> None:
    (outcomes,) = [b for b in document["blocks"] if b.get("title") == "Payments by outcome"]
    *rows, last = outcomes["rows"]
    assert sum(int(row[1]) for row in rows) == int(last[1]) == 2
    assert last[3] == "0.00044000"


def test_hostile_labels_are_shown_and_not_obeyed() -> None:
    texts = _texts(document_of(hostile_case()))
    shown = "".join(texts)
    assert not any(mark in shown for mark in "\u202e\x07\x1b\u200b")
    assert max(map(len, (text for text in texts if not text.startswith("<svg")))) < 1_500


def test_a_case_without_payments_or_money_has_a_report() -> None:
    document = document_of(empty_case())
    texts = _texts(document)
    assert any("0 payments of 0.00000000 BTC" in text for text in texts)
    assert not any("USD" in text for text in texts)


def test_the_same_case_gives_the_same_document(document: dict[str, Any]) -> None:
    assert document_of(case_tables()) == document


def test_headings_are_numbered_by_level_and_tables_apart_from_figures() -> None:
    kinds = [("heading", 1), ("heading", 2), ("heading", 2), ("heading", 1), ("table", 0), ("figure", 0)]
    blocks = numbered([{"kind": kind, "level": level} for kind, level in kinds])
    assert [block["number"] for block in blocks] == ["1", "1.1", "1.2", "2", "Table 1", "Figure 1"]


def test_amounts_are_written_whole_and_never_rounded() -> None:
    assert bitcoin(123_456_789_012) == "1,234.56789012"
    assert bitcoin("0") == "0.00000000"
    assert (fiat("1234.50", "USD"), fiat("", "USD")) == ("1,234.50 USD", "no rate")
    assert (count(1, "payment"), count(2_000, "payment")) == ("1 payment", "2,000 payments")
    assert (percent(1, 3), percent(2, 3), percent(1, 1), percent(0, 0)) == ("33.3 %", "66.7 %", "100.0 %", "")
    assert (percent(1, 10_000), percent(0, 10)) == ("< 0.1 %", "0.0 %")


def test_the_table_of_error_and_a_learned_model_are_not_taken_for_unknown_rules() -> None:
    case = case_tables()
    model = "change.learned@2+0123456789abcdef"
    table = "error_rates@0123456789abcdef"
    basis = {**case.basis, "rules": [*case.basis["rules"], model, table]}
    texts = _texts(document_of(replace(case, basis=basis)))
    assert any(f"table of measured error {table}" in text for text in texts)
    assert model in texts
    assert OTHER not in texts
    basis["rules"] = ["common_input@999"]
    assert OTHER in _texts(document_of(replace(case, basis=basis)))
