"""Transactions on the wire, with and without witnesses in one go; worlds write millions of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.types import TxIn, TxOut, sha256d
from cointrail.simulate.signing import Opened

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
    opened = [
        Opened(i.outpoint.txid.raw, i.outpoint.vout, i.script_sig, i.sequence, i.witness) for i in inputs
    ]
    return wire_of(version, opened, [(output.value, output.script) for output in outputs], locktime)


def wire_of(
    version: int, inputs: Sequence[Opened], outputs: Sequence[tuple[int, bytes]], locktime: int
) -> Wire:
    """The same from plain values; an output is satoshi and script."""
    head, tail = version.to_bytes(4, "little"), locktime.to_bytes(4, "little")
    parts = [_size(len(inputs))]
    segwit = False
    for txid, vout, script_sig, sequence, witness in inputs:
        segwit = segwit or bool(witness)
        parts += (
            txid, vout.to_bytes(4, "little"), _size(len(script_sig)), script_sig,
            sequence.to_bytes(4, "little"),
        )  # fmt: skip
    parts.append(_size(len(outputs)))
    for value, script in outputs:
        parts += (value.to_bytes(8, "little"), _size(len(script)), script)
    body = b"".join(parts)
    base = head + body + tail
    if not segwit:
        return Wire(base, sha256d(base), 4 * len(base), segwit=False)
    shown: list[bytes] = []
    for _, _, _, _, witness in inputs:
        shown.append(_size(len(witness)))
        for item in witness:
            shown += (_size(len(item)), item)
    raw = b"".join((head, b"\x00\x01", body, *shown, tail))
    return Wire(raw, sha256d(base), 3 * len(base) + len(raw), segwit=True)


def _size(count: int) -> bytes:
    return _SIZES[count] if count < 253 else encode_compact_size(count)
