"""What every route of one server shares, and how a route gets it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cointrail.api.heavy import HeavyRoom, TimeLimit
from cointrail.api.paging import Pages, Part
from cointrail.api.shapes import with_tokens
from cointrail.errors import ChainMoved
from cointrail.jobs.desk import JobDesk
from cointrail.lookups.views import LookupBasis, Page
from cointrail.workbench import OpenBench
from cointrail.workbench.case_folder import CaseFolder

T = TypeVar("T")

CLOSED_REQUEST = 499
"""Of a request whose sender left; nobody reads it. nginx's number."""


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
        room: lets heavy requests work, a few at a time.
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
    room: HeavyRoom = field(default_factory=HeavyRoom)


async def _server(request: Request) -> Server:
    """Async, as everything else would wait for a thread only to look here."""
    server: Server = request.app.state.server
    return server


class Listed(Protocol):
    """An answer that shows a part of a list."""

    @property
    def page(self) -> Part:
        """Which part."""
        ...


L = TypeVar("L", bound=Listed)


def listed(
    server: Server,
    what: str,
    page: str | None,
    ask: Callable[[int], L],
    *,
    tokens: Callable[[L], Mapping[str, str | None]] | None = None,
    rests: Callable[[L], str] | None = None,
) -> Response:
    """Answer with the part of a list that a page token asks for, and the token of the part after it.

    All parts of a list are of one state of the chain and its clusters, that of the first.

    Args:
        server: makes and reads tokens.
        what: names the list; a token of another one is refused.
        page: the token; None: the first part.
        ask: given the first row, looks the part up.
        tokens: what else the answer can be gone on with, by name; None: nothing.
        rests: what must be the same for all parts, beside the chain; None: nothing.

    Raises:
        BadInput: the token is none of this list.
        ChainMoved: the list was begun on another state.
    """
    start, begun = (0, None) if page is None else server.pages.start(page, what)
    found = ask(start)
    state = _state_of(found, "" if rests is None else rests(found))
    _require_same(begun, state)
    also = {} if tokens is None else tokens(found)
    return with_tokens(found, next_page=server.pages.following(found.page, what, state), **also)


def _state_of(found: object, more: str) -> str:
    """Names the state that an answer rests on."""
    basis = getattr(found, "basis", None)
    chain = f"{basis.store_digest} {basis.clusters_digest}" if isinstance(basis, LookupBasis) else ""
    return sha256(f"{chain}\n{more}".encode()).hexdigest()[:16]


def _require_same(begun: str | None, state: str) -> None:
    if begun is not None and begun != state:
        raise ChainMoved(
            "the chain, what is said of its clusters, or where time ended a walk, has changed since this "
            "list was begun: the rest would not fit what is shown",
            hint="ask for the list anew, without `page`",
        )


def listed_whole(
    server: Server,
    what: str,
    page: str | None,
    limit: int,
    *,
    rows: Sequence[T],
    name: str,
    line: Callable[[T], object],
    key: Callable[[T], object],
) -> Response:
    """The same of a list that is at hand whole.

    Args:
        server: makes and reads tokens.
        what: names the list.
        page: the token; None: the first part.
        limit: rows of the part.
        rows: the list.
        name: under which its part stands in the answer.
        line: a row as it is answered; asked for those alone that are shown.
        key: names a row; other rows make another list.

    Raises:
        BadInput: the token is none of this list.
        ChainMoved: the list has other rows than when it was begun.
    """
    state = sha256("\n".join(str(key(row)) for row in rows).encode()).hexdigest()[:16]
    start, begun = (0, None) if page is None else server.pages.start(page, what)
    _require_same(begun, state)
    shown = rows[start : start + limit]
    part = Page(start, len(shown), len(rows))
    answer = {"page": part, name: [line(one) for one in shown]}
    return with_tokens(answer, next_page=server.pages.following(part, what, state))


TheServer = Annotated[Server, Depends(_server)]
"""A route names its server by this type."""


@asynccontextmanager
async def heavy_place(server: Server, request: Request) -> AsyncIterator[TimeLimit]:
    """One of the places of heavy work, for a request whose sender still listens once it is free."""
    async with server.room.place() as limit:
        await _require_listener(request)
        yield limit


async def _heavy(server: TheServer, request: Request) -> AsyncIterator[TimeLimit]:
    async with heavy_place(server, request) as limit:
        yield limit


async def _require_listener(request: Request) -> None:
    """Who waited may have left; nothing is worked out for nobody."""
    await request.body()  # what it asks stands before the word that it left
    if await request.is_disconnected():
        raise HTTPException(CLOSED_REQUEST, "whoever asked has left")


LONGEST_PLAIN = 20
"""Digits of a number that is looked at before it is known to be one."""


def _is_at_most(text: str, light: int | None) -> bool:
    """Whether a number is plainly no more; any other way to write one, as `+9` or `9.0`, counts as more."""
    plain = len(text) <= LONGEST_PLAIN and text.isascii() and text.isdigit()
    return light is not None and plain and int(text) <= light


HEAVY = Depends(_heavy, scope="function")  # its place is free again before a slow reader has read
"""Of a route that may take long or take much memory: it waits for one of the places of heavy work."""
InTime = Annotated[TimeLimit, HEAVY]
"""The same, of a route whose work ends when its time is over."""


def heavy_above(name: str, light: int | None) -> Any:
    """`HEAVY` for those requests alone whose query asks for more than is light.

    Args:
        name: of the parameter.
        light: the most that is; None: only a request without it is light.
    """

    async def place(server: TheServer, request: Request) -> AsyncIterator[None]:
        asked = request.query_params.getlist(name)
        if all(_is_at_most(one, light) for one in asked):
            yield
            return
        async with heavy_place(server, request):
            yield

    return Depends(place, scope="function")
