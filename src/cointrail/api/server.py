"""What every route of one server shares, and how a route gets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.responses import Response

from cointrail.api.paging import Pages, Part
from cointrail.api.shapes import with_next
from cointrail.jobs.desk import JobDesk
from cointrail.workbench import OpenBench
from cointrail.workbench.case_folder import CaseFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One running server.

    Attributes:
        bench: answers from the store.
        pages: makes and reads page tokens.
        cases: finished case runs, by the name that paths give them; those of jobs as they come.
        place: the case database; None: no case is kept here.
        who: under whose name entries are made; None: as `CaseBench` finds it.
        contacts: the user's own file on exchanges; None: there is none.
        prices: price tables that cases may be valued by.
        work: where this server keeps what it makes; None: it makes nothing that outlives it.
        jobs: takes long work; None: this server takes none.
    """

    bench: OpenBench
    pages: Pages
    cases: Mapping[str, CaseFolder] = field(default_factory=dict)
    place: str | None = None
    who: str | None = None
    contacts: Path | None = None
    prices: tuple[Path, ...] = ()
    work: Path | None = None
    jobs: JobDesk | None = None


def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


class Listed(Protocol):
    """An answer that shows a part of a list."""

    @property
    def page(self) -> Part:
        """Which part."""
        ...


def listed(server: Server, what: str, page: str | None, ask: Callable[[int], Listed]) -> Response:
    """Answer with the part of a list that a page token asks for, and the token of the part after it.

    Args:
        server: makes and reads tokens.
        what: names the list; a token of another one is refused.
        page: the token; None: the first part.
        ask: given the first row, looks the part up.
    """
    found = ask(server.pages.start(page, what))
    return with_next(found, server.pages.following(found.page, what))


TheServer = Annotated[Server, Depends(_server)]
"""A route names its server by this type."""
