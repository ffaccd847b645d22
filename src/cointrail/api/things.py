"""Routes of single things: addresses, transactions, clusters."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from cointrail.api.judged import UnderCase, bench_under
from cointrail.api.paging import ROWS, Limit, PageToken
from cointrail.api.server import TheServer, heavy_above, listed
from cointrail.api.shapes import as_json, model_of
from cointrail.lookups import cluster_neighbours as cluster_neighbours_of
from cointrail.lookups import neighbours
from cointrail.lookups.address import AddressView
from cointrail.lookups.address_txs import AddressTxs
from cointrail.lookups.balance import AddressBalance
from cointrail.lookups.balance_series import Every
from cointrail.lookups.cluster import ClusterView
from cointrail.lookups.cluster_balance import ClusterBalance
from cointrail.lookups.cluster_neighbours import ClusterNeighbours
from cointrail.lookups.cluster_payments import ClusterPayments
from cointrail.lookups.cluster_review import ClusterReview
from cointrail.lookups.cluster_tiers import ClusterTiers
from cointrail.lookups.neighbours import AddressNeighbours
from cointrail.lookups.tx import TransactionView

LONGEST_NAME = 20_100
"""Characters of what names a thing: a script of 10,000 bytes in hex, the largest that can be spent."""

PAST_OUTPUTS = 2_000_000
"""Outputs that are looked at for a past height when nobody says more: some seconds."""
LINKED_OUTPUTS = 20_000
"""Outputs of a cluster whose links are all looked at when nobody says more: some hundredths of a second."""
MOST_OUTPUTS = 20_000_000
"""The same at most: in about a minute."""

MOST_TXS = 200_000
"""Transactions that neighbours may be looked for in, in about a second."""

routes = APIRouter()

Name = Annotated[
    str,
    Path(
        max_length=LONGEST_NAME, description="An address, an outpoint `txid:vout`, or `script:` and its hex."
    ),
]
TxName = Annotated[str, Path(max_length=100, description="A transaction id.")]
ClusterName = Annotated[
    str, Path(max_length=LONGEST_NAME, description="A cluster's label, or something in it, as for addresses.")
]
Newest = Annotated[bool, Query(description="The last in the chain first.")]
MostTxs = Annotated[
    int, Query(ge=1, le=MOST_TXS, description="Transactions to look at, at most; more take longer.")
]
Height = Annotated[int | None, Query(ge=0, lt=2**31, description="As it was when this block was the tip.")]


def _of(view: type, *, listing: bool = False) -> Any:
    return model_of(view, listing=listing)


@routes.get("/addresses/{name}", response_model=_of(AddressView, listing=True), tags=["addresses"])
def address(
    server: TheServer,
    name: Name,
    page: PageToken = None,
    limit: Limit = ROWS,
    *,
    case: UnderCase = None,
    newest: Newest = False,
) -> Response:
    """What an address received and spent, its cluster, and some of its outputs."""
    bench = bench_under(server, case)
    return listed(
        server,
        f"address {name} {newest}",
        page,
        lambda start: bench.show_address(name, start=start, limit=limit, newest=newest),
    )


@routes.get(
    "/addresses/{name}/transactions", response_model=_of(AddressTxs, listing=True), tags=["addresses"]
)
def address_transactions(
    server: TheServer, name: Name, page: PageToken = None, limit: Limit = ROWS, *, newest: Newest = False
) -> Response:
    """The transactions of an address, each with what it gained or lost."""
    return listed(
        server,
        f"address txs {name} {newest}",
        page,
        lambda start: server.bench.address_txs(name, start=start, limit=limit, newest=newest),
    )


@routes.get("/addresses/{name}/balance", response_model=_of(AddressBalance, listing=True), tags=["addresses"])
def address_balance(
    server: TheServer,
    name: Name,
    every: Every = Every.MONTH,
    page: PageToken = None,
    limit: Limit = ROWS,
) -> Response:
    """What an address held over time."""
    return listed(
        server,
        f"address balance {name} {every}",
        page,
        lambda start: server.bench.address_balance(name, every=every, start=start, limit=limit),
    )


@routes.get(
    "/addresses/{name}/neighbours",
    response_model=_of(AddressNeighbours, listing=True),
    tags=["addresses"],
    dependencies=[heavy_above("most_txs", neighbours.MOST_TXS)],
)
def address_neighbours(
    server: TheServer,
    name: Name,
    page: PageToken = None,
    limit: Limit = ROWS,
    most_txs: MostTxs = neighbours.MOST_TXS,
    *,
    newest: Newest = False,
) -> Response:
    """The scripts that share transactions with an address; `stop_reason` says whether all were looked at."""
    return listed(
        server,
        f"address neighbours {name} {most_txs} {newest}",
        page,
        lambda start: server.bench.address_neighbours(
            name, start=start, limit=limit, most_txs=most_txs, newest=newest
        ),
    )


@routes.get("/transactions/{txid}", response_model=_of(TransactionView), tags=["transactions"])
def transaction(server: TheServer, txid: TxName, case: UnderCase = None) -> Response:
    """What a transaction spends and makes, and the gate's verdict."""
    return as_json(bench_under(server, case).show_tx(txid))


@routes.get(
    "/clusters/{name}",
    response_model=_of(ClusterView, listing=True),
    tags=["clusters"],
    dependencies=[heavy_above("at", None)],
)
def cluster(
    server: TheServer,
    name: ClusterName,
    at: Height = None,
    page: PageToken = None,
    limit: Limit = ROWS,
    *,
    case: UnderCase = None,
    most_outputs: Annotated[
        int,
        Query(
            ge=0,
            le=MOST_OUTPUTS,
            description="Outputs to look at for a height; refused where it takes more.",
        ),
    ] = PAST_OUTPUTS,
) -> Response:
    """The members of a cluster and what it holds; as it was at a height, and under a case's judgements."""
    bench = bench_under(server, case)
    return listed(
        server,
        f"cluster {name} {at}",
        page,
        lambda start: bench.show_cluster(name, start=start, limit=limit, at=at, most_outputs=most_outputs),
    )


@routes.get("/clusters/{name}/payments", response_model=_of(ClusterPayments, listing=True), tags=["clusters"])
def cluster_payments(
    server: TheServer,
    name: ClusterName,
    page: PageToken = None,
    limit: Limit = ROWS,
    *,
    case: UnderCase = None,
    newest: Newest = False,
) -> Response:
    """What a cluster received and spent."""
    bench = bench_under(server, case)
    return listed(
        server,
        f"cluster payments {name} {newest}",
        page,
        lambda start: bench.cluster_payments(name, start=start, limit=limit, newest=newest),
    )


@routes.get("/clusters/{name}/balance", response_model=_of(ClusterBalance, listing=True), tags=["clusters"])
def cluster_balance(
    server: TheServer,
    name: ClusterName,
    every: Every = Every.MONTH,
    page: PageToken = None,
    limit: Limit = ROWS,
    *,
    case: UnderCase = None,
) -> Response:
    """What a cluster held over time."""
    bench = bench_under(server, case)
    return listed(
        server,
        f"cluster balance {name} {every}",
        page,
        lambda start: bench.cluster_balance(name, every=every, start=start, limit=limit),
    )


@routes.get(
    "/clusters/{name}/neighbours",
    response_model=_of(ClusterNeighbours, listing=True),
    tags=["clusters"],
    dependencies=[heavy_above("most_txs", cluster_neighbours_of.MOST_TXS)],
)
def cluster_neighbours(
    server: TheServer,
    name: ClusterName,
    page: PageToken = None,
    limit: Limit = ROWS,
    most_txs: MostTxs = cluster_neighbours_of.MOST_TXS,
    *,
    case: UnderCase = None,
    newest: Newest = False,
) -> Response:
    """The clusters that a cluster paid or was paid by; `complete` says whether all of it was looked at."""
    bench = bench_under(server, case)
    return listed(
        server,
        f"cluster neighbours {name} {most_txs} {newest}",
        page,
        lambda start: bench.cluster_neighbours(
            name, start=start, limit=limit, most_txs=most_txs, newest=newest
        ),
    )


@routes.get(
    "/clusters/{name}/tiers",
    response_model=_of(ClusterTiers),
    tags=["clusters"],
    dependencies=[heavy_above("most_outputs", LINKED_OUTPUTS)],
)
def cluster_tiers(
    server: TheServer,
    name: ClusterName,
    tier: Annotated[str, Query(pattern="^T[1-4]$", description="The tier that is looked at closely.")] = "T2",
    limit: Limit = ROWS,
    most_outputs: Annotated[
        int,
        Query(ge=0, le=MOST_OUTPUTS, description="Look at all links only of a cluster with no more outputs."),
    ] = LINKED_OUTPUTS,
    *,
    case: UnderCase = None,
) -> Response:
    """A cluster tier by tier, the links that it hangs on, and what the guards say of it.

    Under a case's judgements every tier holds the links that these leave. `complete` says whether all links
    were looked at; ask with a larger `most_outputs` where they were not.
    """
    bench = bench_under(server, case)
    return as_json(bench.cluster_tiers(name, tier=tier, limit=limit, most_outputs=most_outputs))


@routes.get("/cluster-review", response_model=_of(ClusterReview, listing=True), tags=["clusters"])
def cluster_review(server: TheServer, page: PageToken = None, limit: Limit = ROWS) -> Response:
    """What the guards found over the whole chain: unions to look at, links that were refused, growth."""
    return listed(
        server, "cluster review", page, lambda start: server.bench.cluster_review(start=start, limit=limit)
    )
