"""The lead desk, the report, claims and prices over the API: each as the library has it, or refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from cointrail.journal.acts import AnswerTaken
from cointrail.report.packet import packet_keys
from cointrail.workbench import Ask, CaseBench, OpenBench, make_packets
from support.api_client import API, pages_of, signed_in
from support.demo_world import DemoFolder
from support.kept_api import CASE, NAME, WHO, added, kept_app, refused, refused_as


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> str:
    return str(tmp_path / "cases.db")


@pytest.fixture(name="client")
def _client(demo: DemoFolder, bench: OpenBench, place: str, tmp_path: Path) -> Iterator[TestClient]:
    with signed_in(kept_app(demo, bench, place, tmp_path / "work")) as client:
        yield client


# -- the lead desk


def test_requests_go_from_packet_to_answer_and_accounts_stay_private(
    demo: DemoFolder, client: TestClient, place: str, tmp_path: Path
) -> None:
    desk = client.get(f"{CASE}/desks").json()["desks"][0]
    assert desk["requests"] == []
    with CaseBench(place, WHO) as cases:
        (made,) = make_packets(
            demo.path / "case",
            tmp_path / "made",
            Ask.DISCLOSURE,
            exchange=desk["exchange"],
            jurisdiction=desk["jurisdiction"],
            book=cases.book,
            kept_as=NAME,
        )
    (asked,) = client.get(f"{CASE}/desks").json()["desks"][0]["requests"]
    assert (asked["kind"], asked["state"]) == ("disclosure", "prepared")
    number = asked["number"]
    added(client, f"requests/{number}/state", state="sent", on="2026-11-20", reference="R-77")
    assert client.get(f"{CASE}/requests").json()["requests"][0]["state"] == "sent"
    refused_as(client, 404, "requests/9/state", state="sent")

    key = packet_keys((made.out / "transactions.csv").read_bytes())[0]
    answer = {"csv": f"key,account,note\n{key},acc-1,<img>\nother:0,acc-2,\n", "on": "2026-11-27"}
    assert "not among those" in refused_as(client, 404, f"requests/{number}/answer", **answer)
    (tmp_path / "work" / "packets").mkdir(parents=True)
    made.out.rename(tmp_path / "work" / "packets" / made.sha256)
    told = added(client, f"requests/{number}/answer", **answer)
    assert (told["accounts"], told["request"]["state"], told["not_asked"]) == (
        1,
        "answered",
        [[3, "other:0"]],
    )
    (tag,) = client.get(f"{CASE}/private-tags").json()["tags"]
    assert (tag["key"], tag["account"], tag["note"]) == (key, "acc-1", "<img>")
    assert AnswerTaken.private
    assert "acc-1" not in client.get(f"{CASE}/journal.jsonl").text
    assert "acc-1" not in client.get(f"{CASE}/report").text


def test_an_answer_with_another_packet_is_refused(
    demo: DemoFolder, client: TestClient, place: str, tmp_path: Path
) -> None:
    with CaseBench(place, WHO) as cases:
        made = make_packets(
            demo.path / "case", tmp_path / "made", Ask.DISCLOSURE, book=cases.book, kept_as=NAME
        )
    texts = {
        name: (made[1].out / file).read_text()
        for name, file in (("sums", "SHA256SUMS"), ("transactions", "transactions.csv"))
    }
    key = packet_keys(texts["transactions"].encode())[0]
    answer = {"csv": f"key,account\n{key},7\n", **texts}
    assert "not the packet" in refused(client, f"requests/{made[0].request}/answer", **answer)
    added(client, f"requests/{made[1].request}/answer", **answer)


def test_parts_of_the_lists_of_a_desk_are_the_whole_lists(
    demo: DemoFolder, client: TestClient, place: str, tmp_path: Path
) -> None:
    with CaseBench(place, WHO) as cases:
        made = make_packets(
            demo.path / "case", tmp_path / "made", Ask.DISCLOSURE, book=cases.book, kept_as=NAME
        )
    for one in made:
        keys = packet_keys((one.out / "transactions.csv").read_bytes())[:3]
        answer = {
            "csv": "".join(["key,account\n", *(f"{key},7\n" for key in keys)]),
            "sums": (one.out / "SHA256SUMS").read_text(),
            "transactions": (one.out / "transactions.csv").read_text(),
        }
        added(client, f"requests/{one.request}/answer", **answer)
    for path, name in (("requests", "requests"), ("private-tags", "tags")):
        whole = client.get(f"{CASE}/{path}", params={"limit": 1_000}).json()[name]
        assert len(whole) > 2
        assert pages_of(client, f"{CASE}/{path}", name, limit=2) == whole


# -- report, claims, prices, tables


def test_a_report_is_shown_page_by_page_and_moves_with_the_journal(client: TestClient) -> None:
    first = client.get(f"{CASE}/report").json()
    pages = client.get(f"{CASE}/report/pages").json()["pages"]
    assert pages > 1
    svg = client.get(f"{CASE}/report/pages/1.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.content == client.get(f"{CASE}/report/pages/1.svg").content
    assert client.get(f"{CASE}/report/pages/{pages}.png").content.startswith(b"\x89PNG")
    assert client.get(f"{CASE}/report/pages/{pages + 1}.svg").status_code == 404
    assert client.get(f"{CASE}/report/pages/1.pdf").status_code == 422
    added(client, "notes", text="one more")
    assert client.get(f"{CASE}/report").json()["head"] != first["head"]
    client.post(f"{API}/cases", json={"reference": "NEW", "legal_basis": "an order"})
    assert "not run yet" in client.get(f"{API}/cases/NEW/report").json()["detail"]


def test_tags_are_found_by_what_they_say(client: TestClient) -> None:
    summary = client.get(f"{API}/tags").json()
    every = client.post(f"{API}/tags/search", json={"limit": 1000}).json()["tags"]
    assert (
        len(every) == summary["tags"] == sum(summary["verdicts"][one] for one in ("accepted", "conflicting"))
    )
    wanted = every[0]["label"].upper()
    found = client.post(f"{API}/tags/search", json={"text": wanted}).json()
    assert found["tags"]
    assert all(wanted in one["label"].upper() + one["source"].upper() for one in found["tags"])
    assert client.post(f"{API}/tags/search", json={"text": "no such words"}).json()["page"]["total"] == 0
    assert client.post(f"{API}/tags/search", json={"text": "x" * 1_000}).status_code == 422


def test_a_rate_says_its_source_and_a_day_without_one_has_none(client: TestClient) -> None:
    rate = client.get(f"{API}/prices/USD/2017-03-01").json()["rate"]
    assert rate["currency"] == "USD"
    assert rate["source"]
    assert client.get(f"{API}/prices/USD/2009-01-09").json()["rate"] is None
    assert client.get(f"{API}/prices/ZZZ/2017-03-01").status_code == 422
    assert client.get(f"{API}/prices/USD/soon").status_code == 422


def test_a_table_is_a_workbook_without_a_formula(demo: DemoFolder, client: TestClient) -> None:
    ask = {"filters": [{"column": "class", "how": "is", "text": "payment"}]}
    told = client.post(f"{CASE}/tables/payments/xlsx", json=ask)
    book_read = openpyxl.load_workbook(io.BytesIO(told.content))
    rows = list(book_read["payments"].iter_rows(values_only=True))
    assert len(rows) - 1 == sum(row["class"] == "payment" for row in demo.payments())
    assert not any(cell.data_type == "f" for sheet in book_read for row in sheet.iter_rows() for cell in row)
    assert ("filter: class is", "payment") in list(book_read["about"].iter_rows(values_only=True))
    assert client.post(f"{CASE}/tables/none/xlsx", json={}).status_code == 404


def test_claims_on_a_balance_are_told_by_every_convention(demo: DemoFolder, client: TestClient) -> None:
    payment = demo.payments()[0]
    told = client.post(
        f"{API}/accounts", json={"cluster": payment["address"], "claims": [payment["outpoint"]]}
    ).json()
    assert set(told["claims"][0]["left_sat"]) == {"fifo", "lifo", "pro_rata", "lowest_balance"}
    assert (
        client.post(f"{API}/accounts", json={"cluster": payment["address"], "claims": []}).status_code == 422
    )
