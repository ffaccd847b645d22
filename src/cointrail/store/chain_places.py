"""Where many rows stand in the chain: their transactions and blocks, and where blocks end."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import Column
from cointrail.store.reader import Snapshot

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.integer[Any]]

Side = Literal["input", "output"]
SIDES: tuple[Side, Side] = ("input", "output")
"""The two sides of a transaction."""


class BlockEnds(NamedTuple):
    """For some blocks, the first output and the first input of what comes after each."""

    outputs: U64
    inputs: U64


def txs_of_outputs(snapshot: Snapshot, outputs: Numbers) -> I64:
    """The transactions that created outputs."""
    return last_at_most(snapshot.column("txs.first_output"), outputs)


def txs_of_inputs(snapshot: Snapshot, inputs: Numbers) -> I64:
    """The transactions that inputs belong to."""
    return last_at_most(snapshot.column("txs.first_input"), inputs)


def heights_of_txs(snapshot: Snapshot, txs: Numbers) -> I64:
    """The heights of the blocks that transactions are in."""
    return snapshot.column("txs.block").take(txs).astype(np.int64)


def last_at_most(column: Column, values: Numbers) -> I64:
    """For each value the last row of an ascending column that is no greater; -1 where there is none."""
    wanted = values.astype(column.settled.dtype, copy=False)
    found = _before(column.settled, wanted)
    if len(column.recent):
        late = wanted >= column.recent[0]
        if late.any():
            found[late] = column.border + _before(column.recent, wanted[late])
    return found


def _before(ascending: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> I64:
    """The same of one part. Only rows between the least and the greatest value are searched for all."""
    if not len(wanted):
        return np.empty(0, np.int64)
    ends = np.array([wanted.min(), wanted.max()], wanted.dtype)
    first, last = np.searchsorted(ascending, ends, side="right")
    found: I64 = np.searchsorted(ascending[first:last], wanted, side="right").astype(np.int64)
    found += int(first) - 1
    return found


def block_ends(snapshot: Snapshot, heights: Numbers) -> BlockEnds:
    """Where the blocks of some heights end among outputs and inputs.

    Args:
        snapshot: the chain.
        heights: of blocks that it holds.
    """
    after = heights.astype(np.int64) + 1
    inside = after <= snapshot.height
    txs = snapshot.column("blocks.first_tx").take(after[inside])
    outputs = np.full(len(after), snapshot.n_outputs, np.uint64)
    inputs = np.full(len(after), snapshot.n_inputs, np.uint64)
    outputs[inside] = snapshot.column("txs.first_output").take(txs)
    inputs[inside] = snapshot.column("txs.first_input").take(txs)
    return BlockEnds(outputs, inputs)


def edges_of_txs(snapshot: Snapshot, side: Side, txs: Numbers) -> tuple[I64, I64]:
    """First input (or output) of each transaction, and the one after its last."""
    firsts = snapshot.column(f"txs.first_{side}")
    ends = np.full(len(txs), snapshot.n_inputs if side == "input" else snapshot.n_outputs, np.int64)
    inside = txs + 1 < snapshot.n_txs
    ends[inside] = firsts.take(txs[inside] + 1)
    return firsts.take(txs).astype(np.int64), ends


def sizes_of_txs(snapshot: Snapshot, txs: Numbers) -> I64:
    """Inputs and outputs of each transaction, together."""
    (ins, in_ends), (outs, out_ends) = (edges_of_txs(snapshot, side, txs) for side in SIDES)
    return in_ends - ins + out_ends - outs


def rows_between(firsts: I64, ends: I64) -> tuple[I64, I64]:
    """Every row of many ranges, and before it the number of the range that it lies in: (ranges, rows)."""
    counts = ends - firsts
    owner = np.repeat(np.arange(len(counts)), counts)
    skipped = np.cumsum(counts) - counts
    return owner, firsts[owner] + np.arange(len(owner)) - skipped[owner]
