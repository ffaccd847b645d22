"""A span of blocks, decoded, hashed and checked against their own headers: what ingest starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.types import BlockHash
from cointrail.errors import BadBlocks, DecodeError
from cointrail.kernel import commitments
from cointrail.kernel.decode import FAULTS, OK, BlockColumns, count_blocks, fill_blocks
from cointrail.kernel.resolve import prefixes_at
from cointrail.kernel.sha256 import sha256_many, sha256d_many, sha256d_parts_many
from cointrail.sources.blocks_dir import BlocksDirectory

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class DecodedBlocks:
    """Blocks of heights `first_height`.. as columns; positions are offsets into `data`."""

    first_height: int
    data: U8
    starts: I64
    """int64[blocks]"""
    first: I64
    """int64[blocks + 1, 3]: row of each block's first transaction, input and output; then the totals"""
    columns: BlockColumns
    txids: U8
    """uint8[txs * 32], wire order"""
    tx_prefixes: U64
    script_prefixes: U64
    """of each output's script's SHA-256"""
    undo: tuple[tuple[bytes, ...], ...]
    """of each block the undo payloads that may be its own; empty where there is none"""

    @property
    def n_blocks(self) -> int:
        """How many blocks."""
        return len(self.starts)

    @property
    def n_txs(self) -> int:
        """How many transactions."""
        return int(self.first[-1, 0])

    @property
    def n_inputs(self) -> int:
        """How many inputs, coinbases aside."""
        return int(self.first[-1, 1])

    @property
    def n_outputs(self) -> int:
        """How many outputs."""
        return int(self.first[-1, 2])

    def header(self, block: int) -> bytes:
        """The 80 bytes of the header of a block of this span."""
        at = int(self.starts[block])
        return self.data[at : at + 80].tobytes()


def _split(sizes: I64, parts: int) -> list[slice]:
    """Cut rows into spans of about equal weight."""
    total = int(sizes.sum())
    marks = np.searchsorted(np.cumsum(sizes), [total * k // parts for k in range(1, parts)]) + 1
    edges = [0, *(int(min(m, len(sizes))) for m in marks), len(sizes)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def _run(pool: Executor, work: Callable[[slice], None], spans: Sequence[slice]) -> None:
    for done in [pool.submit(work, span) for span in spans]:
        done.result()


def decode_span(
    source: BlocksDirectory, first: int, last: int, pool: Executor, threads: int
) -> DecodedBlocks:
    """Read and decode the blocks of heights first..last - 1.

    Raises:
        DecodeError: a block is malformed.
        BadBlocks: its transactions or witnesses are not those that its header commits to.
    """
    sizes = source.chain.blocks.sizes[first:last]
    data = np.empty(int(sizes.sum()), np.uint8)
    starts = source.read_blocks(first, last, data)
    undo = tuple(source.undo(height) for height in range(first, last))
    spans = _split(sizes, threads)
    counts, faults = np.empty((len(starts), 4), np.int64), np.empty((len(starts), 2), np.int64)
    _run(pool, lambda s: count_blocks(data, starts[s], sizes[s], counts[s], faults[s]), spans)
    _refuse_faults(source, first, faults)
    rows = np.zeros((len(starts) + 1, 3), np.int64)
    rows[1:] = np.cumsum(counts[:, :3], axis=0)
    columns = BlockColumns.empty(*(int(n) for n in rows[-1]))
    _run(pool, lambda s: fill_blocks(data, starts[s], sizes[s], rows[s], columns), spans)
    txids, wtxids = _hash_txs(data, columns, pool, threads)
    _check_commitments(source, first, (data, starts, rows, columns, txids, wtxids))
    hashes = np.empty((len(columns.out_at), 32), np.uint8)
    lengths = np.ascontiguousarray(columns.out_fixed[:, 0])

    def hash_scripts(span: slice) -> None:
        sha256_many(data, columns.out_at[span], lengths[span], hashes[span])

    _run(pool, hash_scripts, _split(lengths + 64, threads))
    script_prefixes = np.ascontiguousarray(hashes[:, :8]).view(np.uint64).reshape(-1)
    tx_prefixes = np.empty(len(txids) // 32, np.uint64)
    prefixes_at(txids, np.arange(len(tx_prefixes), dtype=np.int64) * 32, tx_prefixes)
    return DecodedBlocks(first, data, starts, rows, columns, txids, tx_prefixes, script_prefixes, undo)


def _base_parts(span: I64, cut: I64) -> tuple[I64, I64]:
    """What a txid hashes: the version, inputs and outputs, the locktime. (starts, lengths), [txs, 3]."""
    end = span[:, 0] + span[:, 1]
    four = np.full(len(span), 4, np.int64)
    starts = np.stack([span[:, 0], cut[:, 0], end - 4], axis=1)
    return np.ascontiguousarray(starts), np.ascontiguousarray(np.stack([four, cut[:, 1], four], axis=1))


def _hash_txs(data: U8, columns: BlockColumns, pool: Executor, threads: int) -> tuple[U8, U8]:
    """Every txid and wtxid, uint8[txs * 32] each."""
    spans, cut = columns.tx_span, columns.tx_cut
    txids = np.empty((len(spans), 32), np.uint8)
    wtxids = np.empty((len(spans), 32), np.uint8)

    def work(s: slice) -> None:
        starts = np.ascontiguousarray(spans[s, 0])
        lengths = np.ascontiguousarray(spans[s, 1])
        sha256d_many(data, starts, lengths, wtxids[s])
        txids[s] = wtxids[s]
        segwit = np.flatnonzero(lengths != cut[s, 1] + 8)
        if len(segwit):
            starts, lengths = _base_parts(spans[s][segwit], cut[s][segwit])
            scratch = np.empty(2 * int(lengths.sum(axis=1).max()), np.uint8)
            hashes = np.empty((len(segwit), 32), np.uint8)
            sha256d_parts_many(data, starts, lengths, hashes, scratch)
            txids[s][segwit] = hashes

    _run(pool, work, _split(spans[:, 1], threads))
    return txids.reshape(-1), wtxids.reshape(-1)


def _block_name(source: BlocksDirectory, height: int) -> str:
    blocks = source.chain.blocks
    name = BlockHash(blocks.hashes[height].tobytes())
    return f"blk{int(blocks.files[height]):05}.dat, offset {int(blocks.starts[height])}: block {name}"


def _refuse_faults(source: BlocksDirectory, first: int, faults: I64) -> None:
    bad = np.flatnonzero(faults[:, 0] != OK)
    if len(bad):
        row = int(bad[0])
        raise DecodeError(
            f"{_block_name(source, first + row)} is malformed at byte {int(faults[row, 1])}: "
            f"{FAULTS[int(faults[row, 0])]}",
            hint="the file is damaged: copy it again",
            height=first + row,
        )


def _check_commitments(
    source: BlocksDirectory, first: int, span: tuple[U8, I64, I64, BlockColumns, U8, U8]
) -> None:
    network: Network = source.network
    faults = np.zeros(len(span[1]), np.int64)
    segwit_from = max(0, network.segwit_height - first)
    most = int(np.diff(span[2][:, 0]).max(initial=0))
    row, root = np.empty(32 * most, np.uint8), np.empty(64, np.uint8)
    commitments.check_blocks(*span, segwit_from, row, root, faults)
    bad = np.flatnonzero(faults != OK)
    if len(bad):
        block = int(bad[0])
        raise BadBlocks(
            f"{_block_name(source, first + block)} {commitments.FAULTS[int(faults[block])]}",
            hint="the file is damaged: copy it again",
            height=first + block,
        )
