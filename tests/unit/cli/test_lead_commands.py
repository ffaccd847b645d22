from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.lead_desks import LeadDesk, lead_desk


@pytest.fixture(name="desk")
def _desk(demo: DemoFolder, tmp_path: Path) -> LeadDesk:
    return lead_desk(demo, tmp_path)


def test_leads_are_listed_by_whom_to_ask_and_unknown_is_said(demo: DemoFolder) -> None:
    done = cointrail("case", "leads", "list", demo.path / "case", "--format", "json")
    rows = done.json()
    values = [row["paid_sat"] + row["deposited_sat"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert all(row["paid_same_hand_sat"] + row["paid_upstream_sat"] == row["paid_sat"] for row in rows)
    assert any(row["payments_upstream"] and row["paid_upstream_sat"] for row in rows)
    assert {row["contact"] for row in rows} == {"unknown"}
    assert "unknown" in cointrail("case", "leads", "list", demo.path / "case").out


def test_a_file_of_contacts_fills_in_whom_to_write_to(demo: DemoFolder, tmp_path: Path) -> None:
    name = cointrail("case", "leads", "list", demo.path / "case", "--format", "json").json()[0]["exchange"]
    contacts = tmp_path / "contacts.toml"
    contacts.write_text(
        f'[[contact]]\nexchange = {json.dumps(name)}\ncontact = "x@y"\n'
        'source = "a page"\nas_of = 2026-10-01\n'
    )
    args = ("case", "leads", "list", demo.path / "case", "--contacts", contacts, "--format", "json")
    first = cointrail(*args).json()[0]
    assert (first["contact"], first["contact_source"]) == ("x@y", "a page, 2026-10-01")


def test_a_packet_is_made_without_any_case_database(demo: DemoFolder, tmp_path: Path) -> None:
    args = ("case", "leads", "packet", demo.path / "case", "--out", tmp_path, "--ask", "preservation")
    made = cointrail(*args, "--format", "json").json()
    assert all((Path(one["folder"]) / "request.pdf").is_file() for one in made)
    assert {one["request"] for one in made} == {None}


def test_a_request_is_noted_sent_answered_and_shown(desk: LeadDesk, demo: DemoFolder) -> None:
    db, leads = ("--db", desk.database), ("case", "leads")
    assert cointrail(*leads, "status", "DEMO-1", 1, "sent", "--on", "2026-11-01", *db).code == 0
    args = (*leads, "answer", "DEMO-1", 1, desk.answer, "--packet", desk.packet, *db, "--on", "2026-12-01")
    taken = cointrail(*args, "--format", "json").json()
    assert (taken["accounts"], taken["not_asked"]) == (1, [])
    shown = cointrail(*leads, "status", "DEMO-1", *db, "--format", "json").json()
    assert "accounts" not in shown
    first = shown["requests"][0]
    assert (first["state"], first["on"], first["accounts"]) == ("answered", "2026-12-01", 1)
    private = cointrail(*leads, "status", "DEMO-1", "--accounts", *db, "--format", "json").json()
    assert [one["account"] for one in private["accounts"]] == ["77"]


def test_accounts_are_in_no_report_and_no_export_of_the_case(
    desk: LeadDesk, demo: DemoFolder, tmp_path: Path
) -> None:
    db = ("--db", desk.database)
    desk.answer.write_text(desk.answer.read_text().replace(",77,", ",secret-77,"))
    args = ("case", "leads", "answer", "DEMO-1", 1, desk.answer, "--packet", desk.packet, *db)
    assert cointrail(*args).code == 0
    report = ("case", "report", demo.path / "case", "--out", tmp_path / "r", "--case", "DEMO-1", *db)
    assert cointrail(*report).code == 0
    assert cointrail("case", "data", demo.path / "case", "--out", tmp_path / "d").code == 0
    assert cointrail("case", "export", "DEMO-1", "--out", tmp_path / "e", *db).code == 0
    files = [path for part in "rde" for path in (tmp_path / part).rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if b"secret-77" in path.read_bytes()]


def test_a_report_that_is_noted_is_known_again_by_its_digest(
    desk: LeadDesk, demo: DemoFolder, tmp_path: Path
) -> None:
    words = ("case", "report", demo.path / "case", "--out", tmp_path / "r", "--db", desk.database)
    done = cointrail(*words, "--case", "DEMO-1", "--record", "--format", "json").json()
    (digest,) = [one["sha256"] for one in done["files"] if one["name"] == "report.pdf"]
    shown = cointrail("case", "show", "DEMO-1", "--db", desk.database, "--format", "json").json()
    assert [(one["name"], one["result"]) for one in shown["outputs"]] == [("report.pdf", digest)]
    assert cointrail(*words, "--record").code == 2


def test_a_report_says_and_a_packet_refuses_what_the_case_has_moved_on_from(
    desk: LeadDesk, demo: DemoFolder, tmp_path: Path
) -> None:
    db = ("--db", desk.database)
    report = ("case", "report", demo.path / "case", "--out", tmp_path / "r", "--case", "DEMO-1", *db)
    assert "has changed" not in cointrail(*report).err
    assert cointrail("case", "judge", "DEMO-1", "no_link", "a" * 64, "--why", "a letter", *db).code == 0
    said = "1 judgement of the case is not in this run"
    assert said in cointrail(*report).err
    assert json.loads((tmp_path / "r" / "report.json").read_text())["changed"] == [said]
    packet = ("case", "leads", "packet", demo.path / "case", "--out", tmp_path / "p", "--ask", "disclosure")
    refused = cointrail(*packet, "--record", *db)
    assert (refused.code, said in refused.err) == (2, True)


def test_a_state_without_a_request_is_bad_usage(desk: LeadDesk) -> None:
    done = cointrail("case", "leads", "status", "DEMO-1", 1, "--db", desk.database)
    assert done.code == 2
    assert "a request and a state" in done.err


@pytest.mark.parametrize("command", ["report", "leads list"])
def test_a_folder_that_holds_no_case_is_refused_with_a_hint(command: str, tmp_path: Path) -> None:
    done = cointrail("case", *command.split(), tmp_path)
    assert done.code == 2
    assert "case run --out" in done.err
