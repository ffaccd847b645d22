"""A segment: consecutive blocks on their way into one part of the store.

What a block says by itself is written as it comes. What needs the others waits in memory and in a working
file until the segment is closed: numbers of scripts, who spends what, redeem scripts that were shown,
digests. A segment is as long as its memory allows; the bytes it leaves do not depend on that.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, wait
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.errors import StoreCorrupt
from cointrail.kernel.fingerprint import fingerprint_stored
from cointrail.kernel.numbering import ScriptRows, Shown, find_reveals, scatter_scripts
from cointrail.kernel.sha256 import sha256_many
from cointrail.kernel.spending import (
    LINKED,
    OTHER_OUTPUT,
    SPENT_TWICE,
    NewOutputs,
    OldSpends,
    find_double_spend,
    link_spends,
    number_spenders,
)
from cointrail.kernel.undo import DIFFERENCES, SAME, sum_fees
from cointrail.kernel.undo import OTHER_OUTPUT as OTHER_THAN_UNDO
from cointrail.store.block_rows import block_rows, row_edges
from cointrail.store.decoded import DecodedBlocks, creates_more
from cointrail.store.digest import digest_blocks, first_digest, next_digest
from cointrail.store.numbering import KnownScripts, NumberedBatch, Numbering, bits_for
from cointrail.store.part import PartWriter
from cointrail.store.runs import Run
from cointrail.store.schema import BY_KEY, NOT_YET
from cointrail.store.spill import Batch, ScriptSpill

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

OUTPUT_BYTES = 20
"""Memory of a segment for each output: fingerprint, who spends it, name of its script, distinct scripts."""

CHUNK = 1 << 22
"""Rows written at once."""

WINDOW_BITS = 14
"""Earlier outputs are marked in windows of two to this power."""

DIGEST_BLOCKS = 64
"""Blocks whose rows one thread hashes at a time."""

Told = Callable[[str, int, int], None]
"""Called with the step, how much of it is done, and how much there is."""


class SegmentRoom:
    """Memory for the outputs of a segment, used again for the next one."""

    def __init__(self, outputs: int) -> None:
        """Room for so many outputs."""
        self.fingerprint: U64 = np.empty(outputs, np.uint64)
        self.spent_by: U32 = np.zeros(outputs, np.uint32)

    @property
    def outputs(self) -> int:
        """How many outputs have room."""
        return len(self.fingerprint)

    def grow(self, outputs: int, used: int) -> None:
        """Have room for so many; the first `used` stay."""
        if outputs > self.outputs:
            larger = SegmentRoom(outputs)
            larger.fingerprint[:used] = self.fingerprint[:used]
            larger.spent_by[:used] = self.spent_by[:used]
            self.fingerprint, self.spent_by = larger.fingerprint, larger.spent_by

    def clear(self, used: int) -> None:
        """Nothing of the first `used` is spent."""
        self.spent_by[:used] = 0


class Segment:
    """Takes decoded blocks one batch after another; then is closed."""

    def __init__(
        self,
        settled: PartWriter,
        target: PartWriter,
        room: SegmentRoom,
        work_file: Path,
        *,
        checked: bool,
        expected_outputs: int,
    ) -> None:
        """Begin where `target` ends.

        Args:
            settled: the part below.
            target: what is written: `settled` itself, or the recent part on top of it.
            room: memory for outputs.
            work_file: where scripts wait that memory has no room for.
            checked: whether there is undo data.
            expected_outputs: about how many outputs will come.
        """
        self.settled, self.target, self._room = settled, target, room
        self._checked = checked
        self.start = dict(target.rows)
        self._below = dict(settled.rows)
        self._base = target.totals()
        self._spill = ScriptSpill(work_file, bits_for(expected_outputs))
        self._old: list[OldSpends] = []
        self.old_spends: tuple[U64, U64] = (np.empty(0, np.uint64), np.empty(0, np.uint64))
        """once closed: outputs of earlier segments that this one spends, ascending, and the inputs"""

    @property
    def n_outputs(self) -> int:
        """Outputs taken so far."""
        return self.target.rows["outputs"] - self.start["outputs"]

    @property
    def n_blocks(self) -> int:
        """Blocks taken so far."""
        return self.target.rows["blocks"] - self.start["blocks"]

    def has_room(self, outputs: int) -> bool:
        """Whether so many outputs more fit into its memory."""
        return self.n_outputs + outputs <= self._room.outputs

    # -- taking blocks

    def add(self, blocks: DecodedBlocks, spends: U64) -> None:
        """Take the next blocks, whose inputs spend the outputs of these numbers.

        Raises:
            StoreCorrupt: an input spends twice, or differs from the undo data.
            OSError: the disk is full.
        """
        at = self.n_outputs
        self._room.grow(at + blocks.n_outputs, at)
        self._room.fingerprint[at : at + blocks.n_outputs] = blocks.fingerprints
        self._choose_records(blocks, spends)
        first = self.target.totals()
        self._link(blocks, spends, first["inputs"])
        self.target.append(block_rows(blocks, spends, first, self._earlier_times()))
        if not self._checked:
            self._sum_fees(blocks, spends, first["txs"])
        self._spill.add(self._scripts(blocks, spends, first["inputs"]))

    def _earlier_times(self) -> U32:
        """Header times of the ten blocks before."""
        wanted = self.target.rows["blocks"]
        parts = [self.target.map("blocks.header")[max(0, wanted - 10) :]]
        if wanted < 10 and self.target is not self.settled:  # noqa: PLR2004 -- blocks before the next one
            parts.insert(0, self.settled.map("blocks.header")[-(10 - wanted) :])
        headers = np.concatenate(parts)
        return np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)

    def _choose_records(self, blocks: DecodedBlocks, spends: U64) -> None:
        """Of undo records that may each be a block's own, take the one that tells what its inputs spend."""
        for block, others in sorted(blocks.rivals.items()):
            rows = slice(int(blocks.first[block, 1]), int(blocks.first[block + 1, 1]))
            wanted = self._fingerprints(spends[rows])
            left = list(others)
            while not (blocks.said.fingerprint[rows] == wanted).all() and left:
                if blocks.read_record(block, left.pop(0))[0] != SAME:
                    continue
            if (bad := blocks.sum_fees(block)) >= 0:
                raise creates_more(blocks.txid(bad))

    def _before(self, key: str) -> Array:
        """A column of the settled part as it was before this segment."""
        return self.settled.map(key, self._below[BY_KEY[key].table])

    def _fingerprints(self, outputs: U64) -> U64:
        """Of outputs of this segment and of earlier ones."""
        found = np.empty(len(outputs), np.uint64)
        old = outputs < np.uint64(self._base["outputs"])
        found[~old] = self._room.fingerprint[(outputs[~old] - np.uint64(self._base["outputs"])).astype(np.int64)]
        found[old] = self._stored_fingerprints(outputs[old])
        return found

    def _stored_fingerprints(self, outputs: U64) -> U64:
        found = np.empty(len(outputs), np.uint64)
        keys = ("outputs.value", "outputs.script", "scripts.end", "script_bytes.data")
        fingerprint_stored(outputs, *map(self._before, keys), found)
        return found

    def _link(self, blocks: DecodedBlocks, spends: U64, first_input: int) -> None:
        count = len(spends)
        old = OldSpends(*(np.empty(count, np.uint64) for _ in range(3)))
        inputs = np.array([self._base["inputs"], first_input], np.int64)
        new = NewOutputs(self._room.fingerprint, self._room.spent_by)
        said = blocks.said.fingerprint
        how, row = link_spends(spends, said, self._checked, self._base["outputs"], inputs, new, old)
        if how == OTHER_OUTPUT:
            block = int(np.searchsorted(blocks.first[:, 1], row, side="right")) - 1
            raise _differs_from_undo(blocks.input_name(row), blocks.first_height + block)
        if how == SPENT_TWICE:
            raise _spent_twice(blocks.input_name(row))
        assert how == LINKED
        if row:
            self._old.append(OldSpends(*(column[:row].copy() for column in old)))

    def _sum_fees(self, blocks: DecodedBlocks, spends: U64, first_tx: int) -> None:
        """Fees where no undo data tells what inputs are worth."""
        border = np.uint64(self.target.base["outputs"])
        worth = np.empty(len(spends), np.int64)
        old = spends < border
        worth[old] = self.settled.map("outputs.value")[spends[old].astype(np.int64)]
        worth[~old] = self.target.map("outputs.value")[(spends[~old] - border).astype(np.int64)]
        columns = blocks.columns
        edges = columns.first_input, columns.first_output
        bad = sum_fees(worth, columns.value, *edges, blocks.is_coinbase(), blocks.fees)
        if bad >= 0:
            raise creates_more(blocks.txid(bad))
        self.target.put("txs.fee", first_tx - self.target.base["txs"], blocks.fees)

    def _scripts(self, blocks: DecodedBlocks, spends: U64, first_input: int) -> Batch:
        columns, parts = blocks.columns, self._spill.parts
        count = blocks.n_outputs
        edges, byte_edges = np.empty(parts + 1, np.int64), np.empty(parts + 1, np.int64)
        part = np.empty(count, np.uint8)
        size = int(columns.script_length.sum())
        rows = ScriptRows(np.empty(count, np.uint64), np.empty(count, np.uint32), np.empty(size, np.uint8))
        scatter_scripts(
            blocks.data,
            columns.script_at,
            columns.script_length,
            blocks.script_prefixes,
            self._spill.bits,
            part,
            edges,
            byte_edges,
            rows,
        )
        shown = columns.push_length >= 0
        if self._checked:
            shown &= blocks.said.is_p2sh
        shown = np.flatnonzero(shown)
        inner = np.empty((len(shown), 32), np.uint8)
        sha256_many(blocks.data, columns.push_at[shown], columns.push_length[shown], inner)
        inputs = (shown + first_input).astype(np.uint64)
        return Batch(part, rows, edges, byte_edges, inputs, spends[shown], inner)

    # -- closing

    def close(self, pool: Executor, runs: list[Run], network: str, told: Told | None = None) -> None:
        """Write what waited. `runs`: the script index over the settled part as it was before.

        Raises:
            StoreCorrupt: an input spends an earlier output twice, or differs from the undo data.
            OSError: the disk is full.
        """
        spent = pool.submit(self._write_spent_by)
        try:
            self._settle_old_spends()
            self._number(pool, runs, told)
        finally:
            wait([spent])  # it writes to files that are closed after an error
        spent.result()
        self._write_digests(pool, network)

    def _write_spent_by(self) -> None:
        """Write who spends the segment's own outputs."""
        for first in range(0, self.n_outputs, CHUNK):
            marks = self._room.spent_by[first : min(first + CHUNK, self.n_outputs)]
            numbers = np.empty(len(marks), np.uint64)
            number_spenders(marks, self._base["inputs"], NOT_YET, numbers)
            self.target.put("outputs.spent_by", self.start["outputs"] + first, numbers)

    def _settle_old_spends(self) -> None:
        """Check spends of earlier outputs, in the order of these; in the settled part, mark them."""
        if not self._old:
            return
        old = OldSpends(*(np.concatenate(columns) for columns in zip(*self._old, strict=True)))
        self._old = []
        order = np.argsort(old.output, kind="stable")
        outputs, inputs = old.output[order], old.input[order]
        if self._checked:
            differing = np.flatnonzero(self._stored_fingerprints(outputs) != old.fingerprint[order])
            if len(differing):
                raise _differs_from_undo(*self._input_name(int(inputs[differing].min())))
        marks = self._before("outputs.spent_by")[outputs.astype(np.int64)]
        twice = find_double_spend(outputs, marks, self._before("inputs.output"))
        if twice >= 0:
            raise _spent_twice(self._input_name(int(inputs[twice]))[0])
        self.old_spends = outputs, inputs
        if self.target is self.settled:
            self._mark(outputs, inputs)

    def _mark(self, outputs: U64, inputs: U64) -> None:
        """Write `spent_by` of earlier outputs, a window at a time. Done again, it writes the same."""
        rows = outputs.astype(np.int64)
        cuts = [0, *(np.flatnonzero(np.diff(rows >> WINDOW_BITS)) + 1).tolist(), len(rows)]
        for a, b in pairwise(cuts):
            first, last = int(rows[a]), int(rows[b - 1]) + 1
            window = self.settled.read("outputs.spent_by", first, last)
            window[rows[a:b] - first] = inputs[a:b]
            self.settled.put("outputs.spent_by", first, window)

    def _input_name(self, number: int) -> tuple[str, int]:
        """Which input a number is, for a message, and its height."""
        target = self.target
        firsts = target.map("txs.first_input")
        row = int(np.searchsorted(firsts, np.uint64(number), side="right")) - 1
        txid = target.map("txs.txid")[row][::-1].tobytes().hex()
        height = int(target.map("txs.block")[row])
        return f"input {number - int(firsts[row])} of {txid} (height {height})", height

    # -- scripts

    def _number(self, pool: Executor, runs: list[Run], told: Told | None) -> None:
        known = KnownScripts(runs, self._before("scripts.end"), self._before("script_bytes.data"))
        numbering = Numbering(self._spill, known)
        numbering.prepare(pool, (lambda done, total: told("name scripts", done, total)) if told else None)
        row = self.start["outputs"]
        for number, found in enumerate(numbering.batches(self.target.total("scripts"))):
            self._write_scripts(row, found)
            row += found.batch.n_outputs
            self._write_reveals(found.batch, row)
            if told:
                told("number scripts", number + 1, len(self._spill))

    def _write_scripts(self, row: int, found: NumberedBatch) -> None:
        target = self.target
        target.put("outputs.script", row, found.numbers)
        first, heap = target.base["outputs"] + row, target.total("script_bytes")
        target.append(
            {
                "scripts.type": found.new_type,
                "scripts.first_output": (found.new_output + first).astype(np.uint64),
                "scripts.end": found.new_end + np.uint64(heap),
                "script_bytes.data": found.heap,
            }
        )

    def _write_reveals(self, batch: Batch, outputs: int) -> None:
        """One row per P2SH script whose first output is spent: the SHA-256 of the shown redeem script.

        `outputs` is how many outputs of the target have script numbers.
        """
        old = batch.shown_output < np.uint64(self.target.base["outputs"])
        both = []
        for part, rows in ((self.settled, np.flatnonzero(old)), (self.target, np.flatnonzero(~old))):
            if not len(rows):
                continue
            shown = Shown(
                batch.shown_output[rows], np.empty(len(rows), np.int64), np.empty(len(rows), np.uint32)
            )
            first = np.array([part.base["outputs"], part.base["scripts"]], np.int64)
            script_of = part.map("outputs.script", outputs if part is self.target else None)
            columns = part.map("scripts.first_output"), first, part.map("scripts.type")
            count = find_reveals(shown, script_of, *columns, int(ScriptType.P2SH))
            both.append((rows[shown.row[:count]], shown.script[:count]))
        rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in both)])
        scripts = np.concatenate([np.empty(0, np.uint32), *(scripts for _, scripts in both)])
        order = np.argsort(rows)
        self.target.append(
            {
                "reveals.script": scripts[order],
                "reveals.input": batch.shown_input[rows[order]],
                "reveals.inner": batch.shown_inner[rows[order]],
            }
        )

    # -- digests

    def _write_digests(self, pool: Executor, network: str) -> None:
        target, first = self.target, self.start["blocks"]
        last = target.rows["blocks"]
        spans = [(a, min(a + DIGEST_BLOCKS, last)) for a in range(first, last, DIGEST_BLOCKS)]
        edges = row_edges(target, first, last)
        work = [
            pool.submit(
                digest_blocks,
                target.map,
                {table: at[a - first : b - first + 1] for table, at in edges.items()},
            )
            for a, b in spans
        ]
        before = target.map("blocks.digest", first) if first else self._before("blocks.digest")
        digest = before[-1].tobytes() if len(before) else first_digest(network)
        out = bytearray()
        for part in work:
            for rows in part.result():
                digest = next_digest(digest, rows)
                out += digest
        target.put("blocks.digest", first, np.frombuffer(bytes(out), np.uint8).reshape(-1, 32))

    def abandon(self) -> None:
        """Give memory and disk back."""
        self._spill.close()
        self._room.clear(min(self.n_outputs, self._room.outputs))


def _spent_twice(name: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{name} spends an output that an earlier input has spent", hint="the blocks are not a valid chain"
    )


def _differs_from_undo(name: str, height: int) -> StoreCorrupt:
    return StoreCorrupt(
        f"block at height {height}, {name}: {DIFFERENCES[OTHER_THAN_UNDO]}",
        hint="the rev file or the blk file is damaged: copy both again",
        height=height,
    )
