"""A server over the demo's store and case, asked in process as a browser or a program asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.guard import Guard
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.queue import JobQueue, home_of
from cointrail.jobs.runs import Runs
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import OpenBench
from cointrail.workbench.case_bench import open_keeper
from cointrail.workbench.case_folder import CaseFolder
from support.demo_world import DemoFolder

TOKEN = "the token of these tests"
HOST = "127.0.0.1:8350"
BASE = f"http://{HOST}"
API = "/api/v1"


def demo_app(demo: DemoFolder, shop: Shop | None = None, *, store: Path | None = None) -> Guard:
    """The application over the demo's store, with its tags and its case; with a shop it takes jobs.

    Args:
        demo: the demo.
        shop: with one it takes jobs and keeps cases.
        store: another store than the demo's.
    """
    work, told = None if shop is None else WorkFolder(shop.work), {"demo": CaseFolder(demo.path / "case")}
    desk = None
    if shop is not None and work is not None:
        queue = JobQueue(open_keeper(shop.place), home_of(work.path, shop.store))
        desk = JobDesk(queue=queue, folder=work, has_blocks=shop.blocks is not None)
    server = Server(
        bench=OpenBench(store or demo.store, tags=[demo.tags]),
        pages=Pages(b"key"),
        cases=Runs(told, work),
        place=None if shop is None else shop.place,
        who="ann",
        prices=() if shop is None else shop.prices,
        work=None if work is None else work.path,
        jobs=desk,
    )
    return serve_app(server, token=TOKEN, hosts=[HOST])


@contextmanager
def signed_in(app: Guard) -> Iterator[TestClient]:
    """A program that sends the token with everything it asks."""
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        yield client


def pages_of(client: TestClient, path: str, name: str, limit: int) -> list[Any]:
    """A list that is fetched in parts of so many rows, put together."""
    found: list[Any] = []
    page: dict[str, str] = {}
    while True:
        told = client.get(path, params={"limit": limit, **page}).json()
        assert told["page"]["start"] == len(found)
        assert told["page"]["shown"] == len(told[name]) <= limit
        found += told[name]
        if told["next_page"] is None:
            assert told["page"]["total"] == len(found)
            return found
        page = {"page": told["next_page"]}
