"""What a cluster held over time. Months, days and blocks are those of `cointrail.lookups.balance`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.clustering.moves import Ascending, Moves
from cointrail.lookups.balance import BalanceLine, Every, balance_lines, period_ends
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.views import ClusterRef, LookupBasis, Page
from cointrail.store.chain_places import block_ends, heights_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

PIECE = 1 << 20
"""Outputs, or inputs, that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBalance:
    """A cluster's balance over time.

    Attributes:
        cluster: whose.
        every: which blocks are listed, as in `AddressBalance`.
        page: which part of the list.
        lines: in chain order.
        basis: what this rests on.
    """

    cluster: ClusterRef
    every: Every
    page: Page
    lines: tuple[BalanceLine, ...]
    basis: LookupBasis


def cluster_balance(
    desk: LookupDesk, text: str, *, every: Every = Every.MONTH, start: int = 0, limit: int = 25
) -> ClusterBalance:
    """What a cluster held at the end of months, days or blocks.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = get_cluster(desk, text)
    heights, balances = balance_series(desk.snapshot, desk.clusters.moves.of(ref.label), every)
    listed = slice(start, start + limit)
    lines = balance_lines(desk.snapshot, heights[listed], balances[listed])
    return ClusterBalance(
        cluster=ref,
        every=every,
        page=Page(start, len(lines), len(heights)),
        lines=lines,
        basis=desk.basis,
    )


def balance_series(snapshot: Snapshot, moves: Moves, every: Every) -> tuple[I64, I64]:
    """Heights of blocks, and the satoshi unspent after each.

    One pass over the moves (two for every block), some at a time.

    Args:
        snapshot: the chain.
        moves: of a cluster or script; at least one output.
        every: which blocks.
    """
    if every is Every.BLOCK:
        heights = _moved(snapshot, moves)
    else:
        heights = period_ends(snapshot, snapshot.tx_height(snapshot.output_tx(moves.credits.at(0))), every)
    ends = block_ends(snapshot, heights)
    changes = np.zeros(len(heights), np.int64)
    values, spends = snapshot.column("outputs.value"), snapshot.column("inputs.output")
    for numbers in _pieces(moves.credits):
        np.add.at(changes, np.searchsorted(ends.outputs, numbers, side="right"), values.take(numbers))
    for numbers in _pieces(moves.debits):
        lost = values.take(spends.take(numbers))
        np.subtract.at(changes, np.searchsorted(ends.inputs, numbers, side="right"), lost)
    return heights, np.cumsum(changes)


def _moved(snapshot: Snapshot, moves: Moves) -> I64:
    """The blocks that hold a transaction of the moves, ascending."""
    touched = np.zeros(snapshot.height + 1, np.bool_)
    for numbers in _pieces(moves.credits):
        touched[heights_of_txs(snapshot, txs_of_outputs(snapshot, numbers))] = True
    for numbers in _pieces(moves.debits):
        touched[heights_of_txs(snapshot, txs_of_inputs(snapshot, numbers))] = True
    return np.flatnonzero(touched)


def _pieces(numbers: Ascending) -> Iterator[U64]:
    return (numbers.slice(first, first + PIECE) for first in range(0, len(numbers), PIECE))
