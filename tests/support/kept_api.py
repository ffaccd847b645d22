"""A server over the demo's store whose case is kept, on a database of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.guard import Guard
from cointrail.api.heavy import HeavyRoom
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.workbench import CaseBench, OpenBench
from cointrail.workbench.case_folder import CaseFolder
from support.api_client import API, HOST, TOKEN
from support.demo_world import DemoFolder

WHO = "Kim Analyst"
NAME = "DEMO-1"
"""Of the demo's case, whose reference it is."""
CASE = f"{API}/cases/{NAME}"


def kept_app(
    demo: DemoFolder, bench: OpenBench, place: str, work: Path | None = None, room: HeavyRoom | None = None
) -> Guard:
    """The application over an open store; the demo's case is kept and was run."""
    with CaseBench(place, WHO) as cases:
        cases.take_file(demo.case, network="regtest")
    server = Server(
        bench=bench,
        pages=Pages(b"key"),
        cases={"demo": CaseFolder(demo.path / "case")},
        place=place,
        who=WHO,
        prices=(demo.prices,),
        work=work,
        room=room or HeavyRoom(),
    )
    return serve_app(server, token=TOKEN, hosts=[HOST])


def added(client: TestClient, path: str, **ask: Any) -> dict[str, Any]:
    """Put something on the case; it must be taken."""
    told = client.post(f"{CASE}/{path}", json=ask)
    assert told.status_code == 201, told.text
    found: dict[str, Any] = told.json()
    return found


def refused(client: TestClient, path: str, **ask: Any) -> str:
    """The sentence with which something is refused; the journal stays as it was."""
    return refused_as(client, 422, path, **ask)


def refused_as(client: TestClient, status: int, path: str, **ask: Any) -> str:
    """The same, with another status."""
    before = client.get(f"{CASE}/journal").json()["head"]
    told = client.post(f"{CASE}/{path}", json=ask)
    assert told.status_code == status, told.text
    assert told.headers["content-type"] == "application/problem+json"
    assert client.get(f"{CASE}/journal").json()["head"] == before
    return str(told.json()["detail"])


def book(client: TestClient) -> dict[str, Any]:
    """The case as it stands."""
    found: dict[str, Any] = client.get(f"{CASE}/book").json()
    return found
