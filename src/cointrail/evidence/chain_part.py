"""What of the chain goes into a bundle: transactions as the blocks hold them, their proofs, all headers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import Txid, sha256d
from cointrail.errors import NotFound, WrongNetwork
from cointrail.evidence.merkle_proof import merkle_block
from cointrail.kernel.decode import BlockColumns, count_blocks, fill_blocks
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.reader import Snapshot

COINBASE = 0
"""Its place in a block. It is proven with the others, so that the depth of the tree is known."""


TRANSACTIONS = "transactions.bin"


@dataclass(frozen=True, slots=True)
class ChainCopy:
    """A store, and the blocks that it was built from.

    Attributes:
        snapshot: the chain that the case was run on.
        source: the blocks.
    """

    snapshot: Snapshot
    source: BlocksDirectory

    def files(self, txids: Iterable[Txid]) -> dict[str, bytes]:
        """What proves some transactions; see `chain_files`."""
        return chain_files(self.snapshot, self.source, txids)


def chain_files(snapshot: Snapshot, source: BlocksDirectory, txids: Iterable[Txid]) -> dict[str, bytes]:
    """The files below `data/chain/`.

    transactions.bin: one after the other in chain order, with witnesses, as they stand in blocks.
    proofs.bin: for each block, by height, the `merkleblock` that proves its transactions.
    witnesses.bin: for each block in which one of them has a witness, the same over wtxids. It leads to the
        root that the coinbase commits to (BIP 141).
    headers.bin: 80 bytes a block from genesis to the tip.

    Args:
        snapshot: the chain that the case was run on.
        source: the blocks that it was built from.
        txids: what to prove.

    Raises:
        NotFound: the chain holds no such transaction.
        WrongNetwork: blocks of another network or chain.
    """
    transactions, proofs, witnesses = [], [], []
    for height, places in sorted(_places(snapshot, txids).items()):
        _require_same(snapshot, source, height)
        chosen = sorted({COINBASE, *places})
        header, raw = snapshot.block_header(height), _raw_txs(source, height)
        ids = [snapshot.txid(tx_num).raw for tx_num in snapshot.block_txs(height)]
        proofs.append(merkle_block(header, ids, chosen))
        if any(has_witness(raw[place]) for place in chosen):
            wtxids = [bytes(32), *map(sha256d, raw[COINBASE + 1 :])]
            witnesses.append(merkle_block(header, wtxids, chosen))
        transactions += [raw[place] for place in chosen]
    return {
        TRANSACTIONS: b"".join(transactions),
        "proofs.bin": b"".join(proofs),
        "witnesses.bin": b"".join(witnesses),
        "headers.bin": b"".join(snapshot.block_header(height) for height in range(snapshot.height + 1)),
    }


def has_witness(raw: bytes) -> bool:
    """Whether a transaction is in the form of BIP 144, which carries witnesses."""
    return raw[4:6] == b"\0\1"


def _places(snapshot: Snapshot, txids: Iterable[Txid]) -> dict[int, list[int]]:
    """The places of transactions in their blocks, by height."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for txid in txids:
        number = snapshot.find_tx(txid)
        if number is None:
            raise NotFound(f"the store does not hold transaction {txid}", txid=str(txid))
        height = snapshot.tx_height(number)
        places[height].append(number - snapshot.block_txs(height)[0])
    return places


def _require_same(snapshot: Snapshot, source: BlocksDirectory, height: int) -> None:
    if height < len(source.chain) and source.chain.hash(height) == snapshot.block_hash(height):
        return
    raise WrongNetwork(
        f"`{source.path}` does not hold block {snapshot.block_hash(height)} at height {height}",
        hint="give the blocks directory that the store was built from",
        height=height,
    )


def _raw_txs(source: BlocksDirectory, height: int) -> list[bytes]:
    """The bytes of each transaction of a block; it was found sound when it entered the store."""
    raw = source.raw_block(height)
    data = np.frombuffer(raw, np.uint8)
    start, size = np.zeros(1, np.int64), np.array([len(raw)], np.int64)
    counts, faults = np.empty((1, 4), np.int64), np.empty((1, 2), np.int64)
    count_blocks(data, start, size, counts, faults)
    layout = BlockColumns.layout(*(int(count) for count in counts[0, :3]))
    columns = BlockColumns(**{name: np.empty(shape, kind) for name, (shape, kind) in layout.items()})
    first: npt.NDArray[np.int64] = np.zeros((1, 3), np.int64)
    fill_blocks(data, start, size, first, columns)
    spans = zip(columns.tx_at.tolist(), columns.tx_size.tolist(), strict=True)
    return [raw[at : at + length] for at, length in spans]
