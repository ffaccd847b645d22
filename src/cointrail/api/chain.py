"""Routes of the chain: how far the store reaches, blocks, and what a pasted line names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.paging import ROWS, Limit, PageToken
from cointrail.api.server import TheServer, listed
from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.errors import EmptyStore
from cointrail.lookups.block import BlockView
from cointrail.lookups.recognise import LONGEST_LINE, Recognised
from cointrail.lookups.status import StoreStatus

MOST_LINES = 10_000

routes = APIRouter(tags=["chain"])

StatusModel = model_of(StoreStatus)
RecognisedModel = model_of(Recognised)


class Status(Shape):
    """What the store holds, and whether answers keep up with it."""

    network: str
    path: str = Field(description="Folder of the store.")
    store: StatusModel | None = Field(description="Null: it has no block yet.")  # type: ignore[valid-type]
    behind: bool = Field(description="The store holds a newer state; its clusters are being built.")
    trouble: str | None = Field(description="Why moving on to it failed.")


class AskSearch(Ask):
    """Lines to recognise."""

    lines: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_LINE)]], Field(min_length=1, max_length=MOST_LINES)
    ]


class Found(Shape):
    """A verdict for each line, in the order given."""

    lines: list[RecognisedModel]  # type: ignore[valid-type]


@routes.get("/status", response_model=Status)
def status(server: TheServer) -> Response:
    """How far the store reaches, and its tip."""
    bench = server.bench
    try:
        store = bench.status()
    except EmptyStore:
        store = None
    return as_json(
        {
            "network": bench.network,
            "path": bench.store,
            "store": store,
            "behind": bench.behind,
            "trouble": bench.trouble,
        }
    )


@routes.post("/search", response_model=Found)
def search(server: TheServer, ask: AskSearch) -> Response:
    """What each line names: an address, an outpoint, a transaction, a block; and whether it is there."""
    return as_json({"lines": server.bench.recognise(ask.lines)})


@routes.get("/blocks/{name}", response_model=model_of(BlockView, listing=True))
def block(
    server: TheServer,
    name: Annotated[str, Path(max_length=100, description="Height or hash.")],
    page: PageToken = None,
    limit: Limit = ROWS,
) -> Response:
    """A block and its transactions."""
    return listed(
        server,
        f"block {name}",
        page,
        lambda start: server.bench.show_block(name, start=start, limit=limit),
    )
