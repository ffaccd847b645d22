"""Kept cases over the API: every act is an entry, what is wrong is refused, and nothing else changes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cointrail.workbench import OpenBench, verify_journal_file
from support import postgres
from support.api_client import API, pages_of, signed_in
from support.demo_world import DemoFolder
from support.kept_api import CASE, NAME, WHO, added, book, kept_app, refused, refused_as

TERMS = {"policies": ["fifo", "haircut"]}


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[postgres.Postgres]:
    if absent := postgres.why_absent():
        pytest.skip(absent)
    with postgres.Postgres() as server:
        yield server


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> str:
    return str(tmp_path / "cases.db")


@pytest.fixture(name="client")
def _client(demo: DemoFolder, bench: OpenBench, place: str, tmp_path: Path) -> Iterator[TestClient]:
    with signed_in(kept_app(demo, bench, place, tmp_path / "work")) as client:
        yield client


# -- which cases there are


def test_a_kept_case_and_its_run_are_one_line(client: TestClient) -> None:
    (line,) = client.get(f"{API}/cases").json()["cases"]
    assert (line["name"], line["kept"], line["network"]) == (NAME, True, "regtest")
    assert line["run"]["payments"] > 0
    assert client.get(CASE).json()["summary"] == client.get(f"{API}/cases/demo").json()["summary"]


def test_parts_of_the_list_of_cases_are_the_whole_list(client: TestClient) -> None:
    for reference in ("A", "C", "B"):
        assert client.post(
            f"{API}/cases", json={"reference": reference, "legal_basis": "an order"}
        ).is_success
    whole = client.get(f"{API}/cases").json()
    assert [one["name"] for one in whole["cases"]] == ["A", "B", "C", NAME]
    assert whole["next_page"] is None
    assert pages_of(client, f"{API}/cases", "cases", limit=3) == whole["cases"]


def test_hostile_references_get_names_that_paths_can_have(client: TestClient) -> None:
    references = [
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "\u202e2017/3",
        "2017 3",
        "2017/3",
        "ᄒ사건",
    ]
    names = []
    for reference in references:
        told = client.post(f"{API}/cases", json={"reference": reference, "legal_basis": "an order"})
        assert told.status_code == 201
        names.append(told.json()["name"])
        assert client.get(f"{API}/cases/{names[-1]}/book").json()["reference"] == reference
    assert len(set(names)) == len(names)
    assert all(
        set(name) <= set("-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") for name in names
    )
    listed = {line["reference"]: line for line in client.get(f"{API}/cases").json()["cases"]}
    assert all(listed[reference]["run"] is None for reference in references)


def test_a_case_opens_with_its_seeds_or_not_at_all(demo: DemoFolder, client: TestClient) -> None:
    ask = {
        "reference": "A-1",
        "legal_basis": "an order",
        "seeds": [{"text": one} for one in demo.seeds()[:2]],
    }
    wrong = {**ask, "seeds": [*ask["seeds"], {"text": "no address"}]}
    assert client.post(f"{API}/cases", json=wrong).status_code == 422
    assert client.get(f"{API}/cases/A-1/book").status_code == 404
    assert client.post(f"{API}/cases", json=ask).status_code == 201
    assert [one["text"] for one in client.get(f"{API}/cases/A-1/book").json()["seeds"]] == demo.seeds()[:2]
    assert "already" in client.post(f"{API}/cases", json=ask).json()["detail"]
    assert client.get(f"{API}/cases/A-1").json()["type"].endswith(":not_found")


# -- acts


def test_every_act_is_an_entry_by_whom_serves(client: TestClient) -> None:
    before = book(client)["entries"]
    note = added(client, "notes", text="seen <b>twice</b>")
    assert note["entry"] == before + 1
    (entry,) = client.get(f"{CASE}/journal", params={"newest": True, "limit": 1}).json()["entries"]
    assert (entry["who"], entry["action"]) == (WHO, "note.add")
    assert entry["content"]["text"] == "seen <b>twice</b>"
    assert refused(client, "notes", text="a\0b")
    lone = client.post(
        f"{CASE}/notes", content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert lone.status_code == 422


def test_seeds_say_which_entry_brought_them(demo: DemoFolder, client: TestClient) -> None:
    txid = demo.payments()[0]["outpoint"]
    made = added(client, "seeds", seeds=[{"text": txid}], why="named by the victim")
    (seed,) = [one for one in book(client)["seeds"] if one["text"] == txid]
    assert (seed["entry"], seed["kind"], seed["by"]) == (made["entry"], "outpoint", WHO)
    added(client, f"entries/{made['entry']}/undo", why="a slip")
    assert txid not in [one["text"] for one in book(client)["seeds"]]
    assert "address" in refused(client, "seeds", seeds=[{"text": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}])


def test_a_document_is_kept_by_its_hash_alone(client: TestClient) -> None:
    data = b"an order of the court"
    added(client, "documents", name="order.pdf", base64=base64.b64encode(data).decode(), note="the order")
    digest = hashlib.sha256(data).hexdigest()
    added(client, "documents", name="large.bin", sha256="ab" * 32, size=10**12)
    first, second = book(client)["documents"]
    assert (first["sha256"], first["size"]) == (digest, len(data))
    assert (second["sha256"], second["size"]) == ("ab" * 32, 10**12)
    assert refused(client, "documents", name="none.pdf")
    assert refused(client, "documents", name="both.pdf", base64="YQ==", sha256="ab" * 32, size=1)
    assert refused(client, "documents", name="bad.pdf", base64="!!!!")


def test_a_deadline_is_met_once_and_only_one_that_is_there(client: TestClient) -> None:
    number = added(client, "deadlines", title="answer of the exchange", due="2026-12-24")["number"]
    added(client, f"deadlines/{number}/met", note="came early")
    (deadline,) = book(client)["deadlines"]
    assert deadline["met_note"] == "came early"
    assert "was met" in refused(client, f"deadlines/{number}/met")
    assert "no deadline 7" in refused(client, "deadlines/7/met")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_in_no_year_of_a_case_is_refused_wherever_it_is_named(
    demo: DemoFolder, client: TestClient, day: str
) -> None:
    year, txid = f"is in the year {int(day[:4])}", demo.payments()[0]["outpoint"][:64]
    assert year in refused(client, "deadlines", title="answer", due=day)
    assert year in refused(client, "judgements", kind="no_link", about=[txid], why="a join", when=day)
    told = client.post(f"{API}/cases", json={"reference": "B-2", "legal_basis": "an order", "opened": day})
    assert told.status_code == 422
    assert year in told.json()["detail"]
    assert added(client, "deadlines", title="in time", due="2200-12-31")


def test_terms_are_checked_as_a_case_file_is(client: TestClient) -> None:
    tags = client.get(f"{API}/tags").json()["files"][0]["sha256"]
    prices = client.get(f"{API}/prices").json()["tables"][0]["sha256"]
    limits = {"max_hops": 5}
    added(
        client,
        "terms",
        **TERMS,
        currency="USD",
        tags=[tags],
        prices=[prices],
        limits=limits,
        period_from="2016-01-01",
    )
    terms = book(client)["terms"]
    assert (terms["currency"], terms["limits"], terms["period_from"]) == ("USD", limits, "2016-01-01")
    assert [one["sha256"] for one in terms["tags"]] == [tags]
    assert "not a date" in refused(client, "terms", **TERMS, period_from="soon")
    assert "policy" in refused(client, "terms", policies=["fifo", "poison"])
    assert "both flow policies" in refused(client, "terms", policies=["fifo", "fifo"])
    assert "none of the prices" in refused(client, "terms", **TERMS, currency="USD", prices=["00" * 32])


def test_what_is_undone_no_longer_counts_and_stays_in_the_journal(client: TestClient) -> None:
    entry = added(client, "notes", text="a slip")["entry"]
    added(client, f"entries/{entry}/undo", why="wrong case")
    assert book(client)["notes"] == []
    assert book(client)["undone"] == [entry]
    (line,) = [one for one in client.get(f"{CASE}/journal").json()["entries"] if one["seq"] == entry]
    assert line["counts"] is False
    assert refused(client, "entries/1/undo", why="the first stays")
    assert refused(client, f"entries/{entry}/undo", why="")


# -- the journal


def test_pages_of_a_journal_are_the_journal(client: TestClient) -> None:
    for number in range(5):
        added(client, "notes", text=f"note {number}")
    whole = client.get(f"{CASE}/journal").json()["entries"]
    seen, page = [], None
    while True:
        told = client.get(f"{CASE}/journal", params={"limit": 2, **({"page": page} if page else {})}).json()
        seen += told["entries"]
        if (page := told["next_page"]) is None:
            break
    assert seen == whole
    newest = client.get(f"{CASE}/journal", params={"newest": True}).json()["entries"]
    assert newest == whole[::-1]


def test_the_downloaded_journal_verifies_against_the_head(client: TestClient, tmp_path: Path) -> None:
    added(client, "notes", text="one more")
    verdict = client.get(f"{CASE}/journal/verdict", params={"head": book(client)["head"]}).json()
    assert verdict["intact"]
    assert verdict["held_against"] == book(client)["head"]
    other = client.get(f"{CASE}/journal/verdict", params={"head": f"2:{'0' * 64}"}).json()
    assert [one["fault"] for one in other["faults"]] == ["rewritten"]
    assert client.get(f"{CASE}/journal/verdict", params={"head": "no head"}).status_code == 422
    (file := tmp_path / "journal.jsonl").write_bytes(client.get(f"{CASE}/journal.jsonl").content)
    assert str(verify_journal_file(file).head) == book(client)["head"]


def test_news_are_the_entries_after_the_last_one_seen(client: TestClient) -> None:
    seen = book(client)["entries"]
    added(client, "notes", text="while you were away")
    told = client.get(f"{CASE}/news", params={"since": seen}).json()
    assert [one["action"] for one in told["entries"]] == ["note.add"]
    assert told["run"]["payments"] > 0
    assert client.get(f"{CASE}/news", params={"since": seen + 1}).json()["entries"] == []
    assert client.get(f"{API}/cases/none/news").status_code == 404


# -- judgements


def test_a_judgement_is_seen_by_cluster_pages_of_its_case_alone(demo: DemoFolder, client: TestClient) -> None:
    name = demo.seeds()[0]
    whole = client.get(f"{API}/clusters/{name}", params={"limit": 1000}).json()
    first, last = whole["members"][0]["address"], whole["members"][-1]["address"]
    ask = {"kind": "apart", "about": [first, last], "why": "different hands by the exchange's answer"}
    trial = client.post(f"{CASE}/judgements/trial", json=ask).json()
    added(client, "judgements", **ask)
    told = client.get(f"{CASE}/judged").json()
    assert trial["clusters"] == told["clusters"]
    (change,) = told["clusters"]
    assert change["before"]["size"] == whole["cluster"]["size"]
    pages = {
        part["label"]: client.get(
            f"{API}/clusters/{part['label']}", params={"case": NAME, "limit": 1000}
        ).json()
        for part in change["now"]
    }
    assert len(pages) == change["parts"] > 1
    for key in ("outputs", "received_sat", "spent_sat", "balance_sat"):
        assert sum(page["totals"][key] for page in pages.values()) == whole["totals"][key]
    own = {member["address"]: label for label, page in pages.items() for member in page["members"]}
    assert own[first] != own[last]
    assert own.keys() == {member["address"] for member in whole["members"]}
    shown = client.get(f"{API}/addresses/{last}", params={"case": NAME}).json()
    assert shown["cluster"]["label"] == own[last] != whole["cluster"]["label"]
    spent_in = client.get(f"{API}/addresses/{last}/transactions").json()["transactions"][0]["txid"]
    path = f"{API}/transactions/{spent_in}"
    labels = [
        {one["cluster"] for one in client.get(path, params=params).json()["outputs"]}
        for params in ({"case": NAME}, {})
    ]
    assert labels[0] - labels[1] <= set(pages)
    pair = {"a": first, "b": last}
    assert client.post(f"{API}/explanations", json=pair).json()["joined"]
    assert not client.post(f"{API}/explanations", json={**pair, "case": NAME}).json()["joined"]
    assert client.get(f"{API}/clusters/{name}", params={"limit": 1000}).json() == whole
    for part in ("payments", "balance", "neighbours"):
        path = f"{API}/clusters/{last}/{part}"
        mine, plain = (client.get(path, params=params).json() for params in ({"case": NAME}, {}))
        assert mine["cluster"]["size"] < plain["cluster"]["size"]
        assert mine["basis"]["clusters_digest"] != plain["basis"]["clusters_digest"]
    own_page = client.get(f"{API}/clusters/{last}", params={"case": NAME}).json()
    tiers = client.get(f"{API}/clusters/{last}/tiers", params={"case": NAME}).json()
    headline = next(line for line in tiers["tiers"] if line["tier"] == "T2")
    assert headline["scripts"] == tiers["cluster"]["size"] == own_page["cluster"]["size"]
    tip = {"at": own_page["basis"]["tip_height"], "case": NAME}
    now = client.get(f"{API}/clusters/{last}", params=tip).json()
    assert (now["cluster"], now["totals"]) == (own_page["cluster"], own_page["totals"])
    first_day = {"at": own_page["first_seen"]["height"], "case": NAME}
    then = client.get(f"{API}/clusters/{own_page['cluster']['label']}", params=first_day).json()
    assert then["cluster"]["size"] <= own_page["cluster"]["size"]


def test_a_run_says_what_has_changed_since_and_so_does_its_report(
    demo: DemoFolder, client: TestClient
) -> None:
    added(client, "notes", text="a typo")
    assert client.get(CASE).json()["changed"] == []
    assert client.get(f"{CASE}/report").json()["document"]["changed"] == []
    cluster = client.get(f"{API}/clusters/{demo.seeds()[0]}", params={"limit": 2}).json()
    pair = [one["address"] for one in cluster["members"]]
    judged = added(client, "judgements", kind="apart", about=pair, why="two people")
    told = client.get(CASE).json()
    assert told["changed"] == ["1 judgement of the case is not in this run"]
    assert told["summary"] == client.get(f"{API}/cases/demo").json()["summary"]
    assert client.get(f"{CASE}/report").json()["document"]["changed"] == told["changed"]
    added(client, f"entries/{judged['entry']}/undo", why="a mistake")
    assert client.get(CASE).json()["changed"] == []
    added(client, "terms", policies=["haircut", "fifo"])
    (terms,) = (one for one in client.get(CASE).json()["changed"] if "terms" in one)
    assert "the order of the flow policies" in terms


def test_a_page_of_a_list_is_refused_after_another_judgement(demo: DemoFolder, client: TestClient) -> None:
    where = f"{API}/clusters/{demo.seeds()[0]}"
    of_case: dict[str, str] = {"case": NAME, "limit": "1"}
    members = client.get(where, params={"limit": 3}).json()["members"]
    pairs = [[members[0]["address"], one["address"]] for one in members[1:]]
    added(client, "judgements", kind="apart", about=pairs[0], why="two people")
    page = client.get(where, params=of_case).json()["next_page"]
    assert client.get(where, params={**of_case, "page": page}).status_code == 200
    added(client, "judgements", kind="apart", about=pairs[1], why="and a third")
    assert client.get(where, params={**of_case, "page": page}).status_code == 409


def test_a_judgement_that_cannot_hold_is_refused(demo: DemoFolder, client: TestClient) -> None:
    members = client.get(f"{API}/clusters/{demo.seeds()[0]}").json()["members"]
    pair = [members[0]["address"], members[1]["address"]]
    added(client, "judgements", kind="apart", about=pair, why="two people")
    assert "contradict" in refused(client, "judgements", kind="same_hand", about=pair, why="one after all")
    gone = refused_as(client, 404, "judgements", kind="no_link", about=["00" * 32], why="no such transaction")
    assert "does not hold" in gone
    added(client, "judgements", kind="withdraw", about=["j1"], why="mistaken")
    added(client, "judgements", kind="same_hand", about=pair, why="one after all")
    assert client.get(f"{API}/clusters/{pair[0]}", params={"case": "none"}).status_code == 404


# -- exhibits


def test_an_exhibit_is_asked_kept_and_the_same_when_asked_again(demo: DemoFolder, client: TestClient) -> None:
    name = demo.seeds()[0]
    ask = {"command": "address show", "options": {"address": name}, "title": "The address"}
    number = added(client, "exhibits", **ask)["number"]
    shown = client.get(f"{CASE}/exhibits/{number}").json()
    assert shown["answer"]["address"] == name
    data = client.get(f"{CASE}/exhibits/{number}/answer.json").content
    assert hashlib.sha256(data).hexdigest() == shown["result"]
    assert client.post(f"{CASE}/exhibits/{number}/verify").json()["outcome"] == "same"
    added(client, "findings", kind="fact", text="It was paid.", exhibits=[number])
    assert "no exhibit 9" in refused(client, "findings", kind="fact", text="It was not.", exhibits=[9])
    for path in ("exhibits/9", "exhibits/9/answer.json"):
        assert client.get(f"{CASE}/{path}").status_code == 404
    assert client.post(f"{CASE}/exhibits/9/verify").status_code == 404


def test_an_exhibit_takes_the_options_of_its_command_and_no_other(
    demo: DemoFolder, client: TestClient
) -> None:
    name = demo.seeds()[0]
    for options in ({}, {"address": name, "file": "/etc/passwd"}, {"address": name, "tags": ["/etc/passwd"]}):
        refused(client, "exhibits", command="address show", options=options)
    refused(client, "exhibits", command="sql", options={})
    refused(client, "exhibits", command="trace forward", options={"seeds": [name], "policy": []})
    refused(client, "exhibits", command="address show", options={"address": "no address"})


# -- where it is kept


def test_a_team_s_database_does_the_same(
    demo: DemoFolder, bench: OpenBench, server: postgres.Postgres
) -> None:
    with signed_in(kept_app(demo, bench, server.new_database())) as client:
        added(client, "notes", text="kept by PostgreSQL")
        added(client, "documents", name="a", sha256="ab" * 32, size=1)
        assert [one["text"] for one in book(client)["notes"]] == ["kept by PostgreSQL"]
        assert client.get(f"{CASE}/journal/verdict").json()["intact"]
        assert client.get(f"{API}/cases").json()["cases"][0]["entries"] == book(client)["entries"]


def test_acts_at_the_same_time_are_all_kept_one_after_another(
    demo: DemoFolder, bench: OpenBench, place: str
) -> None:
    app = kept_app(demo, bench, place)

    def note(number: int) -> int:
        with signed_in(app) as client:
            return int(added(client, "notes", text=f"note {number}")["entry"])

    with ThreadPoolExecutor(6) as people:
        entries = list(people.map(note, range(12)))
    with signed_in(app) as client:
        assert sorted(entries) == list(range(min(entries), min(entries) + 12))
        assert len(book(client)["notes"]) == 12
        assert client.get(f"{CASE}/journal/verdict").json()["intact"]


def test_a_journal_that_was_changed_is_shown_by_no_page(client: TestClient, place: str) -> None:
    import sqlite3  # noqa: PLC0415 -- only this test writes past the keeper

    added(client, "notes", text="as it was written")
    with sqlite3.connect(place) as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET data = replace(data, 'as it was', 'as it is') WHERE seq > 3")
    told = client.get(f"{CASE}/book")
    assert told.status_code == 503
    assert "not what was written" in told.json()["detail"]
    assert client.get(f"{CASE}/journal/verdict").json()["intact"] is False
    assert client.get(f"{API}/cases").status_code == 200
