"""Channels that were spent, over columns: what `lightning.open` needs of a chain. Compiles nothing."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import InputMarks, ScriptType
from cointrail.heuristics.gate import REASONS
from cointrail.store.batch import TxBatch
from cointrail.store.chain_places import last_at_most
from cointrail.store.columns import Column
from cointrail.store.schema import NOT_YET

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

OPEN = np.uint32(1 << [reason.id for reason in REASONS].index("lightning.open"))
"""The bit of the reason."""

PIECE = 1 << 22
"""Inputs that are looked at together."""

_PAIR = np.uint16(InputMarks.TWO_OF_TWO)


class ChannelColumns(Protocol):
    """The part of a chain that is looked at."""

    @property
    def n_inputs(self) -> int:
        """How many inputs."""

    @property
    def n_outputs(self) -> int:
        """How many outputs."""

    def column(self, key: str, /) -> Column:
        """A column of the store by `table.name`."""


class SpentColumns(ChannelColumns, Protocol):
    """The same, with a way from an output to its spend."""

    @property
    def n_txs(self) -> int:
        """How many transactions."""

    def spent_by_many(self, outputs: npt.NDArray[np.uint64], /) -> U64:
        """The inputs that spend outputs; `NOT_YET` where nothing does."""


class Channels(NamedTuple):
    """Transactions with P2WSH outputs that were spent as two of two, ascending."""

    funding: U32
    """Number of the transaction."""
    spent_in: U32
    """Number of the first transaction that spends such an output of it: from there on it is known."""

    def openings(self, batch: TxBatch) -> I64:
        """Rows of a batch for which `lightning.open` holds."""
        first, last = np.searchsorted(self.funding, [batch.first_tx, batch.first_tx + batch.count])
        rows = self.funding[first:last].astype(np.int64) - batch.first_tx
        if len(rows) == 0:
            return rows
        start, end = batch.in_start[rows], batch.in_start[rows + 1]
        pairs = np.concatenate([[0], np.cumsum((batch.in_marks & _PAIR) != 0)])
        held = (end - start > 1) & (pairs[end] - pairs[start] < end - start)
        found: I64 = rows[held]
        return found


def find_channels(chain: ChannelColumns) -> Channels:
    """All of them, by the chain's tip.

    One pass over the marks of all inputs; memory: 24 bytes for every such spend.
    """
    outputs: list[U64] = [np.empty(0, np.uint64)]
    inputs: list[U64] = [np.empty(0, np.uint64)]
    for first in range(0, chain.n_inputs, PIECE):
        marks = chain.column("inputs.marks").slice(first, min(first + PIECE, chain.n_inputs))
        rows = (np.flatnonzero(marks & _PAIR) + first).astype(np.uint64)
        spent = chain.column("inputs.output").take(rows)
        native = np.flatnonzero(spent < chain.n_outputs)
        native = native[_is_native(chain, spent[native])]
        outputs.append(spent[native])
        inputs.append(rows[native])
    made_by = last_at_most(chain.column("txs.first_output"), np.concatenate(outputs))
    spent_by = last_at_most(chain.column("txs.first_input"), np.concatenate(inputs))
    funding, firsts = np.unique(made_by, return_index=True)
    return Channels(funding.astype(np.uint32), spent_by[firsts].astype(np.uint32))


def known_since(chain: SpentColumns, tx: int) -> int:
    """The first transaction that spends a channel which `tx` funds; `n_txs` where none does."""
    firsts = chain.column("txs.first_output")
    end = int(firsts[tx + 1]) if tx + 1 < chain.n_txs else chain.n_outputs
    outputs = np.arange(int(firsts[tx]), end, dtype=np.uint64)
    outputs = outputs[_is_native(chain, outputs)]
    inputs = chain.spent_by_many(outputs)
    inputs = inputs[inputs != NOT_YET]
    inputs = inputs[(chain.column("inputs.marks").take(inputs) & _PAIR) != 0]
    spenders = last_at_most(chain.column("txs.first_input"), inputs)
    return int(spenders.min(initial=chain.n_txs))


def _is_native(chain: ChannelColumns, outputs: U64) -> npt.NDArray[np.bool_]:
    scripts = chain.column("outputs.script").take(outputs)
    native: npt.NDArray[np.bool_] = chain.column("scripts.type").take(scripts) == ScriptType.P2WSH
    return native
