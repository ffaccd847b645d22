from __future__ import annotations

import csv
import hashlib
import io
from datetime import date

import openpyxl
import pypdf
import pytest

from cointrail.errors import NotFound
from cointrail.report.lead_contacts import Contact, ContactBook, Sender
from cointrail.report.lead_desk import Desk, desks_of, find_desk
from cointrail.report.packet import Ask, packet_digest, packet_files, packet_keys
from support.report_cases import HOSTILE, TEXT, case_tables, hostile_case, text_of_pdf

TWO_PATHS = (
    TEXT
    + """
    t6: t1:1 -> bob:30_000 exchange:28_000
    t7: t6:0 -> shop:9_000 bob:20_000
    t8: t7:1 -> shop:8_000 bob:11_000
"""
)
"""Two payments lead back to one withdrawal."""


def _desk(text: str = TEXT, contact: Contact | None = None) -> Desk:
    (desk,) = desks_of(case_tables(text), ContactBook((contact,) if contact else ()))
    return desk


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_desk_has_the_leads_and_deposits_of_one_exchange() -> None:
    desk = _desk()
    assert (desk.exchange, desk.jurisdiction, desk.same_hand, desk.withdrawals) == ("Exa", "ZZ", 1, 1)
    assert (desk.paid_sat, desk.deposited_sat, len(desk.deposits)) == (15_000, 14_000, 1)


def test_a_desk_tells_value_of_the_same_hand_from_value_of_other_hands() -> None:
    desk = _desk(
        """
        t0: -> exchange:100_000
        t1: t0:0 -> alice:40_000 bob:30_000 exchange:29_000
        t2: t1:0 -> shop:15_000 rest:24_000
        t3: t1:1 -> dave:29_000
        t4: t3:0 -> shop:9_000 rest2:19_000
        """
    )
    assert (desk.same_hand, desk.paid_same_hand_sat) == (1, 15_000)
    assert (desk.upstream, desk.paid_upstream_sat) == (1, 9_000)
    assert desk.paid_sat == 24_000


def test_what_no_source_says_is_unknown_and_what_one_says_has_its_day() -> None:
    assert (_desk().reach, _desk().reach_source) == ("unknown", "unknown")
    contact = Contact(
        exchange="Exa", legal_entity="Exa AG", contact="x@y", source="page", as_of=date(2026, 10, 1)
    )
    desk = _desk(contact=contact)
    assert (desk.entity, desk.entity_source) == ("Exa AG", "page, 2026-10-01")
    assert (desk.reach, desk.reach_source) == ("x@y", "page, 2026-10-01")


def test_a_desk_is_found_by_name_in_any_case_and_no_other_is_made_up() -> None:
    desks = desks_of(case_tables())
    assert find_desk(desks, "eXA").exchange == "Exa"
    assert find_desk(desks, "exa", "zz").exchange == "Exa"
    with pytest.raises(NotFound, match="no lead goes to"):
        find_desk(desks, "Ex")
    with pytest.raises(NotFound, match="several jurisdictions"):
        find_desk([*desks, *desks], "Exa")


def test_a_packet_has_a_line_for_each_output_in_a_form_to_copy() -> None:
    case = case_tables(TWO_PATHS)
    (desk,) = desks_of(case)
    files = packet_files(case, desk, Ask.DISCLOSURE, Sender(), 90)
    rows = _rows(files["transactions.csv"])
    assert [
        (row["what"], row["amount_sat"], row["of_interest_fifo_sat"], row["payments"]) for row in rows
    ] == [
        ("withdrawal", "40000", "15000", "1"),
        ("withdrawal", "30000", "17000", "2"),
        ("deposit", "14000", "14000", "1"),
    ]
    assert [f"{row['txid']}:{row['vout']}" for row in rows] == [row["key"] for row in rows]
    assert [row["amount_btc"] for row in rows] == ["0.00040000", "0.00030000", "0.00014000"]
    assert packet_keys(files["transactions.csv"]) == [row["key"] for row in rows]
    assert len(_rows(files["flow.csv"])) == 4
    book = openpyxl.load_workbook(io.BytesIO(files["transactions.xlsx"]))
    assert [row[0].value for row in book["transactions"].iter_rows(min_row=2)] == [
        row["what"] for row in rows
    ]


def test_a_packet_is_one_page_that_says_who_is_asked_for_what_by_whom() -> None:
    case = case_tables()
    (desk,) = desks_of(case)
    files = packet_files(case, desk, Ask.PRESERVATION, Sender(authority="Prosecutor"), 45)
    assert len(pypdf.PdfReader(io.BytesIO(files["request.pdf"])).pages) == 1
    text = text_of_pdf(files["request.pdf"])
    for words in (
        "Request to preserve records",
        "Exa Ltd",
        "unknown (source: unknown)",
        "Prosecutor",
        "at least 45 days",
        "0.00015000 BTC of payments",
        "ledger fact",
        "inference",
        "was not measured",
        "is claimed by: a test.",
        hashlib.sha256(files["transactions.csv"]).hexdigest(),
    ):
        assert words in text


def test_only_deposits_can_be_frozen() -> None:
    case = case_tables()
    (desk,) = desks_of(case)
    files = packet_files(case, desk, Ask.FREEZE, Sender(), 30)
    assert [row["what"] for row in _rows(files["transactions.csv"])] == ["deposit"]
    bare = case_tables("\n".join(TEXT.strip().splitlines()[:3]))
    (desk,) = desks_of(bare)
    with pytest.raises(NotFound, match="nothing to freeze"):
        packet_files(bare, desk, Ask.FREEZE, Sender(), 30)


def test_the_same_request_gives_the_same_packet() -> None:
    case = case_tables()
    (desk,) = desks_of(case)
    first, second = (packet_files(case, desk, Ask.DISCLOSURE, Sender(), 90) for _ in range(2))
    assert first == second
    other = packet_files(case, desk, Ask.DISCLOSURE, Sender(officer="x"), 90)
    assert packet_digest(other) != packet_digest(first)


def test_a_packet_lists_the_digests_of_its_files() -> None:
    case = case_tables()
    (desk,) = desks_of(case)
    files = packet_files(case, desk, Ask.DISCLOSURE, Sender(), 90)
    listed = files.pop("SHA256SUMS").decode().splitlines()
    assert listed == [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]


def test_hostile_names_make_one_page_and_a_plain_folder_each() -> None:
    case = hostile_case()
    desks = desks_of(case)
    assert len({desk.folder for desk in desks}) == len(desks) == len(HOSTILE)
    for desk in desks:
        assert desk.folder.replace("-", "").isalnum()
        assert desk.folder.isascii()
        files = packet_files(case, desk, Ask.DISCLOSURE, Sender(officer="ü" * 500), 90)
        assert len(pypdf.PdfReader(io.BytesIO(files["request.pdf"])).pages) == 1
        book = openpyxl.load_workbook(io.BytesIO(files["transactions.xlsx"]))
        assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
