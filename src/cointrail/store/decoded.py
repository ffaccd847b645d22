"""A span of blocks, decoded, hashed and checked against their own headers: what ingest starts from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import BlockHash
from cointrail.errors import BadBlocks, DecodeError
from cointrail.kernel import commitments
from cointrail.kernel.decode import FAULTS, OK, BlockColumns, count_blocks, fill_blocks
from cointrail.kernel.sha256 import sha256_many, sha256d_many, sha256d_parts_many
from cointrail.sources.blocks_dir import BlocksDirectory

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Number = TypeVar("Number", bound=np.generic)

PIECE_BYTES = 2 << 20
"""Blocks that one thread works on at a time: they stay in its cache from the first hash to the last."""


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


class Room:
    """Memory that a decoded span lives in. Used again for another span, it costs no fresh pages."""

    def __init__(self) -> None:
        self._kept: dict[str, U8] = {}

    def take(self, name: str, shape: tuple[int, ...], kind: type[Number]) -> npt.NDArray[Number]:
        """An array with anything in it; what was taken under that name before is given up."""
        size = math.prod(shape) * np.dtype(kind).itemsize
        kept = self._kept.get(name)
        if kept is None or len(kept) < size:
            kept = self._kept[name] = np.empty(size + size // 8, np.uint8)
        return kept[:size].view(kind).reshape(shape)

    def columns(self, txs: int, inputs: int, outputs: int) -> BlockColumns:
        """Columns for so many rows."""
        shapes = zip(BlockColumns._fields, BlockColumns.shapes(txs, inputs, outputs), strict=True)
        return BlockColumns(*(self.take(name, shape, np.int64) for name, shape in shapes))


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
    source: BlocksDirectory, first: int, last: int, pool: Executor, threads: int, *, room: Room | None = None
) -> DecodedBlocks:
    """Read and decode the blocks of heights first..last - 1.

    What is returned is good until `room` is used again.

    Raises:
        DecodeError: a block is malformed.
        BadBlocks: its transactions or witnesses are not those that its header commits to.
    """
    room = room or Room()
    sizes = source.chain.blocks.sizes[first:last]
    starts = np.cumsum(sizes) - sizes
    data = room.take("data", (int(sizes.sum()),), np.uint8)
    counts, faults = np.empty((len(sizes), 4), np.int64), np.empty((len(sizes), 2), np.int64)

    def read_and_count(s: slice) -> None:
        begin = int(starts[s.start])
        source.read_blocks(first + s.start, first + s.stop, data[begin : begin + int(sizes[s].sum())])
        count_blocks(data, starts[s], sizes[s], counts[s], faults[s])

    pieces = _split(sizes, max(threads, len(data) // PIECE_BYTES))
    _run(pool, read_and_count, pieces)
    _refuse_faults(source, first, faults)
    rows = np.zeros((len(starts) + 1, 3), np.int64)
    rows[1:] = np.cumsum(counts[:, :3], axis=0)
    span = _Span(source, first, room, data=data, starts=starts, sizes=sizes, rows=rows)
    _run(pool, span.work, pieces)
    undo = tuple(source.undo(height) for height in range(first, last))
    return DecodedBlocks(
        first,
        data,
        starts,
        rows,
        span.columns,
        span.txids.reshape(-1),
        span.tx_prefixes,
        span.script_prefixes,
        undo,
    )


class _Span:
    """Blocks that are read and counted; threads fill and hash a few of them at a time."""

    def __init__(
        self, source: BlocksDirectory, first: int, room: Room, *, data: U8, starts: I64, sizes: I64, rows: I64
    ) -> None:
        self.source, self.first, self.data, self.starts, self.sizes = source, first, data, starts, sizes
        self.rows = rows
        txs, inputs, outputs = (int(n) for n in rows[-1])
        self.columns = room.columns(txs, inputs, outputs)
        self.txids = room.take("txids", (txs, 32), np.uint8)
        self.wtxids = room.take("wtxids", (txs, 32), np.uint8)
        self.tx_prefixes = room.take("tx_prefixes", (txs,), np.uint64)
        self.script_prefixes = room.take("script_prefixes", (outputs,), np.uint64)

    def work(self, blocks: slice) -> None:
        """Fill the rows of some blocks, hash, and compare with what their headers commit to.

        Raises:
            BadBlocks: transactions or witnesses are others.
        """
        rows = self.rows[blocks.start : blocks.stop + 1]
        fill_blocks(self.data, self.starts[blocks], self.sizes[blocks], rows[:-1], self.columns)
        txs, outputs = slice(rows[0, 0], rows[-1, 0]), slice(rows[0, 2], rows[-1, 2])
        self._hash_txs(txs)
        self._check_commitments(blocks, rows)
        self.tx_prefixes[txs] = _prefixes(self.txids[txs])
        lengths = np.ascontiguousarray(self.columns.out_fixed[outputs, 0])
        hashes = np.empty((len(lengths), 32), np.uint8)
        sha256_many(self.data, self.columns.out_at[outputs], lengths, hashes)
        self.script_prefixes[outputs] = _prefixes(hashes)

    def _hash_txs(self, rows: slice) -> None:
        spans, cut = self.columns.tx_span[rows], self.columns.tx_cut[rows]
        starts, lengths = np.ascontiguousarray(spans.T)
        sha256d_many(self.data, starts, lengths, self.wtxids[rows])
        self.txids[rows] = self.wtxids[rows]
        segwit = np.flatnonzero(lengths != cut[:, 1] + 8)
        if len(segwit):
            starts, lengths = _base_parts(spans[segwit], cut[segwit])
            scratch = np.empty(2 * int(lengths.sum(axis=1).max()), np.uint8)
            hashes = np.empty((len(segwit), 32), np.uint8)
            sha256d_parts_many(self.data, starts, lengths, hashes, scratch)
            self.txids[rows.start + segwit] = hashes

    def _check_commitments(self, blocks: slice, rows: I64) -> None:
        faults = np.zeros(len(rows) - 1, np.int64)
        segwit_from = max(0, self.source.network.segwit_height - self.first - blocks.start)
        row, root = np.empty(32 * int(np.diff(rows[:, 0]).max()), np.uint8), np.empty(64, np.uint8)
        hashes = self.txids.reshape(-1), self.wtxids.reshape(-1)
        check = commitments.check_blocks
        check(self.data, self.starts[blocks], rows, self.columns, *hashes, segwit_from, row, root, faults)
        bad = np.flatnonzero(faults != OK)
        if len(bad):
            height = self.first + blocks.start + int(bad[0])
            raise BadBlocks(
                f"{_block_name(self.source, height)} {commitments.FAULTS[int(faults[bad[0]])]}",
                hint="the file is damaged: copy it again",
                height=height,
            )


def _base_parts(span: I64, cut: I64) -> tuple[I64, I64]:
    """What a txid hashes: the version, inputs and outputs, the locktime. (starts, lengths), [txs, 3]."""
    end = span[:, 0] + span[:, 1]
    four = np.full(len(span), 4, np.int64)
    starts = np.stack([span[:, 0], cut[:, 0], end - 4], axis=1)
    return np.ascontiguousarray(starts), np.ascontiguousarray(np.stack([four, cut[:, 1], four], axis=1))


def _prefixes(hashes: U8) -> U64:
    """The first eight bytes of each hash, as a number."""
    return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).reshape(-1)


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
