"""Proofs that transactions are in a block: partial merkle trees, as Bitcoin Core writes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.types import sha256d


def merkle_block(header: bytes, txids: Sequence[bytes], wanted: Collection[int]) -> bytes:
    """The `merkleblock` message that proves some transactions of a block.

    Source: BIP 37; Bitcoin Core, src/merkleblock.cpp (`gettxoutproof` gives the same bytes).

    Args:
        header: 80 bytes.
        txids: of all transactions in order, 32 bytes each, wire order.
        wanted: places of those to prove. With place 0, the coinbase, the proof shows the depth of the tree,
            so that no inner node can pass for a transaction (CVE-2017-12842).
    """
    rows = [list(txids)]
    marks = [[place in wanted for place in range(len(txids))]]
    while len(rows[-1]) > 1:
        below, marked = rows[-1], marks[-1]
        pairs = range(0, len(below), 2)
        rows.append([sha256d(below[k] + below[min(k + 1, len(below) - 1)]) for k in pairs])
        marks.append([any(marked[k : k + 2]) for k in pairs])
    flags: list[bool] = []
    hashes: list[bytes] = []

    def walk(level: int, place: int) -> None:
        flags.append(marks[level][place])
        if level == 0 or not marks[level][place]:
            hashes.append(rows[level][place])
            return
        for child in (2 * place, 2 * place + 1):
            if child < len(rows[level - 1]):
                walk(level - 1, child)

    walk(len(rows) - 1, 0)
    packed = bytes(
        sum(flag << bit for bit, flag in enumerate(flags[k : k + 8])) for k in range(0, len(flags), 8)
    )
    return b"".join(
        (
            header,
            len(txids).to_bytes(4, "little"),
            encode_compact_size(len(hashes)),
            *hashes,
            encode_compact_size(len(packed)),
            packed,
        )
    )
