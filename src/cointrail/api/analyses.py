"""Routes of one transaction looked at closely: as every rule reads it, and as a join."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.server import HEAVY, Server, TheServer
from cointrail.api.shapes import as_json, model_of
from cointrail.api.things import TxName
from cointrail.errors import NotFound
from cointrail.lookups.coinjoin import JoinView
from cointrail.lookups.tx_analysis import TxAnalysis
from cointrail.workbench import join_options

MOST_COMMON = 100
MOST_STEPS = 10_000_000
"""Of the analysis of a join; some seconds."""

routes = APIRouter(tags=["transactions"])

Currency = Annotated[
    str | None,
    Query(pattern="^[A-Z]{3}$", description="ISO 4217 code: look also for amounts that are round in it."),
]


class AskJoin(Ask):
    """How to read the amounts of a join, and how far to count."""

    at: Annotated[int | None, Field(ge=0, lt=2**31, description="Count later knowledge up to here.")] = None
    merge_inputs: Annotated[bool, Field(description="Take inputs of one script as one.")] = True
    fee_as_output: Annotated[bool, Field(description="Take the fee as one more output, of one party.")] = (
        False
    )
    fee_only: Annotated[
        bool, Field(description="Whether a party may do no more than pay towards the fee.")
    ] = True
    maker_fee: Annotated[
        int | None,
        Field(ge=0, lt=2**53, description="Satoshi that one may pay another; null: as JoinMarket's limits."),
    ] = None
    common: Annotated[
        tuple[Annotated[int, Field(ge=0, lt=2**31)], ...],
        Field(max_length=MOST_COMMON, description="Outputs that all paid together."),
    ] = ()
    steps: Annotated[int | None, Field(ge=1, le=MOST_STEPS, description="Give a count up after so many.")] = (
        None
    )


@routes.get("/transactions/{txid}/analysis", response_model=model_of(TxAnalysis))
def transaction_analysis(server: TheServer, txid: TxName, currency: Currency = None) -> Response:
    """A transaction as every rule reads it; with a currency also by the server's price tables."""
    if currency is None:
        return as_json(server.bench.analyse_tx(txid))
    require_prices(server)
    return as_json(server.bench.analyse_tx(txid, prices=server.prices, currency=currency))


@routes.get("/transactions/{txid}/join", response_model=model_of(JoinView), dependencies=[HEAVY])
def transaction_join(server: TheServer, txid: TxName, ask: Annotated[AskJoin, Query()]) -> Response:
    """A join: its amounts, and among how many its outputs hide; within its time limit."""
    options = join_options(**ask.model_dump(exclude={"at"}), seconds=None)
    return as_json(server.bench.analyse_join(txid, options=options, at=ask.at))


def require_prices(server: Server) -> None:
    """Refuse to value anything without a price table.

    Raises:
        NotFound: this server has none.
    """
    if not server.prices:
        raise NotFound("this server has no price table", hint="start it with `--prices FILE`")
