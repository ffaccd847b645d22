"""The vote on change over a whole chain, batch by batch: what it asks of the chain."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.change_columns import CHANGE_TYPES, ChangeColumns
from cointrail.clustering.shelf import Shelf
from cointrail.clustering.spill import Log
from cointrail.clustering.standing import Standing
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.change_bulk import (
    NO_PRINT,
    BatchChange,
    ChangeFacts,
    StaticChange,
    static_batch,
    vote_batch,
)
from cointrail.heuristics.change_model_bulk import ask_batch
from cointrail.heuristics.linkable import linkable_scripts
from cointrail.kernel.grouping import NONE
from cointrail.store.batch import UNKNOWN_SCRIPT, TxBatch
from cointrail.store.chain_places import last_at_most
from cointrail.store.runs import sort_pairs
from cointrail.store.schema import NOT_YET

U8 = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


class Senders(NamedTuple):
    """The first known script that somebody signed for in each transaction of a batch, and its cluster."""

    script: U32
    """`UNKNOWN_SCRIPT` where there is none."""
    cluster: U32
    """Number of the headline cluster, `NONE` where the script is alone."""

    @classmethod
    def of(cls, batch: TxBatch, in_cluster: U32) -> Senders:
        """The senders of a batch, given the cluster of each input."""
        script = np.full(batch.count, UNKNOWN_SCRIPT, np.uint32)
        cluster = np.full(batch.count, NONE, np.uint32)
        known = np.flatnonzero(linkable_scripts(batch) != UNKNOWN_SCRIPT)
        owner = np.repeat(np.arange(batch.count), np.diff(batch.in_start))[known]
        first = np.ones(len(known), np.bool_)
        first[1:] = owner[1:] != owner[:-1]
        script[owner[first]] = batch.in_script[known[first]]
        cluster[owner[first]] = in_cluster[known[first]]
        return cls(script, cluster)


class ChainVotes:
    """Takes the batches of a chain twice: first what needs no chain, then, with clusters, the votes.

    Memory: that of a batch; 9 bytes a transaction and 1 an output are on the shelf's disk in between.

    Args:
        chain: the chain.
        shelf: gives room for fingerprints, and gets the arrays of `CHANGE_TYPES`.
        standing: at which tier verdicts stand.
        model: a learned model as one more voter; None: off.
    """

    def __init__(
        self, chain: ChainView, shelf: Shelf, standing: Standing, model: ForestModel | None = None
    ) -> None:
        self._chain = chain
        self._standing = standing
        self._model = model
        self._dated = chain.network.name == "mainnet"
        self._by_tx, self._by_output = Log(shelf, ("<u8", "u1")), Log(shelf, ("u1",))
        self._static: StaticChange | None = None
        self._columns = [shelf.open(name, dtype) for name, dtype in CHANGE_TYPES.items()]
        self._outputs = 0
        self._highest = -1

    def add(self, batch: TxBatch) -> None:
        """The next batch of the first pass.

        Raises:
            OSError: the disk is full.
        """
        found = static_batch(batch)
        self._by_tx.append(found.prints, found.spoke)
        self._by_output.append(found.left)

    def vote(self, batch: TxBatch, gate: U8, senders: Senders, out_cluster: U32) -> BatchChange:
        """The verdicts on the next batch of the second pass.

        Args:
            batch: columns in chain order.
            gate: of each transaction.
            senders: of each transaction.
            out_cluster: per output the number of its headline cluster, or `NONE`.

        Raises:
            OSError: the disk is full.
        """
        own, facts = self.facts(batch, senders, out_cluster)
        learned = None if self._model is None else ask_batch(self._model, batch, own, facts)
        voted = vote_batch(batch, gate, facts, found=own, learned=learned, dated=self._dated)
        votes = self._standing.votes(self._chain, voted, batch.height)
        columns: tuple[Array, ...] = votes.output, votes.tier, votes.rules, votes.quiet
        for writer, column in zip(self._columns, columns, strict=True):
            writer.add(column)
        return votes

    def facts(self, batch: TxBatch, senders: Senders, out_cluster: U32) -> tuple[StaticChange, ChangeFacts]:
        """What the vote on the next batch of the second pass asks: of the transactions, and of the chain.

        Raises:
            OSError: the disk is full.
        """
        static = self._static = self._static or self._close_first_pass()
        txs = slice(batch.first_tx, batch.first_tx + batch.count)
        outputs = slice(self._outputs, self._outputs + len(batch.out_value))
        own = StaticChange(*map(np.array, (static.prints[txs], static.spoke[txs], static.left[outputs])))
        return own, self._facts(batch, senders, out_cluster, static.prints)

    def close(self) -> ChangeColumns:
        """All verdicts.

        Raises:
            OSError: the disk is full.
        """
        return ChangeColumns(*(writer.close() for writer in self._columns))

    def _close_first_pass(self) -> StaticChange:
        prints, spoke = self._by_tx.close()
        (left,) = self._by_output.close()
        return StaticChange(prints, spoke, left)

    def _facts(self, batch: TxBatch, senders: Senders, out_cluster: U32, prints: U64) -> ChangeFacts:
        owner = np.repeat(np.arange(batch.count), np.diff(batch.out_start))
        sender, cluster = senders.script[owner], senders.cluster[owner]
        own = (batch.out_script == sender) | ((cluster != NONE) & (out_cluster == cluster))
        return ChangeFacts(self._fresh(batch.out_script), own, self._spenders(len(owner), prints))

    def _fresh(self, scripts: U32) -> npt.NDArray[np.bool_]:
        """Scripts are numbered by first appearance: a new one has a greater number than all before it."""
        seen = np.maximum.accumulate(np.concatenate([[self._highest], scripts.astype(np.int64)]))
        self._highest = int(seen[-1])
        fresh: npt.NDArray[np.bool_] = scripts > seen[:-1]
        return fresh

    def _spenders(self, count: int, prints: U64) -> U64:
        """The fingerprints of what spends the next outputs."""
        spends = self._chain.spent_by_many(np.arange(self._outputs, self._outputs + count, dtype=np.uint64))
        self._outputs += count
        spent = np.flatnonzero(spends != NOT_YET)
        found = np.full(count, NO_PRINT, np.uint64)
        if len(spent):
            ascending, order = sort_pairs(spends[spent], spent)
            found[order] = prints[last_at_most(self._chain.column("txs.first_input"), ascending)]
        return found
