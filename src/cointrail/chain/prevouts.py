"""A transaction together with the outputs that are at hand: those that it may spend."""

from __future__ import annotations

from collections.abc import Iterable

from cointrail.chain.marks import input_marks
from cointrail.chain.script import classify
from cointrail.chain.types import Outpoint, Tx, TxOut
from cointrail.chain.view import InputView, OutputView, TxView

Prevouts = dict[Outpoint, TxOut]


def outputs_of(txs: Iterable[Tx]) -> Prevouts:
    """Every output of some transactions, by its name."""
    return {Outpoint(tx.txid, vout): output for tx in txs for vout, output in enumerate(tx.outputs)}


def view_of(tx: Tx, prevouts: Prevouts, height: int | None = None) -> TxView:
    """The transaction as the heuristics look at it, unknown prevouts left open."""
    inputs = []
    for spent in () if tx.is_coinbase else tx.inputs:
        found = prevouts.get(spent.outpoint)
        inputs.append(
            InputView(
                outpoint=spent.outpoint,
                value=found.value if found else None,
                script=found.script if found else None,
                script_type=classify(found.script) if found else None,
                sequence=spent.sequence,
                marks=input_marks(spent.script_sig, spent.witness),
            )
        )
    outputs = tuple(OutputView(out.value, out.script, classify(out.script)) for out in tx.outputs)
    return TxView(tx.txid, tx.version, tx.locktime, tuple(inputs), outputs, tx.is_coinbase, height, tx.weight)
