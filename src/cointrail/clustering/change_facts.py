"""What a chain with its clusters says about the change of many transactions: bulk `ChangeFacts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.heuristics.change_bulk import ChangeFacts, static_batch
from cointrail.store.batch import UNKNOWN_SCRIPT, TxBatch
from cointrail.store.columns import Column
from cointrail.store.schema import NOT_YET

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.integer[Any]]

NO_LABEL = np.int64(-1)
"""The sender of a transaction of which no input's script is known."""


def chain_prints(chain: ChainView) -> Iterator[U64]:
    """The fingerprint word of every transaction, batch by batch."""
    for batch in chain.batches():
        yield static_batch(batch).prints


def change_facts(
    chain: ChainView,
    batch: TxBatch,
    first_output: int,
    label: U32,
    prints: U64,
    *,
    service: npt.NDArray[np.bool_] | None = None,
    profile: U64 | None = None,
) -> ChangeFacts:
    """What `chain` says of a batch's outputs and senders, judged at its tip.

    Args:
        chain: the chain.
        batch: some of its transactions.
        first_output: the number of the batch's first output.
        label: per script its headline cluster (C1-2).
        prints: per transaction of the whole chain its fingerprint, from `chain_prints`.
        service: per script that is a cluster's label, whether it is a tagged service; None: none is.
        profile: per script that is a cluster's label, what its transactions leave; None: nothing known.
    """
    outputs = np.arange(first_output, first_output + len(batch.out_script), dtype=np.int64)
    sender = sender_labels(batch, label)
    known = sender != NO_LABEL
    of_output = np.repeat(sender, np.diff(batch.out_start))
    firsts = chain.column("scripts.first_output").take(batch.out_script)
    at = np.where(known, sender, 0)
    return ChangeFacts(
        fresh=firsts == outputs.astype(firsts.dtype),
        in_input_cluster=label[batch.out_script] == of_output,
        spender_print=spender_prints(chain, outputs, prints),
        service=None if service is None else service[at] & known,
        profile=None if profile is None else np.where(known, profile[at], np.uint64(0)),
    )


def sender_labels(batch: TxBatch, label: U32) -> npt.NDArray[np.int64]:
    """Per transaction the cluster of its first known input; `NO_LABEL` where none is known.

    Where the gate is SAFE every known input is in that cluster; elsewhere no change is judged.
    """
    known = batch.in_script != UNKNOWN_SCRIPT
    rows = np.flatnonzero(known)
    first = np.searchsorted(rows, batch.in_start[:-1])
    has = first < np.searchsorted(rows, batch.in_start[1:])
    sender = np.full(batch.count, NO_LABEL)
    sender[has] = label[batch.in_script[rows[first[has]]]]
    return sender


def spender_prints(chain: ChainView, outputs: Numbers, prints: U64) -> U64:
    """Per output the fingerprint of the transaction that spends it; 0 where none does."""
    spent_by = chain.spent_by_many(outputs)
    spent = spent_by != NOT_YET
    found = np.zeros(len(outputs), np.uint64)
    found[spent] = prints[tx_of_inputs(chain.column("txs.first_input"), spent_by[spent])]
    return found


def tx_of_inputs(first_input: Column, inputs: U64) -> npt.NDArray[np.int64]:
    """The transactions that inputs belong to; a coinbase has none."""
    found = np.searchsorted(first_input.settled, inputs, side="right") - 1
    if len(first_input.recent):
        late = inputs >= first_input.recent[0]
        found[late] = first_input.border + np.searchsorted(first_input.recent, inputs[late], side="right") - 1
    return found
