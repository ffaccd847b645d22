"""Tables of a bundle with texts and ids in full, and folded again as a forger would."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from cointrail.chain.types import Txid
from cointrail.evidence import verify
from cointrail.evidence.folding import folded
from cointrail.evidence.standards import Reader, Tx


def unfold(folder: Path) -> None:
    """Write the tables of a bundle in full."""
    for name, content in full_tables(folder).items():
        (folder / "data" / "case" / name).write_bytes(content)


def fold(folder: Path, transactions: bytes) -> None:
    """Fold the tables as somebody would who packs them with these transactions."""
    case = folder / "data" / "case"
    txids = [Txid.parse(tx.txid) for tx in Reader(transactions).all(Tx)]
    tables = {f"{table}.csv": (case / f"{table}.csv").read_bytes() for table in verify.PLACES}
    for name, content in folded(tables, txids).items():
        (case / name).write_bytes(content)


def full_tables(folder: Path) -> dict[str, bytes]:
    """The tables with texts and ids put back, as far as that goes."""
    bundle = verify.Bundle(folder)
    for check in (verify.check_together, verify.check_transactions, verify.check_tables):
        with suppress(verify.Fault, *verify.WRONG_FORM):
            check(bundle)
    return bundle.files
