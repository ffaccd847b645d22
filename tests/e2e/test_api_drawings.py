"""Drawings of a case over the API: drafts are never written over unseen, what is put on the case stays."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from cointrail.journal import drafts
from cointrail.workbench import CaseBench, OpenBench
from support.api_client import signed_in
from support.demo_world import DemoFolder
from support.kept_api import CASE, NAME, WHO, added, book, kept_app, refused_as

NODE = {
    "kind": "node", "id": "tx a", "level": "transactions", "concept": "transaction", "x": 0.5, "y": -160,
    "name": "a", "lines": ["a"], "sat": 5_000, "time": "2017-01-01T00:00:00Z", "certainty": "fact",
    "claims": [], "says": ["<script>alert(1)</script>", "거래소 \u202e"], "hidden": False, "note": "mine",
    "carried": {"fifo": 7, "poison": "9007199254740993"},
}  # fmt: skip
EDGE = {
    "kind": "edge", "id": "e", "level": "transactions", "from": "tx a", "to": "tx a",
    "certainty": "inference", "label": "T3", "sat": "9007199254740993", "time": None, "says": "",
    "hidden": True, "hops": ["a"], "folds": [],
}  # fmt: skip
DRAWING: dict[str, Any] = {
    "format": "cointrail-graph",
    "version": 1,
    "title": "Case 1",
    "bases": [],
    "log": {
        "steps": [
            {
                "title": "draw",
                "at": "2024-01-01T00:00:00.000Z",
                "changes": [
                    {"id": "tx a", "before": None, "after": NODE},
                    {"id": "e", "before": EDGE, "after": None},
                ],
            }
        ],
        "done": 1,
    },
}


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> str:
    return str(tmp_path / "cases.db")


@pytest.fixture(name="client")
def _client(demo: DemoFolder, bench: OpenBench, place: str) -> Iterator[TestClient]:
    with signed_in(kept_app(demo, bench, place)) as client:
        yield client


def keep(client: TestClient, follows: int, name: str = "Drawing 1", **changed: Any) -> Any:
    """Keep a draft; the answer, whatever it is."""
    ask = {"follows": follows, "drawing": {**DRAWING, **changed}}
    return client.put(f"{CASE}/drafts/{quote(name)}", json=ask)


def test_a_draft_comes_back_as_it_was_drawn(client: TestClient) -> None:
    told = keep(client, 0)
    assert told.status_code == 200
    assert (told.json()["version"], told.json()["by"]) == (1, WHO)
    found = client.get(f"{CASE}/drafts/Drawing 1").json()
    assert found.pop("drawing") == DRAWING
    assert found == told.json() == client.get(f"{CASE}/drafts").json()["drafts"][0]


def test_a_newer_draft_is_never_written_over(client: TestClient) -> None:
    keep(client, 0, title="first")
    keep(client, 1, title="of the other tab")
    for follows in (0, 1, 3):
        told = keep(client, follows, title="of this tab")
        assert (told.status_code, told.json()["facts"]["version"]) == (409, 2)
    assert client.get(f"{CASE}/drafts/Drawing 1").json()["drawing"]["title"] == "of the other tab"
    assert keep(client, 0, "of this tab").status_code == 200


def test_a_draft_is_no_entry_until_it_is_put_on_the_case(client: TestClient) -> None:
    before = book(client)
    kept = keep(client, 0).json()
    assert book(client) == before
    told = added(client, "drawings", draft="Drawing 1", version=1, note="the way to the exchange")
    (record,) = book(client)["drawings"]
    assert (record["number"], record["name"], record["result"]) == (1, "Drawing 1", kept["sha256"])
    assert told["number"] == 1


def test_a_drawing_on_the_case_stays_while_its_draft_goes_on(client: TestClient) -> None:
    keep(client, 0)
    added(client, "drawings", draft="Drawing 1", version=1)
    keep(client, 1, title="another")
    assert client.get(f"{CASE}/drawings/1").json()["drawing"] == DRAWING
    refused_as(client, 409, "drawings", draft="Drawing 1", version=1)
    added(client, "drawings", draft="Drawing 1", version=2)
    assert client.get(f"{CASE}/drawings/2").json()["drawing"]["title"] == "another"


def test_a_draft_is_removed_and_what_was_put_on_the_case_from_it_stays(client: TestClient) -> None:
    keep(client, 0)
    keep(client, 0, "another")
    added(client, "drawings", draft="Drawing 1", version=1)
    draft = f"{CASE}/drafts/Drawing 1"
    assert client.delete(draft, params={"version": 2}).status_code == 409
    told = client.delete(draft, params={"version": 1}).json()
    assert [one["name"] for one in told["drafts"]] == ["another"]
    assert client.delete(draft, params={"version": 1}).status_code == 404
    assert client.get(f"{CASE}/drawings/1").json()["drawing"] == DRAWING


def test_drawings_on_a_case_leave_with_it_and_its_journal_verifies(
    client: TestClient, place: str, tmp_path: Path
) -> None:
    keep(client, 0)
    added(client, "drawings", draft="Drawing 1", version=1)
    with CaseBench(place, WHO) as cases:
        assert cases.verify(NAME).intact
        assert "drawings/0001.graph.json" in cases.export(NAME, tmp_path / "out")
        (record,) = cases.case(NAME).drawings
    data = (tmp_path / "out" / "drawings" / "0001.graph.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == record.result


def test_what_is_no_drawing_is_refused(client: TestClient) -> None:
    wrong = []
    for path, value in (
        (("format",), "other"),
        (("version",), 2),
        (("log", "done"), 2),
        (("log", "steps", 0, "changes", 0, "id"), "tx b"),
        (("log", "steps", 0, "changes", 0, "after", "kind"), "hub"),
        (("log", "steps", 0, "changes", 0, "after", "href"), "https://example.org"),
        (("log", "steps", 0, "changes", 0, "after", "sat"), -1),
        (("log", "steps", 0, "changes", 0, "after", "says"), ["x" * 20_001]),
    ):
        drawing = copy.deepcopy(DRAWING)
        part: Any = drawing
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        wrong.append(drawing)
    for drawing in wrong:
        told = client.put(f"{CASE}/drafts/x", json={"follows": 0, "drawing": drawing})
        assert told.status_code == 422
    assert client.get(f"{CASE}/drafts").json() == {"drafts": []}


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get(f"{CASE}/drafts/none").status_code == 404
    assert client.get(f"{CASE}/drawings/1").status_code == 404
    refused_as(client, 404, "drawings", draft="none", version=1)


def test_a_case_has_so_many_drafts_and_no_more(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    assert [keep(client, 0, name).status_code for name in ("거래소", "b?", "c")] == [200, 200, 422]
    assert keep(client, 1, "거래소").status_code == 200
