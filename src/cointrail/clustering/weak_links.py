"""Links that never enter headline clusters, and pairs that must stay apart, gathered batch by batch.

Links of T3 and T4 join clusters of T1 and T2, so they can only be told when those are known. A pair comes
from a payment (the sender and whom a T3 vote says it pays) and from a JoinMarket round (each of its equal
outputs is another participant's, and so are inputs and changes of two slots, where amounts tell the slots).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.change_votes import Senders
from cointrail.clustering.proof_maker import EDGE_TYPES
from cointrail.clustering.rules import Link
from cointrail.clustering.shelf import Shelf
from cointrail.clustering.spill import Log
from cointrail.clustering.standing import Standing
from cointrail.clustering.weak_link_kinds import PairReason
from cointrail.heuristics.base import Tier
from cointrail.heuristics.beside import shape_of_row
from cointrail.heuristics.change_bulk import NO_OUTPUT, BatchChange
from cointrail.heuristics.coinjoin import JOINMARKET_DUST
from cointrail.heuristics.gate import REASONS
from cointrail.heuristics.joinmarket_slots import Slots, joinmarket_slots
from cointrail.heuristics.linkable import linkable_scripts
from cointrail.store.batch import UNKNOWN_SCRIPT, TxBatch
from cointrail.store.chain_places import rows_between

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

PAIR_TYPES = ("<u4", "<u4", "<u4", "u1")
"""A pair: two scripts, the transaction that says so, the reason."""

_JOINMARKET = np.uint32(1 << [reason.id for reason in REASONS].index("coinjoin.joinmarket"))


class WeakLinks:
    """Links of T3 and of T4, and pairs, each in the order of the chain.

    Args:
        shelf: gives files for them: 13 bytes a link or pair.
        chain: the chain.
        standing: which leads are links at all.
    """

    def __init__(self, shelf: Shelf, chain: ChainView, standing: Standing) -> None:
        self._chain, self._standing = chain, standing
        self.strong = Log(shelf, EDGE_TYPES)
        """T3."""
        self.weak = Log(shelf, EDGE_TYPES)
        """T4."""
        self.pairs = Log(shelf, PAIR_TYPES)

    def add(self, batch: TxBatch, reasons: U32, senders: Senders, votes: BatchChange) -> None:
        """Gather from the next batch.

        Raises:
            OSError: the disk is full.
        """
        by_tier = {
            tier: np.flatnonzero(
                (votes.output != NO_OUTPUT) & (votes.tier == tier) & (senders.script != UNKNOWN_SCRIPT)
            )
            for tier in (Tier.T3, Tier.T4)
        }
        strong = _change_links(batch, senders, votes, by_tier[Tier.T3], Link.CHANGE)
        self.strong.append(*strong)
        leads = _change_links(batch, senders, votes, by_tier[Tier.T4], Link.CHANGE_LEAD)
        told = self._standing.input_leads(self._chain, reasons, batch.height)
        unsure = _input_leads(batch, senders, np.flatnonzero(told))
        weak = tuple(np.concatenate(columns) for columns in zip(unsure, leads, strict=True))
        order = np.argsort(weak[2], kind="stable")
        self.weak.append(*(column[order] for column in weak))
        for pairs in (_payments(batch, senders, votes, by_tier[Tier.T3]), slot_pairs(batch, reasons)):
            self.pairs.append(*pairs)


Rows = tuple[Array, Array, Array, Array]


def _change_links(batch: TxBatch, senders: Senders, votes: BatchChange, txs: I64, link: Link) -> Rows:
    change = batch.out_script[batch.out_start[txs] + votes.output[txs]]
    return _rows(batch, senders.script[txs], change, txs, link)


def _input_leads(batch: TxBatch, senders: Senders, txs: I64) -> Rows:
    owner, rows = rows_between(batch.in_start[txs], batch.in_start[txs + 1])
    own = txs[owner]
    other = linkable_scripts(batch)[rows]
    new = (other != UNKNOWN_SCRIPT) & (other != senders.script[own])
    return _rows(batch, senders.script[own[new]], other[new], own[new], Link.COMMON_INPUT_LEAD)


def _payments(batch: TxBatch, senders: Senders, votes: BatchChange, txs: I64) -> Rows:
    owner, rows = rows_between(batch.out_start[txs], batch.out_start[txs + 1])
    own = txs[owner]
    change = batch.out_start[own] + votes.output[own]
    paid = (
        (rows != change)
        & (batch.out_type[rows] != ScriptType.OP_RETURN)
        & (batch.out_script[rows] != batch.out_script[change])
    )
    payer = senders.script[own[paid]]
    return _rows(batch, payer, batch.out_script[rows[paid]], own[paid], PairReason.PAYMENT)


def slot_pairs(batch: TxBatch, reasons: U32) -> Rows:
    """Pairs of scripts of two participants of a JoinMarket round; the detector bounds how many those are.

    All pairs of the equal outputs, and of the inputs and changes of the slots where amounts tell them. A
    round takes a millisecond.
    """
    nobody = np.empty(0, np.uint32)
    pieces = [_rows(batch, nobody, nobody, np.empty(0, np.int64), 0)]
    for t in np.flatnonzero(reasons & _JOINMARKET).tolist():
        own = slice(batch.out_start[t], batch.out_start[t + 1])
        high = np.flatnonzero(batch.out_value[own] > JOINMARKET_DUST)
        values, counts = np.unique(batch.out_value[own][high], return_counts=True)
        slots = batch.out_script[own][batch.out_value[own] == values[counts.argmax()]]
        before, after = np.triu_indices(len(slots), 1)
        apart = np.concatenate([np.column_stack([slots[before], slots[after]]), _read_slots(batch, t)])
        one, other = apart[:, 0], apart[:, 1]
        pieces.append(_rows(batch, one, other, np.full(len(one), t), PairReason.JOINMARKET_SLOTS))
    one, other, tx, reason = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    return one, other, tx, reason


def _read_slots(batch: TxBatch, row: int) -> U32:
    """Pairs of scripts by `joinmarket.slots`, two columns; none where amounts do not tell."""
    shape = shape_of_row(batch, row)
    slots = joinmarket_slots(shape)
    apart = slots.apart(shape) if isinstance(slots, Slots) else frozenset()
    pairs = (sorted(int.from_bytes(script, "little") for script in pair) for pair in apart)
    return np.array(sorted(pair for pair in pairs if len(pair) > 1), np.uint32).reshape(-1, 2)


def _rows(batch: TxBatch, one: U32, other: U32, txs: I64, kind: int) -> Rows:
    return one, other, (txs + batch.first_tx).astype(np.uint32), np.full(len(txs), kind, np.uint8)
