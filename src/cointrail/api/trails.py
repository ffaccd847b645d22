"""Routes of trails: traces of value, peel chains, accounts, and why two scripts are together.

They are POST, as what is asked about must not stand in an address that something may log.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.judged import judgements_of
from cointrail.api.paging import MOST_ROWS, ROWS
from cointrail.api.server import TheServer, listed
from cointrail.api.shapes import as_json, model_of
from cointrail.api.things import LONGEST_NAME
from cointrail.lookups.account import AccountView
from cointrail.lookups.explain import ExplainView
from cointrail.lookups.peel_views import PeelView
from cointrail.lookups.trace_views import TraceView
from cointrail.tracing.bounds import MILLION, Bounds
from cointrail.tracing.policy import Policy
from cointrail.workbench import PeelLimits, Tier

MOST_SEEDS = 10_000
MOST_SECONDS = 60.0
"""Of one request. A trace that needs more belongs on the command line."""
SECONDS = 20.0
MOST_CLAIMS = 1_000
MOST_HOPS = 10_000
MOST_OUTPUTS = 1_000_000

routes = APIRouter(tags=["trails"])

Named = Annotated[str, Field(max_length=LONGEST_NAME)]


class AskTrace(Ask):
    """A trace: where from, which way, by which policies, how far."""

    seeds: Annotated[list[Named], Field(min_length=1, max_length=MOST_SEEDS)]
    direction: Literal["forward", "backward"]
    policies: Annotated[
        list[Policy], Field(min_length=1, description="There is no default: it decides what is found.")
    ]
    max_hops: Annotated[int, Field(ge=0, le=MOST_HOPS)] = 1_000
    max_outputs: Annotated[int, Field(ge=1, le=MOST_OUTPUTS)] = 100_000
    min_value_sat: Annotated[int, Field(ge=0, lt=2**53)] = 0
    min_share_ppm: Annotated[int, Field(ge=0, le=MILLION)] = 0
    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS)] = SECONDS
    page: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


class AskPeel(Ask):
    """A peel chain from one output."""

    output: Named
    direction: Literal["forward", "backward"] = "forward"
    max_hops: Annotated[int, Field(ge=0, le=MOST_HOPS)] = 1_000
    min_value_sat: Annotated[int, Field(ge=0, lt=2**53)] = 0
    weakest: Literal["T1", "T3", "T4"] = "T3"
    through_joins: bool = False
    through_sweeps: bool = True
    max_chains: Annotated[int, Field(ge=1, le=100)] = 1


class AskExplain(Ask):
    """Two things that may be one hand's."""

    a: Named
    b: Named
    case: Annotated[
        str | None, Field(max_length=100, description="Name of a kept case, whose judgements hold.")
    ] = None


class AskAccount(Ask):
    """Claims on a cluster's balance."""

    cluster: Named
    claims: Annotated[
        list[Named], Field(min_length=1, max_length=MOST_CLAIMS, description="Outputs to it, `txid:vout`.")
    ]
    page: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


@routes.post("/traces", response_model=model_of(TraceView, listing=True))
def trace(server: TheServer, ask: AskTrace) -> Response:
    """Where value went, or where it came from. Every branch ends with a named reason, its time limit too."""
    bounds = Bounds(
        max_hops=ask.max_hops,
        max_outputs=ask.max_outputs,
        min_value_sat=ask.min_value_sat,
        min_share_ppm=ask.min_share_ppm,
        seconds=ask.seconds,
    )
    return listed(
        server,
        f"trace {ask.model_dump_json(exclude={'page', 'limit'})}",
        ask.page,
        lambda start: server.bench.trace(
            ask.seeds,
            forward=ask.direction == "forward",
            policies=tuple(dict.fromkeys(ask.policies)),
            bounds=bounds,
            start=start,
            limit=ask.limit,
        ),
    )


@routes.post("/peels", response_model=model_of(PeelView))
def peel(server: TheServer, ask: AskPeel) -> Response:
    """A coin hop by hop, as long as change can be told."""
    limits = PeelLimits(
        max_hops=ask.max_hops,
        min_value_sat=ask.min_value_sat,
        weakest=Tier[ask.weakest],
        through_joins=ask.through_joins,
        through_sweeps=ask.through_sweeps,
        max_chains=ask.max_chains,
    )
    return as_json(server.bench.peel(ask.output, backward=ask.direction == "backward", limits=limits))


@routes.post("/explanations", response_model=model_of(ExplainView))
def explain(server: TheServer, ask: AskExplain) -> Response:
    """What joins two scripts, one transaction a step, or that nothing does; under a case's judgements too."""
    return as_json(server.bench.explain(ask.a, ask.b, judgements=judgements_of(server, ask.case)))


@routes.post("/accounts", response_model=model_of(AccountView, listing=True))
def account(server: TheServer, ask: AskAccount) -> Response:
    """What is left of claims on a balance in which moneys mix, by four conventions."""
    return listed(
        server,
        f"account {ask.model_dump_json(exclude={'page', 'limit'})}",
        ask.page,
        lambda start: server.bench.account(ask.cluster, claims=ask.claims, start=start, limit=ask.limit),
    )
