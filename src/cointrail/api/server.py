"""What every route of one server shares, and how a route gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from cointrail.api.paging import Pages
from cointrail.workbench import OpenBench
from cointrail.workbench.case_folder import CaseFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One running server.

    Attributes:
        bench: answers from the store.
        pages: makes and reads page tokens.
        cases: finished case runs, by the name that paths give them.
    """

    bench: OpenBench
    pages: Pages
    cases: dict[str, CaseFolder] = field(default_factory=dict)


def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


TheServer = Annotated[Server, Depends(_server)]
"""A route names its server by this type."""
