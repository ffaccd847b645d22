"""Routes of trails: traces of value, peel chains, accounts, and why two scripts are together.

They are POST, as what is asked about must not stand in an address that something may log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cointrail.api.analyses import require_prices
from cointrail.api.asking import Ask
from cointrail.api.judged import judgements_of
from cointrail.api.paging import LONGEST_TOKEN, MOST_ROWS, ROWS
from cointrail.api.resuming import Resumed, Token, as_much_again, read_resume, resume_token
from cointrail.api.server import HEAVY, Server, TheServer, listed
from cointrail.api.shapes import as_json, model_of, with_tokens
from cointrail.api.things import LONGEST_NAME
from cointrail.heuristics.peel import PeelStop
from cointrail.lookups.account import AccountView
from cointrail.lookups.explain import ExplainView
from cointrail.lookups.peel_views import PeelView
from cointrail.lookups.trace_views import TraceView
from cointrail.tracing.bounds import MILLION, Bounds
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.workbench import PeelLimits, Tier
from cointrail.workbench.exhibit_questions import DAY_S

MOST_SEEDS = 10_000
MOST_SECONDS = 60.0
"""Of one request, for each policy by itself. A trace that needs more can be resumed."""
SECONDS = 20.0
PER_POLICY = f"For each policy by itself; all of them together have at most {MOST_SECONDS:g}."
MOST_CLAIMS = 1_000
MOST_HOPS = 10_000
STEPS = 2_000
"""Links of one proof when nobody says more: some tenths of a second."""
MOST_STEPS = 50_000
"""The same at most: in some ten seconds."""
MOST_CHAINS = 100
"""Of one output, with those of its branches."""
MOST_OUTPUTS = 1_000_000
"""Of one trace, however often it is resumed. More belongs on the command line."""

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
    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS, description=PER_POLICY)] = SECONDS
    page: Annotated[str | None, Field(max_length=LONGEST_TOKEN)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


class AskTraceResume(Ask):
    """How much further a trace is to go than it came."""

    token: Token
    more_outputs: Annotated[
        int | None,
        Field(
            ge=0,
            le=MOST_OUTPUTS,
            description="Null: as many again, where the bound on outputs was met, else none.",
        ),
    ] = None
    seconds: Annotated[float | None, Field(gt=0, le=MOST_SECONDS, description="Null: as many as before.")] = (
        None
    )
    page: Annotated[str | None, Field(max_length=LONGEST_TOKEN)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


class AskPeel(Ask):
    """A peel chain from one output."""

    output: Named
    direction: Literal["forward", "backward"] = "forward"
    max_hops: Annotated[int, Field(ge=0, le=MOST_HOPS)] = 1_000
    min_value_sat: Annotated[int, Field(ge=0, lt=2**53)] = 0
    max_gap_days: Annotated[
        int | None,
        Field(ge=0, le=100_000, description="End where a coin lay longer; null: however long it lay."),
    ] = None
    weakest: Literal["T1", "T3", "T4"] = "T3"
    through_joins: bool = False
    through_sweeps: bool = True
    max_chains: Annotated[int, Field(ge=1, le=MOST_CHAINS)] = 1
    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS, description="For all chains.")] = SECONDS
    currency: Annotated[
        str | None, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code: value what was peeled off.")
    ] = None


class AskPeelResume(Ask):
    """How much further peel chains are to go than they came."""

    token: Token
    more_hops: Annotated[
        int | None,
        Field(ge=0, le=MOST_HOPS, description="Null: as many again, where a chain met the bound, else none."),
    ] = None
    more_chains: Annotated[
        int | None,
        Field(ge=0, le=MOST_CHAINS, description="Null: as many again, where a branch is left, else none."),
    ] = None
    seconds: Annotated[float | None, Field(gt=0, le=MOST_SECONDS, description="Null: as many as before.")] = (
        None
    )


class AskExplain(Ask):
    """Two things that may be one hand's."""

    a: Named
    b: Named
    most_steps: Annotated[
        int, Field(ge=1, le=MOST_STEPS, description="Links in a row to be told; refused where it takes more.")
    ] = STEPS
    case: Annotated[
        str | None, Field(max_length=100, description="Name of a kept case, whose judgements hold.")
    ] = None


class AskAccount(Ask):
    """Claims on a cluster's balance."""

    cluster: Named
    claims: Annotated[
        list[Named], Field(min_length=1, max_length=MOST_CLAIMS, description="Outputs to it, `txid:vout`.")
    ]
    page: Annotated[str | None, Field(max_length=LONGEST_TOKEN)] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = ROWS


@routes.post("/traces", response_model=model_of(TraceView, listing=True, resumes=True), dependencies=[HEAVY])
def trace(server: TheServer, ask: AskTrace) -> Response:
    """Where value went, or where it came from. Every branch ends with a named reason, its time limit too."""
    return _traced(server, ask)


@routes.post(
    "/traces/resume",
    response_model=model_of(TraceView, listing=True, resumes=True),
    dependencies=[HEAVY],
)
def resume_trace(server: TheServer, ask: AskTraceResume) -> Response:
    """Go on with a trace that its bound on outputs or time ended.

    It comes to what it would have been with the wider bounds from the start. Refused where the chain has
    another tip than the answer before rests on, and where the walk is kept no longer and time ends it before
    it is as far again.
    """
    before = read_resume(server.pages, ask.token, AskTrace)
    wider = before.wider(
        {"max_outputs": ask.more_outputs},
        {"max_outputs": MOST_OUTPUTS},
        seconds=ask.seconds or before.ask.seconds,
        page=ask.page,
        limit=ask.limit,
    )
    return _traced(server, wider, before)


def _traced(server: Server, ask: AskTrace, before: Resumed[AskTrace] | None = None) -> Response:
    each = seconds_each(ask.seconds, ask.policies)
    since = None if before is None else before.before(each, seconds_each(MOST_SECONDS, ask.policies))
    bounds = Bounds(
        max_hops=ask.max_hops,
        max_outputs=ask.max_outputs,
        min_value_sat=ask.min_value_sat,
        min_share_ppm=ask.min_share_ppm,
        seconds=each,
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
            before=since,
        ),
        tokens=lambda found: {
            "resume": resume_token(
                server.pages,
                ask,
                str(found.basis.tip_hash),
                _may_grow(ask, found),
                seconds=each + (before.seconds if before else 0.0),
                reached={run.policy.value: run.outputs for run in found.runs},
            )
        },
        rests=lambda found: " ".join(f"{run.policy} {run.outputs} {run.cut}" for run in found.runs),
    )


def seconds_each(seconds: float, policies: Sequence[Policy]) -> float:
    """What each policy has of them, so that a request takes no longer than `MOST_SECONDS`."""
    return min(seconds, MOST_SECONDS / len(set(policies)))


def _may_grow(ask: AskTrace, found: TraceView) -> dict[str, int]:
    """The bound on outputs, by how much it grows; nothing where no policy can go on."""
    cut = {run.cut for run in found.runs}
    more = as_much_again(ask.max_outputs, MOST_OUTPUTS) if Stop.OUTPUT_LIMIT in cut else 0
    return {"max_outputs": more} if more or Stop.TIME_LIMIT in cut else {}


@routes.post("/peels", response_model=model_of(PeelView, resumes=True), dependencies=[HEAVY])
def peel(server: TheServer, ask: AskPeel) -> Response:
    """A coin hop by hop, as long as change can be told."""
    return _peeled(server, ask)


@routes.post("/peels/resume", response_model=model_of(PeelView, resumes=True), dependencies=[HEAVY])
def resume_peel(server: TheServer, ask: AskPeelResume) -> Response:
    """Go on with peel chains that their bound on hops, chains or time ended; as with traces."""
    before = read_resume(server.pages, ask.token, AskPeel)
    wider = before.wider(
        {"max_hops": ask.more_hops, "max_chains": ask.more_chains},
        {"max_hops": MOST_HOPS, "max_chains": MOST_CHAINS},
        seconds=ask.seconds or before.ask.seconds,
    )
    return _peeled(server, wider, before)


def _peeled(server: Server, ask: AskPeel, before: Resumed[AskPeel] | None = None) -> Response:
    limits = PeelLimits(
        max_hops=ask.max_hops,
        min_value_sat=ask.min_value_sat,
        max_gap_s=None if ask.max_gap_days is None else ask.max_gap_days * DAY_S,
        weakest=Tier[ask.weakest],
        through_joins=ask.through_joins,
        through_sweeps=ask.through_sweeps,
        max_chains=ask.max_chains,
        seconds=ask.seconds,
    )
    if ask.currency is not None:
        require_prices(server)
    found = server.bench.peel(
        ask.output,
        backward=ask.direction == "backward",
        prices=() if ask.currency is None else server.prices,
        currency=ask.currency,
        limits=limits,
        before=None if before is None else before.before(ask.seconds, MOST_SECONDS),
    )
    resume = resume_token(
        server.pages,
        ask,
        str(found.basis.tip_hash),
        _chains_may_grow(ask, found),
        seconds=ask.seconds + (before.seconds if before else 0.0),
        reached={"hops": sum(chain.hops for chain in found.chains), "chains": len(found.chains)},
    )
    return with_tokens(found, resume=resume)


def _chains_may_grow(ask: AskPeel, found: PeelView) -> dict[str, int]:
    """The bounds on hops and chains, by how much they grow; nothing where no chain can go on."""
    stops = {chain.stop for chain in found.chains}
    hops = as_much_again(max(ask.max_hops, 1), MOST_HOPS) if PeelStop.HOP_LIMIT in stops else 0
    chains = as_much_again(ask.max_chains, MOST_CHAINS) if found.branches_left else 0
    may = hops or chains or PeelStop.TIME_LIMIT in stops
    return {"max_hops": hops, "max_chains": chains} if may else {}


@routes.post("/explanations", response_model=model_of(ExplainView), dependencies=[HEAVY])
def explain(server: TheServer, ask: AskExplain) -> Response:
    """What joins two scripts, one transaction a step, or that nothing does; under a case's judgements too."""
    judgements = judgements_of(server, ask.case)
    return as_json(server.bench.explain(ask.a, ask.b, judgements=judgements, most_steps=ask.most_steps))


@routes.post("/accounts", response_model=model_of(AccountView, listing=True), dependencies=[HEAVY])
def account(server: TheServer, ask: AskAccount) -> Response:
    """What is left of claims on a balance in which moneys mix, by four conventions."""
    return listed(
        server,
        f"account {ask.model_dump_json(exclude={'page', 'limit'})}",
        ask.page,
        lambda start: server.bench.account(ask.cluster, claims=ask.claims, start=start, limit=ask.limit),
    )
