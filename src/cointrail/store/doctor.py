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
from cointrail.kernel.undo import DIFFERENCES, OTHER_OUTPUT, sum_fees
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.decoded import DecodedBlocks, decode_span
from cointrail.store.digest import DIGEST_COLUMNS, first_digest, next_digest, rows_digest
from cointrail.store.ingest import BATCH_BYTES, Progress, spans
from cointrail.store.live_txs import LiveTxs
from cointrail.store.plan import default_memory
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.runs import Run
from cointrail.store.schema import INDEXES, NOT_YET
from cointrail.store.stored_scripts import StoredScripts
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
        self.txs = self.inputs = self.outputs = self.inputs_with_undo = 0
        self.live = LiveTxs(_Columns(snapshot), default_memory())

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
        self._extend_digest(blocks)
        self.txs += blocks.n_txs
        self.inputs += blocks.n_inputs
        self.outputs += blocks.n_outputs

    def _where(self, blocks: DecodedBlocks, tx: int) -> str:
        block = int(np.searchsorted(blocks.first[:, 0], tx, side="right")) - 1
        return f"transaction {blocks.txid(tx)} (height {blocks.first_height + block})"

    def _compare_columns(self, blocks: DecodedBlocks, at: _Rows) -> None:
        columns = blocks.columns
        heights = np.arange(blocks.first_height, blocks.first_height + blocks.n_blocks)
        expected: dict[str, Array] = {
            "txs.txid": blocks.txids.reshape(-1, 32),
            "txs.block": np.repeat(heights, np.diff(blocks.first[:, 0])),
            "txs.version": columns.version,
            "txs.locktime": columns.locktime,
            "txs.weight": columns.weight,
            "txs.first_input": columns.first_input[:-1] + self.inputs,
            "txs.first_output": columns.first_output[:-1] + self.outputs,
        }
        for key, values in expected.items():
            stored = self.snapshot.column(key).slice(at.txs, at.txs + blocks.n_txs)
            wrong = stored != values.astype(stored.dtype, copy=False)
            for tx in np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1)):
                self.findings.say(f"{self._where(blocks, int(tx))}: {key} differs from the block")
        values = self.snapshot.column("outputs.value").slice(at.outputs, at.outputs + blocks.n_outputs)
        for o in np.flatnonzero(values != columns.value):
            self.findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its value differs")
        for key, theirs in (("inputs.sequence", columns.sequence), ("inputs.marks", columns.marks)):
            stored = self.snapshot.column(key).slice(at.inputs, at.inputs + blocks.n_inputs)
            for i in np.flatnonzero(stored != theirs):
                self.findings.say(f"input number {at.inputs + int(i)}: {key} differs from the block")

    def _compare_scripts(self, blocks: DecodedBlocks, at: _Rows) -> None:
        numbers = self.snapshot.column("outputs.script").slice(at.outputs, at.outputs + blocks.n_outputs)
        columns = blocks.columns
        wrong = self.snapshot.column("scripts.type").take(numbers) != columns.script_type
        scripts = StoredScripts(self.snapshot)
        wrong |= scripts.differ(numbers, blocks.data, columns.script_at, columns.script_length)
        for o in np.flatnonzero(wrong):
            self.findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its script differs")

    def _compare_inputs(self, blocks: DecodedBlocks, at: _Rows) -> Array:
        """Each input's output must be the one that the outpoint on the wire names, and must point back."""
        snapshot = self.snapshot
        spent = snapshot.column("inputs.output").slice(at.inputs, at.inputs + blocks.n_inputs)
        wrong = self._resolve(blocks, spent)
        for i in np.flatnonzero(wrong):
            self.findings.say(
                f"input number {at.inputs + int(i)} spends {blocks.outpoint_name(int(i))}, "
                "the store has another"
            )
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

    def _resolve(self, blocks: DecodedBlocks, spent: Array) -> npt.NDArray[np.bool_]:
        """Which inputs spend another output than the store says.

        With undo data outpoints are resolved anew; without, the whole txid of each is compared.
        """
        if self.source.has_undo:
            differs: npt.NDArray[np.bool_] = self.live.resolve(blocks, self.outputs) != spent
            return differs
        snapshot, data = self.snapshot, blocks.data
        first_outputs = snapshot.column("txs.first_output").all()
        creators = np.searchsorted(first_outputs, spent, side="right") - 1
        txids = snapshot.column("txs.txid").take(creators)
        wire = data[blocks.columns.in_at[:, None] + np.arange(36)]
        vouts = np.ascontiguousarray(wire[:, 32:]).view("<u4").reshape(-1)
        other: npt.NDArray[np.bool_] = (txids != wire[:, :32]).any(axis=1)
        other |= spent - first_outputs[creators] != vouts
        return other

    def _compare_fees(self, blocks: DecodedBlocks, at: _Rows, spent: Array) -> None:
        columns = blocks.columns
        worth, fees = self.snapshot.column("outputs.value").take(spent), np.empty(blocks.n_txs, np.int64)
        edges = columns.first_input, columns.first_output
        sum_fees(worth, columns.value, *edges, blocks.is_coinbase(), fees)
        stored = self.snapshot.column("txs.fee").slice(at.txs, at.txs + blocks.n_txs)
        for tx in np.flatnonzero(stored != fees):
            self.findings.say(f"{self._where(blocks, int(tx))}: txs.fee is not what its inputs leave over")

    def _compare_undo(self, blocks: DecodedBlocks, at: _Rows, spent: Array) -> None:
        if not self.source.has_undo:
            return
        found = StoredScripts(self.snapshot).fingerprints(spent)
        for block, others in sorted(blocks.rivals.items()):
            rows = slice(*blocks.first[block : block + 2, 1].tolist())
            left = list(others)
            while not (blocks.said.fingerprint[rows] == found[rows]).all() and left:
                blocks.read_record(block, left.pop(0))
        wrong = np.flatnonzero(found != blocks.said.fingerprint)
        for block in np.unique(np.searchsorted(blocks.first[:, 1], wrong, side="right") - 1).tolist():
            row = int(wrong[wrong >= blocks.first[block, 1]][0])
            self.findings.say(
                f"block at height {blocks.first_height + block}, input number {at.inputs + row}: "
                f"{DIFFERENCES[OTHER_OUTPUT]}"
            )
        self.inputs_with_undo += blocks.n_inputs

    def _extend_digest(self, blocks: DecodedBlocks) -> None:
        for b in range(blocks.n_blocks):
            edges = self.snapshot.row_edges(blocks.first_height + b)
            slices = (self.snapshot.column(s.key).slice(*edges[s.table]) for s in DIGEST_COLUMNS)
            self.digest = next_digest(self.digest, rows_digest(slices))
            stored = self.snapshot.column("blocks.digest")[blocks.first_height + b].tobytes()
            if stored != self.digest:
                self.findings.say(f"block at height {blocks.first_height + b}: its digest differs")
                self.digest = stored

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
        return StoredScripts(self.snapshot).prefixes()


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


class _Columns:
    """A snapshot's columns as the table of live transactions asks for them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def map(self, key: str) -> Array:
        return self._snapshot.column(key).all()
