"""A server over the demo's store whose case is kept, on a database of the test's own."""

from __future__ import annotations

from pathlib import Path

from cointrail.api.app import serve_app
from cointrail.api.guard import Guard
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.workbench import CaseBench, OpenBench
from cointrail.workbench.case_folder import CaseFolder
from support.api_client import HOST, TOKEN
from support.demo_world import DemoFolder

WHO = "Kim Analyst"
NAME = "DEMO-1"
"""Of the demo's case, whose reference it is."""


def kept_app(demo: DemoFolder, bench: OpenBench, place: str, work: Path | None = None) -> Guard:
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
    )
    return serve_app(server, token=TOKEN, hosts=[HOST])
