"""A span of blocks, decoded, hashed and checked against their own headers: what ingest starts from."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import cycle, pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import BlockHash
from cointrail.chain.view import ScriptType
from cointrail.errors import BadBlocks, DecodeError, StoreCorrupt
from cointrail.kernel import commitments
from cointrail.kernel.bytes import put_rows
from cointrail.kernel.decode import FAULTS, OK, BlockColumns, count_blocks, fill_blocks, split_txids
from cointrail.kernel.fingerprint import fingerprint_outputs
from cointrail.kernel.live import count_spendable
from cointrail.kernel.numbering import ScriptRows, scatter_scripts
from cointrail.kernel.sha256 import sha256_many, sha256d_many, sha256d_parts_many
from cointrail.kernel.undo import DIFFERENCES, SAME, UndoColumns, read_undo, sum_fees
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.spill import Scattered

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Number = TypeVar("Number", bound=np.generic)

AHEAD = 1
"""Spans that are decoded while one is in use. With more, the caches of two cores are shared by too much."""

EXPECTED = 4
"""Spans that the system reads from the disk, or has read, while the first of them is decoded."""

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
    hashes: U8
    """uint8[blocks, 32], wire order"""
    txids: U8
    """uint8[txs * 32], wire order"""
    tx_prefixes: U64
    script_prefixes: U64
    """of each output's script's SHA-256"""
    fingerprints: U64
    """of each output"""
    spendable: U32
    """outputs of each transaction that can be spent"""
    said: UndoColumns
    """what the node's undo data says of each input; anything without undo data"""
    fees: I64
    """satoshi of each transaction, from the undo data; anything without"""
    rivals: dict[int, tuple[bytes, ...]]
    """of a block with several undo payloads that may be its own: those that were not read"""
    scattered: Scattered | None = None
    """scripts by part, where that was asked for"""
    shown: I64 | None = None
    """then too: rows of inputs that spend a P2SH output, as far as undo data tells, and end with a push"""
    shown_inner: U8 | None = None
    """uint8[shown, 32]: SHA-256 of that push"""

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

    def headers(self) -> U8:
        """The header of each block, uint8[blocks, 80]."""
        found: U8 = self.data[self.starts[:, None] + np.arange(80)]
        return found

    def is_coinbase(self) -> npt.NDArray[np.bool_]:
        """Of each transaction, whether it makes new coins."""
        flags = np.zeros(self.n_txs, np.bool_)
        flags[self.first[:-1, 0]] = True
        return flags

    def txid(self, row: int) -> str:
        """The id of a transaction, as explorers show it."""
        return self.txids[32 * row : 32 * row + 32][::-1].tobytes().hex()

    def input_name(self, row: int) -> str:
        """Which input a row is, for a message."""
        block = int(np.searchsorted(self.first[:, 1], row, side="right")) - 1
        tx = int(np.searchsorted(self.columns.first_input, row, side="right")) - 1
        vin = row - int(self.columns.first_input[tx])
        return f"input {vin} of {self.txid(tx)} (height {self.first_height + block})"

    def outpoint_name(self, row: int) -> str:
        """`txid:vout` that an input spends."""
        where = int(self.columns.in_at[row])
        vout = int.from_bytes(self.data[where + 32 : where + 36].tobytes(), "little")
        return f"{self.data[where : where + 32][::-1].tobytes().hex()}:{vout}"

    def read_record(self, block: int, record: bytes) -> tuple[int, int]:
        """Take what an undo payload says of a block's inputs; (`SAME` or what is wrong, row of the input)."""
        txs = int(self.first[block, 0]), int(self.first[block + 1, 0])
        return read_undo(np.frombuffer(record, np.uint8), *txs, self.columns.first_input, self.said)

    def sum_fees(self, block: int) -> None:
        """Set the fees of a block's transactions by what its undo record says."""
        columns, (first, last) = self.columns, self.first[block : block + 2, 0].tolist()
        edges = columns.first_input[first : last + 1], columns.first_output[first : last + 1]
        coinbase = np.zeros(last - first, np.bool_)
        coinbase[0] = True
        sum_fees(self.said.value, columns.value, *edges, coinbase, self.fees[first:last])

    def refuse_negative_fees(self) -> None:
        """Look at the fees once what inputs are worth is certain.

        Raises:
            StoreCorrupt: a transaction creates more than it spends.
        """
        bad = np.flatnonzero(self.fees < 0)
        if len(bad):
            txid = self.txid(int(bad[0]))
            raise StoreCorrupt(
                f"transaction {txid} creates more than it spends",
                hint="the blocks are not a valid chain",
                txid=txid,
            )


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
        layout = BlockColumns.layout(txs, inputs, outputs)
        return BlockColumns(**{name: self.take(name, shape, kind) for name, (shape, kind) in layout.items()})


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
    source: BlocksDirectory,
    first: int,
    last: int,
    pool: Executor,
    threads: int,
    *,
    room: Room | None = None,
    bits: int | None = None,
) -> DecodedBlocks:
    """Read and decode the blocks of heights first..last - 1.

    What is returned is good until `room` is used again. With `bits`, scripts are sorted into `2**bits` parts.

    Raises:
        DecodeError: a block is malformed.
        BadBlocks: its transactions or witnesses are not those that its header commits to.
        StoreCorrupt: its undo record is malformed.
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
    blocks = _empty(room, source, first, data=data, starts=starts, rows=rows)
    span = _Span(source, blocks, sizes, room)
    _run(pool, span.work, pieces)
    return blocks if bits is None else _sort_scripts(blocks, room, bits, source)


def threads_for(threads: int) -> int:
    """How many threads a pool must have in which `threads` decode: spans that wait for them take one each."""
    return threads + AHEAD + 1


def decode_ahead(
    source: BlocksDirectory,
    plan: Sequence[tuple[int, int]],
    pool: Executor,
    threads: int,
    *,
    bits: int | None = None,
) -> Iterator[DecodedBlocks]:
    """Decoded spans of heights, one after another; the next `AHEAD` are decoded while one is in use.

    Each is good until the next one is asked for. `pool` must have `threads_for(threads)` threads.
    """
    waiting: deque[Future[DecodedBlocks]] = deque()
    rooms = cycle([Room() for _ in range(AHEAD + 1)])
    for number, (first, last) in enumerate(plan):
        ask = source, first, last, pool, threads
        for soon in (
            plan[number + 1 : EXPECTED] if number == 0 else plan[number + EXPECTED - 1 : number + EXPECTED]
        ):
            pool.submit(source.expect, *soon)  # what fails here fails again where it is read
        waiting.append(pool.submit(decode_span, *ask, room=next(rooms), bits=bits))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _empty(
    room: Room, source: BlocksDirectory, first: int, *, data: U8, starts: I64, rows: I64
) -> DecodedBlocks:
    txs, inputs, outputs = (int(n) for n in rows[-1])
    return DecodedBlocks(
        first_height=first,
        data=data,
        starts=starts,
        first=rows,
        columns=room.columns(txs, inputs, outputs),
        hashes=source.chain.blocks.hashes[first : first + len(starts)],
        txids=room.take("txids", (txs * 32,), np.uint8),
        tx_prefixes=room.take("tx_prefixes", (txs,), np.uint64),
        script_prefixes=room.take("script_prefixes", (outputs,), np.uint64),
        fingerprints=room.take("fingerprints", (outputs,), np.uint64),
        spendable=room.take("spendable", (txs,), np.uint32),
        said=UndoColumns(
            room.take("undo_value", (inputs,), np.int64),
            room.take("undo_fingerprint", (inputs,), np.uint64),
            room.take("undo_p2sh", (inputs,), np.bool_),
        ),
        fees=room.take("fees", (txs,), np.int64),
        rivals={},
    )


def _sort_scripts(blocks: DecodedBlocks, room: Room, bits: int, source: BlocksDirectory) -> DecodedBlocks:
    """Sort scripts into parts, and hash what may be redeem scripts."""
    columns, count, parts = blocks.columns, blocks.n_outputs, 1 << bits
    size = int(columns.script_length.sum())
    rows = ScriptRows(
        room.take("part_prefix", (count,), np.uint64),
        room.take("part_length", (count,), np.uint32),
        room.take("part_data", (size,), np.uint8),
    )
    edges, byte_edges = np.empty(parts + 1, np.int64), np.empty(parts + 1, np.int64)
    part = room.take("part", (count,), np.uint8)
    where = columns.script_at, columns.script_length
    scatter_scripts(blocks.data, *where, blocks.script_prefixes, bits, part, edges, byte_edges, rows)
    pushes = columns.push_length >= 0
    shown = np.flatnonzero(pushes & blocks.said.is_p2sh if source.has_undo else pushes)
    inner = np.empty((len(shown), 32), np.uint8)
    sha256_many(blocks.data, columns.push_at[shown], columns.push_length[shown], inner)
    scattered = Scattered(part, rows, edges, byte_edges)
    return replace(blocks, scattered=scattered, shown=shown, shown_inner=inner)


class _Span:
    """Blocks that are read and counted; threads fill, hash and check a few of them at a time."""

    def __init__(self, source: BlocksDirectory, blocks: DecodedBlocks, sizes: I64, room: Room) -> None:
        self.source, self.blocks, self.sizes = source, blocks, sizes
        self.wtxids = room.take("wtxids", (blocks.n_txs, 32), np.uint8)
        self.txids = blocks.txids.reshape(-1, 32)

    def work(self, part: slice) -> None:
        """Fill the rows of some blocks, hash, and compare with headers and undo records.

        Raises:
            BadBlocks: transactions or witnesses are others.
            StoreCorrupt: an undo record is malformed.
        """
        blocks, columns = self.blocks, self.blocks.columns
        rows = blocks.first[part.start : part.stop + 1]
        fill_blocks(blocks.data, blocks.starts[part], self.sizes[part], rows[:-1], columns)
        txs, outputs = slice(rows[0, 0], rows[-1, 0]), slice(rows[0, 2], rows[-1, 2])
        self._hash_txs(txs)
        self._check_commitments(part, rows)
        blocks.tx_prefixes[txs] = _prefixes(self.txids[txs])
        scripts = columns.script_at[outputs], columns.script_length[outputs]
        hashes = np.empty((len(scripts[0]), 32), np.uint8)
        sha256_many(blocks.data, *scripts, hashes)
        blocks.script_prefixes[outputs] = _prefixes(hashes)
        value = columns.value[outputs]
        fingerprint_outputs(value, blocks.data, *scripts, blocks.fingerprints[outputs])
        edges = columns.first_output[rows[0, 0] : rows[-1, 0] + 1] - rows[0, 2]
        kinds = columns.script_type[outputs]
        count_spendable(value, kinds, edges, int(ScriptType.OP_RETURN), blocks.spendable[txs])
        if self.source.has_undo:
            for block in range(part.start, part.stop):
                self._read_undo(block)

    def _read_undo(self, block: int) -> None:
        blocks, height = self.blocks, self.blocks.first_height + block
        records = self.source.undo(height) if height else (b"\0",)
        results = []
        for number, record in enumerate(records):
            results.append(blocks.read_record(block, record))
            if results[-1][0] == SAME:
                blocks.rivals.update({block: records[number + 1 :]} if records[number + 1 :] else {})
                break
        else:
            why, row = results[-1]
            subject = blocks.input_name(row) if 0 <= row < blocks.n_inputs else "no input"
            raise StoreCorrupt(
                f"block at height {height}, {subject}: {DIFFERENCES[why]}",
                hint="the rev file or the blk file is damaged: copy both again",
                height=height,
            )
        if block not in blocks.rivals:
            blocks.sum_fees(block)

    def _hash_txs(self, rows: slice) -> None:
        data, columns, count = self.blocks.data, self.blocks.columns, rows.stop - rows.start
        sha256d_many(data, columns.tx_at[rows], columns.tx_size[rows], self.wtxids[rows])
        self.txids[rows] = self.wtxids[rows]
        segwit = np.empty(count, np.int64)
        starts, lengths = np.empty((count, 3), np.int64), np.empty((count, 3), np.int64)
        found, longest = split_txids(columns, rows.start, rows.stop, segwit, starts, lengths)
        if found:
            scratch, hashes = np.empty(2 * longest, np.uint8), np.empty((found, 32), np.uint8)
            sha256d_parts_many(data, starts[:found], lengths[:found], hashes, scratch)
            put_rows(segwit[:found], hashes.reshape(-1), self.blocks.txids)

    def _check_commitments(self, part: slice, rows: I64) -> None:
        blocks = self.blocks
        faults = np.zeros(len(rows) - 1, np.int64)
        segwit_from = max(0, self.source.network.segwit_height - blocks.first_height - part.start)
        row, root = np.empty(32 * int(np.diff(rows[:, 0]).max()), np.uint8), np.empty(64, np.uint8)
        hashes = blocks.txids, self.wtxids.reshape(-1)
        check = commitments.check_blocks
        starts = blocks.starts[part]
        check(blocks.data, starts, rows, blocks.columns, *hashes, segwit_from, row, root, faults)
        bad = np.flatnonzero(faults != OK)
        if len(bad):
            height = blocks.first_height + part.start + int(bad[0])
            raise BadBlocks(
                f"{_block_name(self.source, height)} {commitments.FAULTS[int(faults[bad[0]])]}",
                hint="the file is damaged: copy it again",
                height=height,
            )


def _prefixes(hashes: U8) -> U64:
    """The first eight bytes of each hash, as a number."""
    return hashes.view(np.uint64)[:, 0]


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
