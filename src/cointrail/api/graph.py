"""Routes of drawings: transactions, relations, and what a trace carries, each with a budget.

They are POST, as what is asked about must not stand in an address that something may log.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cointrail.api.analyses import require_prices
from cointrail.api.asking import Ask
from cointrail.api.server import HEAVY, TheServer
from cointrail.api.shapes import as_json, model_of
from cointrail.api.trails import MOST_SECONDS, PER_POLICY, SECONDS, Named, seconds_each
from cointrail.lookups.graph_views import GraphFlow, GraphRelations, GraphTxs
from cointrail.lookups.relation_worths import RelationWorths
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.policy import Policy

MOST_TXIDS = 200
MOST_COINS = 100
"""Listed on each side of a transaction."""
MOST_NAMES = 20
MOST_COUNTERPARTIES = 100
MOST_LOOKED_AT = 10_000
"""Transactions of each name."""
MOST_CARRIED = 500

routes = APIRouter(prefix="/graph", tags=["graph"])

_Txids = Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=MOST_TXIDS)]


class AskGraphTxs(Ask):
    """Transactions to draw."""

    txids: _Txids
    keep: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...],
        Field(max_length=1_000, description="Outpoints that are listed though others are larger."),
    ] = ()
    skip: Annotated[
        int, Field(ge=0, lt=2**31, description="Of the largest coins, how many to pass over.")
    ] = 0
    limit: Annotated[int, Field(ge=0, le=MOST_COINS, description="Coins on each side.")] = 8


class AskRelations(Ask):
    """Addresses or clusters whose counterparties are to be drawn."""

    names: Annotated[list[Named], Field(min_length=1, max_length=MOST_NAMES)]
    of: Literal["clusters", "addresses"] = "clusters"
    limit: Annotated[int, Field(ge=1, le=MOST_COUNTERPARTIES)] = 10
    max_transactions: Annotated[int, Field(ge=1, le=MOST_LOOKED_AT)] = 1_000
    newest: bool = False


class AskRelationWorths(AskRelations):
    """The same in a currency."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code.")]


class AskGraphFlow(Ask):
    """A trace to draw."""

    seeds: Annotated[list[Named], Field(min_length=1, max_length=100)]
    direction: Literal["forward", "backward"] = "forward"
    policies: Annotated[
        list[Policy], Field(min_length=1, description="There is no default: it decides what is found.")
    ]
    max_hops: Annotated[int, Field(ge=0, le=1_000)] = 20
    max_outputs: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS, description=PER_POLICY)] = SECONDS
    limit: Annotated[int, Field(ge=1, le=MOST_CARRIED)] = 60


@routes.post("/transactions", response_model=model_of(GraphTxs), dependencies=[HEAVY])
def graph_transactions(server: TheServer, ask: AskGraphTxs) -> Response:
    """Transactions with their largest coins, how many more there are, and the verdicts on them."""
    return as_json(server.bench.graph_txs(ask.txids, keep=ask.keep, skip=ask.skip, limit=ask.limit))


@routes.post("/relations", response_model=model_of(GraphRelations), dependencies=[HEAVY])
def graph_relations(server: TheServer, ask: AskRelations) -> Response:
    """The largest counterparties of addresses or clusters, and what is left out."""
    return as_json(
        server.bench.graph_relations(
            ask.names,
            of_clusters=ask.of == "clusters",
            limit=ask.limit,
            most_txs=ask.max_transactions,
            newest=ask.newest,
        )
    )


@routes.post("/relations/worths", response_model=model_of(RelationWorths), dependencies=[HEAVY])
def relation_worths(server: TheServer, ask: AskRelationWorths) -> Response:
    """What passed between counterparties, each transaction at the rate of its block's time, and by whom."""
    require_prices(server)
    return as_json(
        server.bench.relation_worths(
            ask.names,
            server.prices,
            ask.currency,
            of_clusters=ask.of == "clusters",
            limit=ask.limit,
            most_txs=ask.max_transactions,
            newest=ask.newest,
        )
    )


@routes.post("/flows", response_model=model_of(GraphFlow), dependencies=[HEAVY])
def graph_flow(server: TheServer, ask: AskGraphFlow) -> Response:
    """What the outputs of a trace carry by each policy; the largest, and how many are left out."""
    seconds = seconds_each(ask.seconds, ask.policies)
    bounds = Bounds(max_hops=ask.max_hops, max_outputs=ask.max_outputs, seconds=seconds)
    return as_json(
        server.bench.graph_flow(
            ask.seeds,
            forward=ask.direction == "forward",
            policies=tuple(dict.fromkeys(ask.policies)),
            bounds=bounds,
            limit=ask.limit,
        )
    )
