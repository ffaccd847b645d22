"""What a script or cluster held after each of many blocks."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.moves import Ascending, Moves
from cointrail.store.chain_places import block_ends, heights_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

PIECE = 1 << 20
"""Blocks that are given together."""


class Every(StrEnum):
    """Which blocks a balance is given for."""

    MONTH = "month"
    """the last block of each month"""
    DAY = "day"
    """the last block of each day"""
    BLOCK = "block"
    """each block that holds a transaction of the script"""


_UNITS = {Every.MONTH: "datetime64[M]", Every.DAY: "datetime64[D]"}


class Series(NamedTuple):
    """Some blocks of a list, by height, the satoshi unspent after each; and how long the list is."""

    heights: I64
    balances: I64
    total: int


def balance_series(
    snapshot: Snapshot, moves: Moves, every: Every, start: int, limit: int | None = None
) -> Series:
    """What was unspent after each of some blocks.

    Time: in proportion to `limit`, and for months and days to their number. For every block, to the blocks
    of the chain or to the moves, whichever are fewer. A script without running sums is added up.

    Args:
        snapshot: the chain.
        moves: of a cluster or script; at least one output.
        every: which blocks.
        start: blocks to leave out.
        limit: blocks at most; None: all.
    """
    if every is Every.BLOCK:
        heights = _moved(snapshot, moves)
    else:
        heights = period_ends(snapshot, snapshot.tx_height(snapshot.output_tx(moves.credits.at(0))), every)
    listed = heights[start : None if limit is None else start + limit]
    return Series(listed, _balances(snapshot, moves, listed), len(heights))


def _balances(snapshot: Snapshot, moves: Moves, heights: I64) -> I64:
    """The satoshi unspent after each of some blocks, which ascend."""
    ends = block_ends(snapshot, heights)
    values, spends = snapshot.column("outputs.value"), snapshot.column("inputs.output")
    received = moves.received.sums(
        moves.credits.below_each(ends.outputs), lambda places: values.take(moves.credits.take(places))
    )
    spent = moves.spent.sums(
        moves.debits.below_each(ends.inputs),
        lambda places: values.take(spends.take(moves.debits.take(places))),
    )
    return received - spent


def _moved(snapshot: Snapshot, moves: Moves) -> I64:
    """The blocks that hold a transaction of the moves, ascending."""
    if len(moves.credits) + len(moves.debits) < snapshot.height:
        paid = txs_of_outputs(snapshot, moves.credits.slice(0, len(moves.credits)))
        spent = txs_of_inputs(snapshot, moves.debits.slice(0, len(moves.debits)))
        return np.unique(heights_of_txs(snapshot, np.concatenate([paid, spent])))
    touched = np.zeros(snapshot.height + 1, np.bool_)
    for heights in _all_heights(snapshot):
        ends = block_ends(snapshot, np.append(heights[0] - 1, heights) if heights[0] else heights)
        for numbers, limits in ((moves.credits, ends.outputs), (moves.debits, ends.inputs)):
            touched[heights] |= _grows(numbers, limits, first=not heights[0])
    return np.flatnonzero(touched)


def _all_heights(snapshot: Snapshot) -> Iterator[I64]:
    return (
        np.arange(first, min(first + PIECE, snapshot.height + 1))
        for first in range(0, snapshot.height + 1, PIECE)
    )


def _grows(numbers: Ascending, limits: U64, *, first: bool) -> npt.NDArray[np.bool_]:
    """Whether more numbers are below a limit than below the one before it; nothing is below none."""
    below = numbers.below_each(limits)
    grows: npt.NDArray[np.bool_] = np.diff(below, prepend=0 if first else ()) > 0
    return grows


def period_ends(snapshot: Snapshot, first: int, every: Every) -> I64:
    """The last block of each month or day from the block of height `first` to the tip."""
    times = snapshot.column("blocks.median_time").slice(first, snapshot.height + 1)
    periods = times.astype("datetime64[s]").astype(_UNITS[every])
    return first + np.append(np.flatnonzero(periods[1:] != periods[:-1]), len(periods) - 1)
