"""What inputs spend, as far as it can be known without a store: from the transactions that made it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cointrail.chain.decode import decode_tx
from cointrail.chain.marks import input_marks
from cointrail.chain.script import classify
from cointrail.chain.types import Outpoint, Tx, TxOut
from cointrail.chain.view import InputView, OutputView, TxView
from cointrail.errors import BadInput, CointrailError

Prevouts = dict[Outpoint, TxOut]


def outputs_of(txs: Iterable[Tx]) -> Prevouts:
    """Every output of some transactions, by its name."""
    return {Outpoint(tx.txid, vout): output for tx in txs for vout, output in enumerate(tx.outputs)}


def read_prevouts(path: Path) -> Prevouts:
    """The outputs of raw transactions written in hex, one a line.

    A transaction vouches for its own outputs: its id is computed here, not believed.

    Raises:
        BadInput: the file cannot be read, or a line is not a transaction.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"`{path}` cannot be read as text",
            hint="write raw transactions in hex, one a line",
            path=str(path),
        ) from error
    txs = [_parse_tx(text.strip(), path, line) for line, text in enumerate(lines, 1) if text.strip()]
    return outputs_of(txs)


def _parse_tx(text: str, path: Path, line: int) -> Tx:
    try:
        return decode_tx(bytes.fromhex(text))
    except (ValueError, CointrailError) as error:
        raise BadInput(
            f"{path}, line {line}: not a raw transaction in hex: {error}",
            hint="write raw transactions in hex, one a line",
            path=str(path),
            line=line,
        ) from error


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
