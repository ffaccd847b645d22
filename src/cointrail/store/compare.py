"""A span of decoded blocks against the rows that a snapshot has for it."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.spending import find_other_marks
from cointrail.kernel.undo import DIFFERENCES, OTHER_OUTPUT, sum_fees
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.digest import DIGEST_COLUMNS, first_digest, next_digest, rows_digest
from cointrail.store.findings import Findings
from cointrail.store.live_txs import LiveTxs, TableFull
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET
from cointrail.store.stored_scripts import StoredScripts

Array = npt.NDArray[Any]

MOST_INPUTS = np.uint64(1 << 48)
"""No chain has so many inputs; a mark ahead of a commit is below it."""


@dataclass(frozen=True)
class _At:
    """Numbers of the first rows of a span."""

    txs: int
    inputs: int
    outputs: int


class SpanComparison:
    """Compares span after span, from genesis on; remembers how far it is."""

    def __init__(self, snapshot: Snapshot, memory: int, *, has_undo: bool) -> None:
        """Begin at genesis.

        Args:
            snapshot: what is examined.
            memory: bytes for the table of live transactions.
            has_undo: whether what is decoded says what inputs spend.
        """
        self.snapshot, self.has_undo = snapshot, has_undo
        self.digest = first_digest(snapshot.network.name)
        self.txs = self.inputs = self.outputs = self.inputs_with_undo = 0
        self._scripts = StoredScripts(snapshot)
        self._live: LiveTxs | None = None
        if has_undo:
            self._live = LiveTxs(_PartColumns(snapshot, settled=True), memory)
            self._live.begin_part(_PartColumns(snapshot, settled=False))

    def span(self, blocks: DecodedBlocks, pool: Executor, findings: Findings) -> None:
        """Compare the next span of blocks with their rows; three threads at once."""
        at = _At(self.txs, self.inputs, self.outputs)
        work = [
            pool.submit(step, blocks, at)
            for step in (self._compare_rows, self._compare_spends, self._extend_digest)
        ]
        for part in work:
            findings.extend(part.result())
        self.txs += blocks.n_txs
        self.inputs += blocks.n_inputs
        self.outputs += blocks.n_outputs
        self.inputs_with_undo += blocks.n_inputs if self.has_undo else 0

    @staticmethod
    def _where(blocks: DecodedBlocks, tx: int) -> str:
        block = int(np.searchsorted(blocks.first[:, 0], tx, side="right")) - 1
        return f"transaction {blocks.txid(tx)} (height {blocks.first_height + block})"

    # -- what blocks say by themselves

    def _compare_rows(self, blocks: DecodedBlocks, at: _At) -> Findings:
        findings = Findings()
        self._compare_txs(blocks, at, findings)
        self._compare_outputs(blocks, at, findings)
        for key, theirs in (
            ("inputs.sequence", blocks.columns.sequence),
            ("inputs.marks", blocks.columns.marks),
        ):
            stored = self.snapshot.column(key).slice(at.inputs, at.inputs + blocks.n_inputs)
            for i in _unequal(stored, theirs):
                findings.say(f"input number {at.inputs + int(i)}: {key} differs from the block")
        return findings

    def _compare_txs(self, blocks: DecodedBlocks, at: _At, findings: Findings) -> None:
        columns = blocks.columns
        heights = np.arange(blocks.first_height, blocks.first_height + blocks.n_blocks)
        expected: dict[str, Array] = {
            "txs.txid": blocks.txids.reshape(-1, 32),
            "txs.block": np.repeat(heights, np.diff(blocks.first[:, 0])),
            "txs.version": columns.version,
            "txs.locktime": columns.locktime,
            "txs.weight": columns.weight,
            "txs.first_input": columns.first_input[:-1] + at.inputs,
            "txs.first_output": columns.first_output[:-1] + at.outputs,
        }
        for key, values in expected.items():
            stored = self.snapshot.column(key).slice(at.txs, at.txs + blocks.n_txs)
            for tx in _unequal(stored, values.astype(stored.dtype, copy=False)):
                findings.say(f"{self._where(blocks, int(tx))}: {key} differs from the block")

    def _compare_outputs(self, blocks: DecodedBlocks, at: _At, findings: Findings) -> None:
        columns, rows = blocks.columns, (at.outputs, at.outputs + blocks.n_outputs)
        for o in _unequal(self.snapshot.column("outputs.value").slice(*rows), columns.value):
            findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its value differs")
        numbers = self.snapshot.column("outputs.script").slice(*rows)
        wrong = self.snapshot.column("scripts.type").take(numbers) != columns.script_type
        wrong |= self._scripts.differ(numbers, blocks.data, columns.script_at, columns.script_length)
        for o in np.flatnonzero(wrong):
            findings.say(f"output {self.snapshot.outpoint(at.outputs + int(o))}: its script differs")
        marks = self.snapshot.column("outputs.spent_by").slice(*rows)
        for o in np.flatnonzero((marks >= MOST_INPUTS) & (marks != NOT_YET)):
            findings.say(
                f"output {self.snapshot.outpoint(at.outputs + int(o))} is marked as spent by no input "
                "there can be"
            )

    # -- what inputs spend

    def _compare_spends(self, blocks: DecodedBlocks, at: _At) -> Findings:
        """Each input's output must be the one that its outpoint names, and must point back."""
        findings, snapshot = Findings(), self.snapshot
        spent = snapshot.column("inputs.output").slice(at.inputs, at.inputs + blocks.n_inputs)
        for i in np.flatnonzero(self._resolve(blocks, spent, at)):
            findings.say(
                f"input number {at.inputs + int(i)} spends {blocks.outpoint_name(int(i))}, "
                "the store has another"
            )
        other = np.empty(len(spent), np.bool_)
        find_other_marks(spent, at.inputs, snapshot.column("outputs.spent_by").settled, other)
        left = np.flatnonzero(other)
        for i in left[snapshot.spent_by_many(spent[left]) != (left + at.inputs).astype(np.uint64)]:
            findings.say(f"output {snapshot.outpoint(int(spent[i]))} is spent, the store says otherwise")
        if self.has_undo:
            self._compare_undo(blocks, at, spent, findings)
        self._compare_fees(blocks, at, spent, findings)
        return findings

    def _resolve(self, blocks: DecodedBlocks, spent: Array, at: _At) -> npt.NDArray[np.bool_]:
        """Which inputs spend another output than the store says.

        With undo data outpoints are resolved anew; without, the whole txid of each is compared.
        """
        if self._live is not None:
            try:
                differs: npt.NDArray[np.bool_] = self._live.resolve(blocks, at.outputs) != spent
            except TableFull:
                self._live = None
            else:
                return differs
        snapshot, data = self.snapshot, blocks.data
        first_outputs = snapshot.column("txs.first_output")
        creators = first_outputs.search_many(spent)
        txids = snapshot.column("txs.txid").take(creators)
        wire = data[blocks.columns.in_at[:, None] + np.arange(36)]
        vouts = np.ascontiguousarray(wire[:, 32:]).view("<u4").reshape(-1)
        other: npt.NDArray[np.bool_] = (txids != wire[:, :32]).any(axis=1)
        other |= spent - first_outputs.take(creators) != vouts
        return other

    def _compare_undo(self, blocks: DecodedBlocks, at: _At, spent: Array, findings: Findings) -> None:
        found = self._scripts.fingerprints(spent)
        for block, others in sorted(blocks.rivals.items()):
            rows = slice(*blocks.first[block : block + 2, 1].tolist())
            left = list(others)
            while not (blocks.said.fingerprint[rows] == found[rows]).all() and left:
                blocks.read_record(block, left.pop(0))
            blocks.sum_fees(block)
        wrong = _unequal(found, blocks.said.fingerprint)
        for block in np.unique(np.searchsorted(blocks.first[:, 1], wrong, side="right") - 1).tolist():
            row = int(wrong[wrong >= blocks.first[block, 1]][0])
            findings.say(
                f"block at height {blocks.first_height + block}, input number {at.inputs + row}: "
                f"{DIFFERENCES[OTHER_OUTPUT]}"
            )

    def _compare_fees(self, blocks: DecodedBlocks, at: _At, spent: Array, findings: Findings) -> None:
        if not self.has_undo:
            columns, worth = blocks.columns, self.snapshot.column("outputs.value").take(spent)
            edges = columns.first_input, columns.first_output
            sum_fees(worth, columns.value, *edges, blocks.is_coinbase(), blocks.fees)
        stored = self.snapshot.column("txs.fee").slice(at.txs, at.txs + blocks.n_txs)
        for tx in _unequal(stored, blocks.fees):
            findings.say(f"{self._where(blocks, int(tx))}: txs.fee is not what its inputs leave over")

    # -- digest

    def _extend_digest(self, blocks: DecodedBlocks, _at: _At) -> Findings:
        findings, snapshot = Findings(), self.snapshot
        for height in range(blocks.first_height, blocks.first_height + blocks.n_blocks):
            edges = snapshot.row_edges(height)
            slices = (snapshot.column(s.key).slice(*edges[s.table]) for s in DIGEST_COLUMNS)
            self.digest = next_digest(self.digest, rows_digest(slices))
            stored = snapshot.column("blocks.digest")[height].tobytes()
            if stored != self.digest:
                findings.say(f"block at height {height}: its digest differs")
                self.digest = stored
        return findings


def _unequal(one: Array, other: Array) -> npt.NDArray[np.int64]:
    """Rows that differ."""
    wrong = one != other
    return np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1))


class _PartColumns:
    """A part's columns as the table of live transactions asks for them."""

    def __init__(self, snapshot: Snapshot, *, settled: bool) -> None:
        self._snapshot, self._settled = snapshot, settled

    def map(self, key: str) -> Array:
        column = self._snapshot.column(key)
        return column.settled if self._settled else column.recent
