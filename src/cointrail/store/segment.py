"""A segment: consecutive blocks on their way into one part of the store.

What a block says by itself is written as it comes. What needs the others waits in memory and in a working
file until the segment is closed: numbers of scripts, who spends what, redeem scripts that were shown,
digests. A segment is as long as its memory allows; the bytes it leaves do not depend on that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.kernel.numbering import Shown, find_reveals
from cointrail.kernel.undo import sum_fees
from cointrail.store.block_rows import block_rows, row_edges
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.digest import digest_blocks, first_digest, next_digest
from cointrail.store.index_files import Run
from cointrail.store.indexing import KnownPrefixes
from cointrail.store.numbering import KnownScripts, NumberedBatch, Numbering
from cointrail.store.part import PartWriter
from cointrail.store.segment_spends import Below, SegmentRoom, SegmentSpends
from cointrail.store.spill import Batch, ScriptSpill

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

Told = Callable[[str, int, int], None]
"""Called with the step, how much of it is done, and how much there is."""


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
        bits: int,
    ) -> None:
        """Begin where `target` ends.

        Args:
            settled: the part below.
            target: what is written: `settled` itself, or the recent part on top of it.
            room: memory for outputs.
            work_file: where scripts wait that memory has no room for.
            checked: whether there is undo data.
            bits: highest bits of a script's hash that name its part, as the blocks were decoded with.
        """
        self.settled, self.target, self._room = settled, target, room
        self._checked = checked
        self.start = dict(target.rows)
        self._below = Below(settled)
        self._first_script, self._first_output = target.total("scripts"), target.total("outputs")
        self._spends = SegmentSpends(self._below, target, room, checked=checked)
        self._spill = ScriptSpill(work_file, bits)
        self._blocks: list[int] = []
        self._prefixes = KnownPrefixes(self._first_script, np.empty(0, np.uint64))

    @property
    def n_outputs(self) -> int:
        """Outputs taken so far."""
        return self.target.rows["outputs"] - self.start["outputs"]

    @property
    def n_blocks(self) -> int:
        """Blocks taken so far."""
        return self.target.rows["blocks"] - self.start["blocks"]

    @property
    def prefixes(self) -> KnownPrefixes:
        """Once closed: of the scripts that it is the first to show."""
        return self._prefixes

    @property
    def old_spends(self) -> tuple[U64, U64]:
        """Once closed: outputs of earlier segments that this one spends, ascending, and the inputs."""
        return self._spends.old

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
        first = self.target.totals()
        self._spends.add(blocks, spends, first["inputs"])
        if not self._checked:
            self._sum_fees(blocks, spends)
        blocks.refuse_negative_fees()
        self.target.append(block_rows(blocks, spends, first, self._earlier_times()))
        self._spill.add(self._scripts(blocks, spends, first["inputs"]))
        self._blocks.append(blocks.n_blocks)

    def _earlier_times(self) -> U32:
        """Header times of the ten blocks before."""
        wanted = self.target.rows["blocks"]
        parts = [self.target.map("blocks.header")[max(0, wanted - 10) :]]
        if wanted < 10 and self.target is not self.settled:
            parts.insert(0, self.settled.map("blocks.header")[-(10 - wanted) :])
        headers = np.concatenate(parts)
        return np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)

    def _sum_fees(self, blocks: DecodedBlocks, spends: U64) -> None:
        """Fees where no undo data tells what inputs are worth."""
        worth = np.empty(len(spends), np.int64)
        begin = 0
        border = self.target.base["outputs"]
        for values in (
            self.settled.map("outputs.value")[:border] if border else self.target.map("outputs.value"),
            self.target.map("outputs.value") if border else np.empty(0, np.int64),
            blocks.columns.value,
        ):
            rows = spends.astype(np.int64) - begin
            inside = (rows >= 0) & (rows < len(values))
            worth[inside] = values[rows[inside]]
            begin += len(values)
        columns = blocks.columns
        edges = columns.first_input, columns.first_output
        sum_fees(worth, columns.value, *edges, blocks.is_coinbase(), blocks.fees)

    @staticmethod
    def _scripts(blocks: DecodedBlocks, spends: U64, first_input: int) -> Batch:
        scattered, shown, inner = blocks.scattered, blocks.shown, blocks.shown_inner
        assert scattered is not None
        assert shown is not None
        assert inner is not None
        parts = scattered.part, scattered.rows, scattered.edges, scattered.byte_edges
        return Batch(*parts, (shown + first_input).astype(np.uint64), spends[shown], inner)

    # -- closing

    def close(
        self, pool: Executor, runs: Callable[[], list[Run]], network: str, told: Told | None = None
    ) -> None:
        """Write what waited. `runs` maps the script index over the settled part as it was before.

        Raises:
            StoreCorrupt: an input spends an earlier output twice, or differs from the undo data.
            OSError: the disk is full.
        """
        spent = pool.submit(self._spends.write_new)
        digests: list[Future[list[bytes]]] = []
        try:
            self._spends.settle_old()
            digests.extend(self._number(pool, runs, told))
        finally:  # they use files that are closed after an error
            wait([spent])
            wait(digests)
        self._write_digests(digests, network)
        spent.result()

    # -- scripts

    def _number(
        self, pool: Executor, runs: Callable[[], list[Run]], told: Told | None
    ) -> Iterator[Future[list[bytes]]]:
        """Number the scripts; as batches are done, hash the rows of their blocks."""

        def stored() -> tuple[U64, U8]:
            return self._below.map("scripts.end"), self._below.map("script_bytes.data")

        numbering = Numbering(self._spill, KnownScripts(runs, stored))
        numbering.prepare(pool, (lambda done, total: told("name scripts", done, total)) if told else None)
        fresh = _NewScripts(self._first_script, numbering.distinct)
        block, row = self.start["blocks"], self.start["outputs"]
        for number, found in enumerate(numbering.batches(self._first_script)):
            fresh.extend(self._write_scripts(row, found), found)
            row += found.batch.n_outputs
            self._write_reveals(found.batch, numbering.script_of, fresh)
            last = block + self._blocks[number]
            edges = row_edges(self.target, block, last)
            yield pool.submit(digest_blocks, self.target.read, edges)
            block = last
            if told:
                told("number scripts", number + 1, len(self._spill))
        self._prefixes = fresh.prefixes

    def _write_scripts(self, row: int, found: NumberedBatch) -> U64:
        """Write numbers and new scripts; the first output of each of these."""
        target = self.target
        target.put("outputs.script", row, found.numbers)
        first, heap = target.base["outputs"] + row, target.total("script_bytes")
        first_output = (found.new_output + first).astype(np.uint64)
        target.append(
            {
                "scripts.type": found.new_type,
                "scripts.first_output": first_output,
                "scripts.end": found.new_end + np.uint64(heap),
                "script_bytes.data": found.heap,
            }
        )
        return first_output

    def _write_reveals(self, batch: Batch, script_of: U32, fresh: _NewScripts) -> None:
        """One row per P2SH script whose first output is spent: the SHA-256 of the shown redeem script."""
        old = batch.shown_output < np.uint64(self._first_output)
        both = [fresh.find_reveals(batch, np.flatnonzero(~old), script_of, self._first_output)]
        if old.any():
            below = self._below.map
            known = below("outputs.script"), below("scripts.first_output"), below("scripts.type")
            both.append(_find_reveals(batch, np.flatnonzero(old), known, np.zeros(2, np.int64)))
        rows, scripts = (np.concatenate(columns) for columns in zip(*both, strict=True))
        order = np.argsort(rows)
        self.target.append(
            {
                "reveals.script": scripts[order],
                "reveals.input": batch.shown_input[rows[order]],
                "reveals.inner": batch.shown_inner[rows[order]],
            }
        )

    # -- digests

    def _write_digests(self, rows: Iterable[Future[list[bytes]]], network: str) -> None:
        """Chain the hashes of the rows of all blocks."""
        first = self.start["blocks"]
        before = self.target.map("blocks.digest", first) if first else self._below.map("blocks.digest")
        digest = before[-1].tobytes() if len(before) else first_digest(network)
        out = bytearray()
        for part in rows:
            for hashed in part.result():
                digest = next_digest(digest, hashed)
                out += digest
        self.target.put("blocks.digest", first, np.frombuffer(bytes(out), np.uint8).reshape(-1, 32))

    def abandon(self) -> None:
        """Give memory and disk back."""
        self._spill.close()
        self._room.clear(min(self.n_outputs, self._room.outputs))


class _NewScripts:
    """Scripts that a segment shows first, in the order of their numbers."""

    def __init__(self, first: int, most: int) -> None:
        """The first one has number `first`; there are `most` at most."""
        self._first, self._count = first, 0
        self._outputs, self._prefixes = np.empty(most, np.uint64), np.empty(most, np.uint64)
        self._types = np.empty(most, np.uint8)

    def extend(self, first_output: U64, found: NumberedBatch) -> None:
        """Add those of a batch."""
        rows = slice(self._count, self._count + len(first_output))
        self._outputs[rows], self._prefixes[rows] = first_output, found.new_prefix
        self._types[rows] = found.new_type
        self._count = rows.stop

    def find_reveals(self, batch: Batch, rows: I64, script_of: U32, first_output: int) -> tuple[I64, U32]:
        """Of inputs that spend outputs of this segment, those that show a redeem script; and the scripts."""
        known = script_of, self._outputs[: self._count], self._types[: self._count]
        return _find_reveals(batch, rows, known, np.array([first_output, self._first], np.int64))

    @property
    def prefixes(self) -> KnownPrefixes:
        """Of each, the first eight bytes of its SHA-256."""
        return KnownPrefixes(self._first, self._prefixes[: self._count])


def _find_reveals(batch: Batch, rows: I64, known: tuple[U32, U64, U8], first: I64) -> tuple[I64, U32]:
    """Of some inputs that may show a redeem script, those that do, and the scripts.

    `known`: script of each output, first output and type of each script; `first`: the output and the script
    that these begin with.
    """
    script_of, first_output, kinds = known
    shown = Shown(batch.shown_output[rows], np.empty(len(rows), np.int64), np.empty(len(rows), np.uint32))
    count = find_reveals(shown, script_of, first_output, first, kinds, int(ScriptType.P2SH))
    return rows[shown.row[:count]], shown.script[:count]
