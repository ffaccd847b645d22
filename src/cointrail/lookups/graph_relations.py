"""Addresses and clusters with their largest counterparties, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cointrail.lookups import neighbours
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.graph_txs import graph_clusters
from cointrail.lookups.graph_views import Counterparty, GraphRelation, GraphRelations
from cointrail.lookups.relation_look import RelationLook, Sums, look


def graph_relations(
    desk: LookupDesk,
    names: Sequence[str],
    *,
    of_clusters: bool,
    limit: int = 10,
    most_txs: int = neighbours.MOST_TXS,
    newest: bool = False,
) -> GraphRelations:
    """The largest counterparties of some addresses or clusters.

    Args:
        desk: the chain, its clusters and tags.
        names: addresses, scripts in hex, outpoints; of clusters also labels.
        of_clusters: all of each name's cluster is meant, and its counterparties are clusters.
        limit: counterparties to list for each.
        most_txs: transactions to look at for each, at most, in chain order.
        newest: begin with the last transaction instead of the first.

    Raises:
        BadInput: a name cannot be read.
        NotFound: the chain does not hold it.
    """
    looks = [look(desk, name, most_txs, of_clusters=of_clusters, newest=newest) for name in names]
    found = tuple(
        _relation(desk, name, one, limit, of_clusters=of_clusters)
        for name, one in zip(names, looks, strict=True)
    )
    labels = [label for one in found for label in (one.cluster, *(c.cluster for c in one.counterparties))]
    return GraphRelations(relations=found, clusters=graph_clusters(desk, labels), basis=desk.basis)


def _relation(
    desk: LookupDesk, text: str, found: RelationLook, limit: int, *, of_clusters: bool
) -> GraphRelation:
    sums = found.sums
    lines = tuple(_line(desk, sums, row) for row in range(min(limit, len(sums.others))))
    return GraphRelation(
        asked=text,
        name=found.name,
        cluster=found.label,
        is_cluster=of_clusters,
        transactions=found.txs,
        stop_reason=found.reach,
        counterparties=lines,
        total=len(sums.others),
        left_out=len(sums.others) - len(lines),
        left_out_paid_sat=int(sums.paid_sat[limit:].sum()),
        left_out_received_sat=int(sums.received_sat[limit:].sum()),
        several_signers_txs=found.several,
    )


def _line(desk: LookupDesk, sums: Sums, row: int) -> Counterparty:
    other, paid_txs, paid_sat, received_txs, received_sat, first, last = (int(one[row]) for one in sums)
    return Counterparty(
        name=desk.name(other),
        cluster=desk.clusters.label(other),
        paid_txs=paid_txs,
        paid_sat=paid_sat,
        received_txs=received_txs,
        received_sat=received_sat,
        first_utc=_when(desk, first),
        last_utc=_when(desk, last),
    )


def _when(desk: LookupDesk, tx_num: int) -> datetime:
    snapshot = desk.snapshot
    return datetime.fromtimestamp(snapshot.block_time(snapshot.tx_height(tx_num)), UTC)
