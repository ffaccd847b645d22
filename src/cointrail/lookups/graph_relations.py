"""Addresses and clusters with their largest counterparties, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.lookups import cluster_neighbours, neighbours
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.graph_txs import graph_clusters
from cointrail.lookups.graph_views import Counterparty, GraphRelation, GraphRelations
from cointrail.lookups.script_moves import moves_of_script

I64 = npt.NDArray[np.int64]


class _Sums(NamedTuple):
    """Per counterparty, the largest first: its script, or the label of its cluster, and what passed."""

    others: I64
    paid_txs: I64
    paid_sat: I64
    received_txs: I64
    received_sat: I64
    first_tx: I64
    last_tx: I64


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
    ask = _of_cluster if of_clusters else _of_script
    found = tuple(ask(desk, name, limit, most_txs, newest=newest) for name in names)
    labels = [label for one in found for label in (one.cluster, *(c.cluster for c in one.counterparties))]
    return GraphRelations(relations=found, clusters=graph_clusters(desk, labels), basis=desk.basis)


def _of_cluster(desk: LookupDesk, text: str, limit: int, most: int, *, newest: bool) -> GraphRelation:
    ref = get_cluster(desk, text)
    moves = desk.clusters.moves.of(ref.label)
    txs, reach = neighbours.looked_at(desk.snapshot, moves, most, newest=newest)
    sums = cluster_neighbours.sums_of(desk, ref.label, txs)
    return _relation(
        desk,
        (text, ref.name, ref.label),
        (len(txs), reach),
        _Sums(*(getattr(sums, name) for name in _Sums._fields)),
        limit,
        several=sums.several_signers_txs,
        of_clusters=True,
    )


def _of_script(desk: LookupDesk, text: str, limit: int, most: int, *, newest: bool) -> GraphRelation:
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    moves = moves_of_script(desk, number)
    txs, reach = neighbours.looked_at(snapshot, moves, most, newest=newest)
    sums = neighbours.sums_of(snapshot, number, moves, txs)
    own = _Sums(
        others=sums.scripts,
        paid_txs=sums.to_txs,
        paid_sat=sums.to_sat,
        received_txs=sums.from_txs,
        received_sat=sums.from_sat,
        first_tx=sums.first_tx,
        last_tx=sums.last_tx,
    )
    who = (text, desk.name(number), desk.clusters.label(number))
    return _relation(desk, who, (len(txs), reach), own, limit, several=0, of_clusters=False)


def _relation(
    desk: LookupDesk,
    who: tuple[str, str, int],
    looked: tuple[int, neighbours.Reach],
    sums: _Sums,
    limit: int,
    *,
    several: int,
    of_clusters: bool,
) -> GraphRelation:
    lines = tuple(_line(desk, sums, row) for row in range(min(limit, len(sums.others))))
    return GraphRelation(
        asked=who[0],
        name=who[1],
        cluster=who[2],
        is_cluster=of_clusters,
        transactions=looked[0],
        stop_reason=looked[1],
        counterparties=lines,
        total=len(sums.others),
        left_out=len(sums.others) - len(lines),
        left_out_paid_sat=int(sums.paid_sat[limit:].sum()),
        left_out_received_sat=int(sums.received_sat[limit:].sum()),
        several_signers_txs=several,
    )


def _line(desk: LookupDesk, sums: _Sums, row: int) -> Counterparty:
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
