"""Transactions on the wire, with and without witnesses in one go; worlds write millions of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.types import TxIn, TxOut, sha256d

_SIZES = [encode_compact_size(n) for n in range(253)]


class Wire(NamedTuple):
    """A transaction's bytes and what follows from them."""

    raw: bytes
    txid: bytes
    """Wire order."""
    weight: int
    segwit: bool


def to_wire(version: int, inputs: Sequence[TxIn], outputs: Sequence[TxOut], locktime: int) -> Wire:
    """Encode a transaction; the same bytes as `chain.decode.encode_tx`, which a test holds it to."""
    head, tail = version.to_bytes(4, "little"), locktime.to_bytes(4, "little")
    parts = [_size(len(inputs))]
    segwit = False
    for i in inputs:
        segwit = segwit or bool(i.witness)
        outpoint = i.outpoint
        parts += (
            outpoint.txid.raw, outpoint.vout.to_bytes(4, "little"), _size(len(i.script_sig)), i.script_sig,
            i.sequence.to_bytes(4, "little"),
        )  # fmt: skip
    parts.append(_size(len(outputs)))
    for output in outputs:
        parts += (output.value.to_bytes(8, "little"), _size(len(output.script)), output.script)
    body = b"".join(parts)
    base = head + body + tail
    if not segwit:
        return Wire(base, sha256d(base), 4 * len(base), segwit=False)
    witness: list[bytes] = []
    for i in inputs:
        witness.append(_size(len(i.witness)))
        for item in i.witness:
            witness += (_size(len(item)), item)
    raw = b"".join((head, b"\x00\x01", body, *witness, tail))
    return Wire(raw, sha256d(base), 3 * len(base) + len(raw), segwit=True)


def _size(count: int) -> bytes:
    return _SIZES[count] if count < 253 else encode_compact_size(count)
