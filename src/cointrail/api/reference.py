"""Routes of what is claimed and what things cost: the tags and the price tables that this server has."""

from __future__ import annotations

from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from cointrail.api.analyses import require_prices
from cointrail.api.asking import Ask
from cointrail.api.paging import MOST_ROWS, ROWS
from cointrail.api.server import Server, TheServer, listed
from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.attribution.load import load_tags
from cointrail.chain.network import get_network
from cointrail.journal.acts import FileRef
from cointrail.journal.state import CaseState
from cointrail.valuation.rate import Rate
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.case_of_run import GivenFiles
from cointrail.workbench.reference_views import (
    PriceFileLine,
    TagList,
    TagSummary,
    price_files,
    rate_on,
    rates_of,
    tag_list,
    tag_summary,
)
from cointrail.workbench.since_run import ServedFiles, since_run

routes = APIRouter(tags=["claims and prices"])

PriceModel = model_of(PriceFileLine)
RateModel = model_of(Rate)


class AskTags(Ask):
    """Tags that a text is in; an empty one is in all."""

    text: Annotated[str, Field(max_length=200)] = ""
    page: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


class Prices(Shape):
    """The price tables, in the order in which they are asked."""

    tables: list[PriceModel]  # type: ignore[valid-type]


class RateOnDay(Shape):
    """A rate at the end of a day, UTC; null where no table has one."""

    rate: RateModel | None  # type: ignore[valid-type]


@routes.get("/tags", response_model=model_of(TagSummary))
def tags(server: TheServer) -> Response:
    """The tag files that lie over every answer, and what became of their rows."""
    return as_json(tag_summary(server.bench.tags))


@routes.post("/tags/search", response_model=model_of(TagList, listing=True))
def search_tags(server: TheServer, ask: AskTags) -> Response:
    """Tags by a text in their subject, label, actor, category or source."""
    return listed(
        server,
        f"tags {ask.text}",
        ask.page,
        lambda start: tag_list(server.bench.tags, ask.text, start=start, limit=ask.limit),
    )


@routes.get("/prices", response_model=Prices)
def prices(server: TheServer) -> Response:
    """The price tables."""
    return as_json({"tables": price_files(server.prices)})


@routes.get("/prices/{currency}/{day}", response_model=RateOnDay)
def rate(
    server: TheServer,
    currency: Annotated[str, Path(pattern="^[A-Z]{3}$", description="ISO 4217 code.")],
    day: Annotated[date, Path(description="UTC.")],
) -> Response:
    """What one bitcoin was worth at the end of a day, who says so, and by which convention."""
    require_prices(server)
    return as_json({"rate": rate_on(server.prices, currency, day)})


def served_files(server: Server, kind: Literal["tags", "prices"]) -> list[FileRef]:
    """The files of a kind that this server has, as cases name them."""
    if kind == "prices":
        lines = price_files(server.prices)
        return [
            FileRef(str(path.resolve()), one.sha256) for path, one in zip(server.prices, lines, strict=True)
        ]
    found = server.bench.tags
    return (
        []
        if found is None
        else [FileRef(str(FilePath(one.path).resolve()), one.sha256) for one in found.files]
    )


def changes_of(server: Server, run: CaseFolder, kept: CaseState | None) -> tuple[str, ...]:
    """How a kept case differs from what its last run rests on, a sentence each."""
    if kept is None:
        return ()
    tags = () if server.bench.tags is None else server.bench.tags.files
    served = ServedFiles(tags=tuple(FilePath(one.path) for one in tags), prices=server.prices)
    return since_run(run.basis, kept, served)


def given_files(server: Server, kind: Literal["tags", "prices"]) -> GivenFiles:
    """The same with the digest that a run has for all of them together."""
    if kind == "prices":
        digest = rates_of(server.prices).digest
    else:
        digest = (server.bench.tags or load_tags((), get_network(server.bench.network))).digest
    return GivenFiles(digest, tuple(served_files(server, kind)))
