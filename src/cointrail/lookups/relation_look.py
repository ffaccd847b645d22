"""The look at an address or a cluster that its relations are summed from, and the amounts one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.lookups import cluster_neighbours, neighbours
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.neighbours import Passed, Reach
from cointrail.lookups.script_moves import moves_of_script

I64 = npt.NDArray[np.int64]


class Sums(NamedTuple):
    """Per counterparty, the largest first: its script, or the label of its cluster, and what passed."""

    others: I64
    paid_txs: I64
    paid_sat: I64
    received_txs: I64
    received_sat: I64
    first_tx: I64
    last_tx: I64


class RelationLook(NamedTuple):
    """What was found.

    Attributes:
        name: its address, of a cluster that of its smallest member.
        label: of its cluster.
        txs: how many of its transactions were looked at.
        reach: why no more.
        sums: per counterparty.
        several: transactions that several clusters signed.
        passed: finds the amounts that it paid and those that it received.
    """

    name: str
    label: int
    txs: int
    reach: Reach
    sums: Sums
    several: int
    passed: Callable[[], tuple[Passed, Passed]]


def look(desk: LookupDesk, text: str, most: int, *, of_clusters: bool, newest: bool) -> RelationLook:
    """Look at the transactions of an address, or of its cluster.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    return (_at_cluster if of_clusters else _at_script)(desk, text, most, newest=newest)


def _at_cluster(desk: LookupDesk, text: str, most: int, *, newest: bool) -> RelationLook:
    ref = get_cluster(desk, text)
    moves = desk.clusters.moves.of(ref.label)
    txs, reach = neighbours.looked_at(desk.snapshot, moves, most, newest=newest)
    sums = cluster_neighbours.sums_of(desk, ref.label, txs)
    return RelationLook(
        name=ref.name,
        label=ref.label,
        txs=len(txs),
        reach=reach,
        sums=Sums(*(getattr(sums, name) for name in Sums._fields)),
        several=sums.several_signers_txs,
        passed=lambda: cluster_neighbours.passed(desk, ref.label, txs),
    )


def _at_script(desk: LookupDesk, text: str, most: int, *, newest: bool) -> RelationLook:
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    moves = moves_of_script(desk, number)
    txs, reach = neighbours.looked_at(snapshot, moves, most, newest=newest)
    sums = neighbours.sums_of(snapshot, number, moves, txs)
    return RelationLook(
        name=desk.name(number),
        label=desk.clusters.label(number),
        txs=len(txs),
        reach=reach,
        sums=Sums(
            others=sums.scripts,
            paid_txs=sums.to_txs,
            paid_sat=sums.to_sat,
            received_txs=sums.from_txs,
            received_sat=sums.from_sat,
            first_tx=sums.first_tx,
            last_tx=sums.last_tx,
        ),
        several=0,
        passed=lambda: neighbours.passed(snapshot, number, moves, txs),
    )
