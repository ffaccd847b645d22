"""What inputs spend, as far as it can be known without a store: from the transactions that made it."""

from __future__ import annotations

from pathlib import Path

from cointrail.chain.decode import decode_tx
from cointrail.chain.prevouts import Prevouts, outputs_of
from cointrail.chain.types import Tx
from cointrail.errors import BadInput, CointrailError


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
