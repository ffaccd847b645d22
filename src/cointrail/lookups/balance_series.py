"""What a script or cluster held after each of many blocks."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cointrail.clustering.moves import Ascending, Moves
from cointrail.store.chain_places import block_ends, heights_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

PIECE = 1 << 20
"""Outputs, or inputs, that are looked at together."""


class Every(StrEnum):
    """Which blocks a balance is given for."""

    MONTH = "month"
    """the last block of each month"""
    DAY = "day"
    """the last block of each day"""
    BLOCK = "block"
    """each block that holds a transaction of the script"""


_UNITS = {Every.MONTH: "datetime64[M]", Every.DAY: "datetime64[D]"}


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


def period_ends(snapshot: Snapshot, first: int, every: Every) -> I64:
    """The last block of each month or day from the block of height `first` to the tip."""
    times = snapshot.column("blocks.median_time").slice(first, snapshot.height + 1)
    periods = times.astype("datetime64[s]").astype(_UNITS[every])
    return first + np.append(np.flatnonzero(periods[1:] != periods[:-1]), len(periods) - 1)
