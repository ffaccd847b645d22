"""The store against the blocks it was built from: every row, every input, every index."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import BlockHash
from cointrail.errors import WrongNetwork
from cointrail.kernel.bytes import differing_slices, gather_slices
from cointrail.kernel.sha256 import sha256_many
from cointrail.kernel.undo import DIFFERENCES, SAME, KnownOutputs, NewOutputs
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.append import DIGEST_COLUMNS, compare_records, first_digest, next_digest
from cointrail.store.decoded import DecodedBlocks, decode_span
from cointrail.store.index_files import Run
from cointrail.store.ingest import BATCH_BYTES, Progress, spans
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import INDEXES, NOT_YET
from cointrail.store.structure import structure_findings

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

MOST_INPUTS = np.uint64(1 << 48)
"""No chain has so many inputs; a mark ahead of a commit is below it."""

MOST_FINDINGS = 100
"""Findings that are spelled out; the rest are counted."""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was compared, and every difference in words. No finding means that all of it agreed."""

    findings: tuple[str, ...]
    blocks: int
    txs: int
    inputs: int
    """inputs compared with their outpoint on the wire"""
    inputs_with_undo: int
    """inputs whose value and script were compared with the node's undo data"""
    digest: str
    """computed anew from the rows"""


class _Findings:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.unsaid = 0

    def say(self, text: str) -> None:
        if len(self.said) < MOST_FINDINGS:
            self.said.append(text)
        else:
            self.unsaid += 1

    def all(self) -> tuple[str, ...]:
        more = (f"and {self.unsaid} more findings",) if self.unsaid else ()
        return (*self.said, *more)


def examine(
    store: Path, source: BlocksDirectory, *, threads: int = 2, progress: Progress | None = None
) -> DoctorReport:
    """Compare a store with a blocks directory, from genesis to the store's tip.

    Args:
        store: the store's folder. It is only read.
        source: the blocks.
        threads: threads that decode.
        progress: told after every span.

    Raises:
        WrongNetwork: the blocks are of another network.
        StoreError: there is no store.
        BadBlocks: the blocks themselves are damaged.
    """
    snapshot = open_snapshot(store)
    if source.network != snapshot.network:
        raise WrongNetwork(
            f"`{store}` holds {snapshot.network.name}, `{source.path}` holds {source.network.name}",
            hint="give the blocks that the store was built from",
        )
    findings = _Findings()
    for text in structure_findings(snapshot):
        findings.say(text)
    if findings.said:
        findings.say("nothing else was compared")
        return DoctorReport(findings.all(), 0, 0, 0, 0, snapshot.digest)
    check = _Check(snapshot, source, findings)
    last = check.common_blocks()
    with ThreadPoolExecutor(threads + 1) as pool:
        sizes = source.chain.blocks.sizes[:last]
        done = 0
        for first, end in spans(sizes, 0, BATCH_BYTES):
            blocks = decode_span(source, first, end, pool, threads)
            check.span(blocks)
            done += len(blocks.data)
            if progress:
                progress("compare", done, int(sizes.sum()), check.txs)
    check.indices()
    if last == snapshot.height + 1 and check.digest.hex() != snapshot.digest:
        findings.say(f"the digest over the rows is {check.digest.hex()}, the manifest says {snapshot.digest}")
    return DoctorReport(
        findings.all(), last, check.txs, check.inputs, check.inputs_with_undo, check.digest.hex()
    )


class _Check:
    """One examination; remembers how far it is."""

    def __init__(self, snapshot: Snapshot, source: BlocksDirectory, findings: _Findings) -> None:
        self.snapshot, self.source, self.findings = snapshot, source, findings
        self.digest = first_digest(snapshot.network.name)
        self.txs = self.inputs = self.inputs_with_undo = 0

    def common_blocks(self) -> int:
        """How many blocks of the store are in the source, which must be all."""
        mine = self.snapshot.column("blocks.hash").all()
        theirs = self.source.chain.blocks.hashes[: len(mine)]
        same = (mine[: len(theirs)] == theirs).all(axis=1)
        common = len(same) if same.all() else int(np.flatnonzero(~same)[0])
        if common < len(mine):
            name = BlockHash(mine[common].tobytes())
            self.findings.say(f"block {name} at height {common} is not on the chain of the blocks directory")
        return common

    def span(self, blocks: DecodedBlocks) -> None:
        """Compare a span of decoded blocks with their rows."""
        at = _Rows(self.snapshot, blocks)
        self._compare_columns(blocks, at)
        self._compare_scripts(blocks, at)
        spent = self._compare_inputs(blocks, at)
        self._compare_fees(blocks, at, spent)
        self._compare_undo(blocks, at, spent)
        self._extend_digest(blocks, at)
        self.txs += blocks.n_txs
        self.inputs += blocks.n_inputs

    def _where(self, blocks: DecodedBlocks, tx: int) -> str:
        block = int(np.searchsorted(blocks.first[:, 0], tx, side="right")) - 1
        txid = blocks.txids[32 * tx : 32 * tx + 32][::-1].tobytes().hex()
        return f"transaction {txid} (height {blocks.first_height + block})"

    def _compare_columns(self, blocks: DecodedBlocks, at: _Rows) -> None:
        columns = blocks.columns
        heights = np.arange(blocks.first_height, blocks.first_height + blocks.n_blocks)
        expected: dict[str, Array] = {
            "txs.txid": blocks.txids.reshape(-1, 32),
            "txs.block": np.repeat(heights, np.diff(blocks.first[:, 0])),
            "txs.version": columns.tx_fixed[:, 0],
            "txs.locktime": columns.tx_fixed[:, 1],
            "txs.weight": columns.tx_fixed[:, 2],
            "txs.first_input": columns.tx_rows[:, 0] + at.inputs,
            "txs.first_output": columns.tx_rows[:, 1] + at.outputs,
        }
        for key, values in expected.items():
            stored = self.snapshot.column(key).slice(at.txs, at.txs + blocks.n_txs)
            wrong = stored.astype(values.dtype) != values
            for tx in np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1)):
                self.findings.say(f"{self._where(blocks, int(tx))}: {key} differs from the block")
        values = self.snapshot.column("outputs.value").slice(at.outputs, at.outputs + blocks.n_outputs)
        for o in np.flatnonzero(values != columns.out_value):
            self.findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its value differs")
        for key, place in (("inputs.sequence", 0), ("inputs.marks", 1)):
            stored = self.snapshot.column(key).slice(at.inputs, at.inputs + blocks.n_inputs)
            for i in np.flatnonzero(stored.astype(np.int64) != columns.in_fixed[:, place]):
                self.findings.say(f"input number {at.inputs + int(i)}: {key} differs from the block")

    def _compare_scripts(self, blocks: DecodedBlocks, at: _Rows) -> None:
        numbers = self.snapshot.column("outputs.script").slice(at.outputs, at.outputs + blocks.n_outputs)
        starts, lengths, heap = _scripts(self.snapshot, numbers)
        columns = blocks.columns
        wrong = np.empty(len(numbers), np.bool_)
        differing_slices(
            heap,
            starts,
            lengths,
            blocks.data,
            columns.out_at,
            np.ascontiguousarray(columns.out_fixed[:, 0]),
            wrong,
        )
        wrong |= self.snapshot.column("scripts.type").take(numbers) != columns.out_fixed[:, 1]
        for o in np.flatnonzero(wrong):
            self.findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its script differs")

    def _compare_inputs(self, blocks: DecodedBlocks, at: _Rows) -> Array:
        """Each input's output must be the outpoint on the wire, and must point back."""
        snapshot = self.snapshot
        spent = snapshot.column("inputs.output").slice(at.inputs, at.inputs + blocks.n_inputs)
        first_outputs = snapshot.column("txs.first_output").all()
        creators = np.searchsorted(first_outputs, spent, side="right") - 1
        txids = snapshot.column("txs.txid").take(creators)
        wire = blocks.data[blocks.columns.in_at[:, None] + np.arange(36)]
        vouts = np.ascontiguousarray(wire[:, 32:]).view("<u4").reshape(-1)
        wrong = (txids != wire[:, :32]).any(axis=1) | (spent - first_outputs[creators] != vouts)
        for i in np.flatnonzero(wrong):
            outpoint = f"{wire[i, :32][::-1].tobytes().hex()}:{vouts[i]}"
            self.findings.say(f"input number {at.inputs + int(i)} spends {outpoint}, the store has another")
        marks = snapshot.column("outputs.spent_by").slice(at.outputs, at.outputs + blocks.n_outputs)
        for o in np.flatnonzero((marks >= MOST_INPUTS) & (marks != NOT_YET)):
            self.findings.say(
                f"output {snapshot.outpoint(at.outputs + int(o))} is marked as spent by no input there can be"
            )
        back = snapshot.spent_by_many(spent)
        numbers = np.arange(at.inputs, at.inputs + len(spent), dtype=np.uint64)
        for i in np.flatnonzero(back != numbers):
            self.findings.say(f"output {snapshot.outpoint(int(spent[i]))} is spent, the store says otherwise")
        return spent

    def _compare_fees(self, blocks: DecodedBlocks, at: _Rows, spent: Array) -> None:
        edges = np.concatenate([blocks.columns.tx_rows, blocks.first[-1:, 1:]])
        came = np.concatenate([[0], np.cumsum(self.snapshot.column("outputs.value").take(spent))])
        went = np.concatenate([[0], np.cumsum(blocks.columns.out_value)])
        fees = np.diff(came[edges[:, 0]]) - np.diff(went[edges[:, 1]])
        fees[blocks.first[:-1, 0]] = 0
        stored = self.snapshot.column("txs.fee").slice(at.txs, at.txs + blocks.n_txs)
        for tx in np.flatnonzero(stored != fees):
            self.findings.say(f"{self._where(blocks, int(tx))}: txs.fee is not what its inputs leave over")

    def _compare_undo(self, blocks: DecodedBlocks, at: _Rows, spent: Array) -> None:
        if not any(blocks.undo):
            return
        values = self.snapshot.column("outputs.value").take(spent)
        numbers = self.snapshot.column("outputs.script").take(spent)
        starts, lengths, heap = _scripts(self.snapshot, numbers)
        new = NewOutputs(values, starts, np.stack([lengths, lengths], axis=1), heap)
        empty = np.empty(0, np.uint64)
        known = KnownOutputs(np.empty(0, np.int64), np.empty(0, np.uint32), empty, heap[:0])
        rows = np.arange(len(spent), dtype=np.uint64)
        first_input = np.append(blocks.columns.tx_rows[:, 0], blocks.n_inputs)
        for b, records in enumerate(blocks.undo):
            if not records:
                continue
            txs = int(blocks.first[b, 0]), int(blocks.first[b + 1, 0])
            why, where = compare_records(records, txs, first_input, rows, (known, new))
            if why != SAME:
                self.findings.say(
                    f"block at height {blocks.first_height + b}, input number {at.inputs + where}: "
                    f"{DIFFERENCES[why]}"
                )
            self.inputs_with_undo += int(first_input[txs[1]] - first_input[txs[0]])

    def _extend_digest(self, blocks: DecodedBlocks, at: _Rows) -> None:
        for b in range(blocks.n_blocks):
            edges = self.snapshot.row_edges(blocks.first_height + b)
            slices = (self.snapshot.column(s.key).slice(*edges[s.table]) for s in DIGEST_COLUMNS)
            self.digest = next_digest(self.digest, slices)
            stored = self.snapshot.column("blocks.digest")[blocks.first_height + b].tobytes()
            if stored != self.digest:
                self.findings.say(f"block at height {blocks.first_height + b}: its digest differs")
                self.digest = stored
        del at

    def indices(self) -> None:
        """Every run must be sorted, complete, and lead to rows that have the key."""
        expected: dict[str, Callable[[], Array]] = {
            "txid": self._txid_keys,
            "script": self._script_keys,
            "history": lambda: self.snapshot.column("outputs.script").all(),
        }
        for spec in INDEXES:
            keys = expected[spec.name]()
            seen = np.zeros(len(keys), np.bool_)
            for run in self.snapshot.runs(spec.name):
                if not _fits(run, keys):
                    self.findings.say(f"index `{spec.name}` has a run that does not fit its rows")
                seen[run.numbers[run.numbers < len(keys)].astype(np.int64)] = True
            if not seen.all():
                missing = int(np.count_nonzero(~seen))
                self.findings.say(f"index `{spec.name}` lacks {missing} of {len(seen)} rows")

    def _txid_keys(self) -> Array:
        txids = self.snapshot.column("txs.txid").all()[:, :8]
        return np.ascontiguousarray(txids).view(np.uint64).reshape(-1)

    def _script_keys(self) -> Array:
        starts, lengths, heap = _scripts(self.snapshot, np.arange(self.snapshot.n_scripts))
        hashes = np.empty((len(starts), 32), np.uint8)
        sha256_many(heap, starts, lengths, hashes)
        return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).reshape(-1)


def _fits(run: Run, keys: Array) -> bool:
    """Whether a run is in order, by key and then by number, and its numbers lead to rows with its keys."""
    if (run.numbers >= len(keys)).any() or (keys[run.numbers.astype(np.int64)] != run.keys).any():
        return False
    rises = run.keys[1:] > run.keys[:-1]
    equal = run.keys[1:] == run.keys[:-1]
    return bool((rises | (equal & (run.numbers[1:] > run.numbers[:-1]))).all())


class _Rows:
    """Where a span's rows begin in the store."""

    def __init__(self, snapshot: Snapshot, blocks: DecodedBlocks) -> None:
        edges = snapshot.row_edges(blocks.first_height)
        self.txs, self.inputs, self.outputs = (edges[t][0] for t in ("txs", "inputs", "outputs"))


def _scripts(snapshot: Snapshot, numbers: Array) -> tuple[I64, I64, npt.NDArray[np.uint8]]:
    """The bytes of many scripts: (starts, lengths, buffer)."""
    ends = snapshot.column("scripts.end")
    rows = numbers.astype(np.int64)
    stop = ends.take(rows).astype(np.int64)
    begin = np.where(rows > 0, ends.take(np.maximum(rows - 1, 0)).astype(np.int64), 0)
    lengths = stop - begin
    starts = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), np.uint8)
    heap = snapshot.column("script_bytes.data")
    old = rows < ends.border
    gather_slices(heap.settled, begin[old], lengths[old], out, starts[old])
    gather_slices(heap.recent, begin[~old] - heap.border, lengths[~old], out, starts[~old])
    return starts, lengths, out
