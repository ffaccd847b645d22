"""From a blocks directory to a store: what is new is appended, a changed tip is replaced.

The settled part takes blocks that are `DEPTH` deep below the tip, a segment at a time, each with its own
commit. The rest is the recent part, written anew under a new generation. A run that is killed leaves
the last commit; the next run goes on from there and writes the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.decoded import DecodedBlocks, decode_ahead, threads_for
from cointrail.store.index_files import cuts
from cointrail.store.indexing import KnownPrefixes, build_index, write_recent_index
from cointrail.store.live_txs import LiveTxs, TableFull
from cointrail.store.manifest import (
    Manifest,
    Part,
    index_folder,
    read_manifest,
    recent_folder,
    settled_folder,
    sync_folder,
    unwritable,
    write_manifest,
)
from cointrail.store.numbering import bits_for
from cointrail.store.part import PartWriter, Syncing, no_rows
from cointrail.store.plan import Budget, IngestPlan, default_memory
from cointrail.store.preflight import (
    common_blocks,
    plan_ingest,
    require_other_folder,
    require_same_chain,
    spans,
)
from cointrail.store.resolver import IndexResolver, Session
from cointrail.store.runs import open_runs
from cointrail.store.schema import INDEXES, IndexSpec
from cointrail.store.segment import Segment
from cointrail.store.segment_spends import SegmentRoom
from cointrail.store.writer import WORK_FILE, begun, clean, writing

DEPTH = 100
"""Blocks this deep are settled: never rolled back."""

BATCH_BYTES = 32 << 20
"""Blocks decoded at once."""

COMMIT_BYTES = 48 << 30
"""Blocks between two commits of the settled part, at most."""

LIVE_FROM = 1 << 30
"""Bytes of new blocks from which a table of live transactions pays off."""

LIVE_SHARE = 8
"""It pays off too where what is new is more than such a part of what the store holds."""

BYTES_OF_OUTPUT = 60
"""Bytes of blocks for each output, at least, as a guess at how many will come."""


TXID, SCRIPT, HISTORY = INDEXES

Steps = Callable[[str, int, int], None]


class Resolver(Protocol):
    """Finds the outputs that inputs spend."""

    def resolve(self, blocks: DecodedBlocks, base: int, /) -> npt.NDArray[np.uint64]:
        """Output numbers of all inputs of the next blocks; `base` is the number of their first output."""

    def begin_part(self, recent: PartWriter, /) -> None:
        """What follows is appended to this part."""


class Progress(Protocol):
    """Told how far an ingest is."""

    def __call__(self, stage: str, done: int, total: int, txs: int) -> None:
        """`done` and `total` are bytes of blocks; `txs` counts transactions so far."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did."""

    manifest: Manifest
    new_blocks: int
    """blocks that were not in the store before"""
    replaced_blocks: int
    """blocks of the recent part that the new tip does not build on"""
    block_bytes: int
    """bytes of blocks read"""
    txs: int
    """transactions read"""
    notes: tuple[str, ...]


def ingest(
    store: Path,
    source: BlocksDirectory,
    *,
    memory: int | None = None,
    threads: int = 2,
    progress: Progress | None = None,
    steps: Steps | None = None,
    announce: Callable[[IngestPlan], None] | None = None,
    batch_bytes: int = BATCH_BYTES,
    commit_bytes: int = COMMIT_BYTES,
) -> IngestReport:
    """Bring a store up to the tip of a blocks directory.

    Args:
        store: the store's folder; made when missing.
        source: the opened blocks directory.
        memory: bytes that it may take; a quarter of the machine's, unless told otherwise.
        threads: threads that decode.
        progress: told after every batch.
        steps: told of what follows on the blocks of a segment: the step, how much is done, how much there is.
        announce: told what it will take, before anything is written.
        batch_bytes: blocks decoded at once.
        commit_bytes: blocks between two commits.

    Raises:
        BadInput: the store lies in the blocks directory.
        WrongNetwork: the store holds another network.
        DeepReorg: the chain changed below the settled part.
        StoreCorrupt: the blocks contradict each other, or the undo data.
        StoreBusy: another process is writing.
        StoreUnwritable: the disk is full or read-only; the store is as it was.
    """
    require_other_folder(store, source)
    before, common = _compare(store, source)
    if before and common == len(source.chain):
        return IngestReport(before, 0, 0, 0, 0, source.notes)
    memory = memory or default_memory()
    if announce:
        announce(plan_ingest(store, source, before.settled_height if before else 0, memory))
    with writing(store):
        before, common = _compare(store, source)  # another run may have ended in between
        if before and common == len(source.chain):
            return IngestReport(before, 0, 0, 0, 0, source.notes)
        try:
            with begun(store, source.network.name):
                run = _Run(store, source, memory, threads, progress)
                run.steps = steps
                try:
                    manifest = run.go(batch_bytes, commit_bytes)
                finally:
                    run.close()
        except OSError as error:
            raise unwritable(store, error) from error
    return IngestReport(
        manifest,
        manifest.height + 1 - common,
        (before.height + 1 if before else 0) - common,
        run.block_bytes,
        run.txs,
        (*source.notes, *run.notes),
    )


def _compare(store: Path, source: BlocksDirectory) -> tuple[Manifest | None, int]:
    """What the store holds, and how many blocks of it are on the chain of the source."""
    while True:
        before = read_manifest(store) if store.is_dir() else None
        if before is None:
            return None, 0
        try:
            require_same_chain(store, before, source)
            return before, common_blocks(store, before, source)
        except StoreCorrupt:
            if read_manifest(store) == before:
                raise
        # A commit in between has removed what the manifest named.


class _Run:
    """One ingest, from opening the parts to the last commit."""

    def __init__(
        self, store: Path, source: BlocksDirectory, memory: int, threads: int, progress: Progress | None
    ) -> None:
        self.store, self.source, self.threads = store, source, threads
        self.budget, self.progress = Budget.of(memory), progress
        self.before = read_manifest(store)
        self.epoch = self.before.epoch if self.before else 1
        start = self.before.settled if self.before else Part.empty()
        clean(store, self.before)
        folder = settled_folder(store, self.epoch)
        self.index = index_folder(store, self.epoch)
        self.index.mkdir(parents=True, exist_ok=True)
        self.settled = PartWriter(folder, start.rows, no_rows())
        self.committed = start.rows["blocks"]
        self.before_tip = self.before.height if self.before else -1
        self.pool: Executor = ThreadPoolExecutor(threads_for(threads))
        self.syncing = Syncing(self.settled)
        self.block_bytes = self.txs = 0
        self.total_bytes = int(source.chain.blocks.sizes[self.committed :].sum())
        self.room = SegmentRoom(min(self.budget.segment_outputs, self.total_bytes // BYTES_OF_OUTPUT + 1))
        self.bits = bits_for(self.room.outputs)
        self.notes: tuple[str, ...] = ()
        self.steps: Steps | None = None
        self.segment: Segment | None = None

    def close(self) -> None:
        """Give everything back, once no thread uses it."""
        self.pool.shutdown(cancel_futures=True)
        self.syncing.close()
        try:
            if self.segment:
                self.segment.abandon()
        finally:
            self.settled.close()

    def go(self, batch_bytes: int, commit_bytes: int) -> Manifest:
        """Append, settle, and write the recent part anew."""
        tip = len(self.source.chain)
        settled_to = max(self.committed, tip - DEPTH)
        sizes = self.source.chain.blocks.sizes[self.committed : settled_to]
        settled = list(spans(sizes, self.committed, batch_bytes))
        recent = list(spans(self.source.chain.blocks.sizes[settled_to:tip], settled_to, batch_bytes))
        self.resolver = self._choose_resolver()
        plan = [*settled, *recent]
        decoded = decode_ahead(self.source, plan, self.pool, self.threads, bits=self.bits)
        waiting = 0
        for blocks in islice(decoded, len(settled)):
            if self.segment and (waiting >= commit_bytes or not self.segment.has_room(blocks.n_outputs)):
                self._settle()
                waiting = 0
            self._make_room(blocks)
            self.segment = self.segment or self._begin(self.settled)
            self._append(self.segment, blocks)
            waiting += len(blocks.data)
            self.syncing.wrote(len(blocks.data))
            self._tell("blocks", blocks)
        if self.segment:
            self._settle(last=True)
        return self._recent(decoded)

    # -- resolving

    def _choose_resolver(self) -> Resolver:
        """The table of live transactions where much is new and the node's undo data is at hand."""
        old_bytes = int(self.source.chain.blocks.sizes[: self.committed].sum())
        much = self.total_bytes >= min(LIVE_FROM, max(1, old_bytes // LIVE_SHARE))
        if much and self.source.has_undo:
            live = LiveTxs(self.settled, self.budget.live)
            with suppress(TableFull):
                live.load()
                return live
            self._note_full_table()
        return self._by_index()

    def _by_index(self) -> Resolver:
        runs = open_runs(self.index, TXID, self.committed)
        return IndexResolver(self.settled, Session(runs, self.budget.live))

    def _note_full_table(self) -> None:
        note = (
            "the table of live transactions would pass the memory budget: inputs were looked up in the "
            "index instead, which is slower; give more with `--memory`"
        )
        self.notes = (*self.notes, note)

    def _make_room(self, blocks: DecodedBlocks) -> None:
        """See that the resolver can take these blocks; where its table cannot, go on with the index."""
        if not isinstance(self.resolver, LiveTxs):
            return
        try:
            self.resolver.reserve(blocks.n_txs)
        except TableFull:
            self._note_full_table()
            recent = self.segment.target if self.segment else self.settled
            if self.segment and recent is self.settled:
                self._settle()  # so that the index has all there is
            self.resolver = self._by_index()
            if recent is not self.settled:
                self.resolver.begin_part(recent)

    def _append(self, segment: Segment, blocks: DecodedBlocks) -> None:
        segment.add(blocks, self.resolver.resolve(blocks, segment.target.total("outputs")))

    def _tell(self, stage: str, blocks: DecodedBlocks) -> None:
        self.block_bytes += len(blocks.data)
        self.txs += blocks.n_txs
        if self.progress:
            self.progress(stage, self.block_bytes, self.total_bytes, self.txs)

    # -- segments

    def _begin(self, target: PartWriter) -> Segment:
        return Segment(
            self.settled,
            target,
            self.room,
            self.store / WORK_FILE,
            checked=self.source.has_undo,
            bits=self.bits,
        )

    def _close(self, segment: Segment) -> KnownPrefixes:
        committed = self.committed
        runs = partial(open_runs, self.index, SCRIPT, committed)
        segment.close(self.pool, runs, self.source.network.name, self.steps)
        segment.abandon()
        return segment.prefixes

    def _settle(self, *, last: bool = False) -> None:
        """Close the segment, make its rows durable, index them, and commit where that moves the tip on."""
        assert self.segment
        work = [self._index(TXID)]
        known = self._close(self.segment)
        self.segment = None
        work += [self._index(SCRIPT, known), self.syncing.finish()]
        build_index(*self._indexing(HISTORY), memory=self.budget.sort // len(INDEXES), pool=self.pool)
        for done, part in enumerate(work):
            if self.steps:
                self.steps("index", done, len(work))
            part.result()
        for folder in (self.index, self.settled.folder):
            sync_folder(folder)
        self.committed = settled = self.settled.rows["blocks"]
        if isinstance(self.resolver, IndexResolver) and self.resolver.session.over_budget:
            self.resolver.session.settle(open_runs(self.index, TXID, settled))
        if not last and settled > self.before_tip:
            self._commit(None, None)

    def _indexing(self, spec: IndexSpec) -> tuple[Path, IndexSpec, list[tuple[int, int]], int, PartWriter]:
        """What to index: all that is settled, on top of the runs that are there."""
        return self.index, spec, cuts(self.committed), self.settled.rows["blocks"], self.settled

    def _index(self, spec: IndexSpec, known: KnownPrefixes | None = None) -> Future[None]:
        """Begin to index what is settled. Its rows must have been written, those of its table at least."""
        memory = self.budget.sort // len(INDEXES)
        return self.pool.submit(build_index, *self._indexing(spec), known=known, memory=memory)

    def _recent(self, decoded: Iterator[DecodedBlocks]) -> Manifest:
        """Write the recent part anew from the blocks that are left."""
        generation = self.before.generation + 1 if self.before else 1
        folder = recent_folder(self.store, generation)
        shutil.rmtree(folder, ignore_errors=True)
        recent = PartWriter(folder, no_rows(), self.settled.rows)
        try:
            spends, known = (np.empty(0, np.uint64), np.empty(0, np.uint64)), None
            self.resolver.begin_part(recent)
            for blocks in decoded:
                self.segment = self.segment or self._begin(recent)
                self._make_room(blocks)
                self._append(self.segment, blocks)
                self._tell("recent blocks", blocks)
            if self.segment:
                known = self._close(self.segment)
                spends, self.segment = self.segment.old_spends, None
            recent.sync()
            write_recent_index(folder, recent, spends, known, memory=self.budget.sort)
            sync_folder(folder)
            return self._commit(recent, generation)
        finally:
            recent.close()

    def _commit(self, recent: PartWriter | None, generation: int | None) -> Manifest:
        settled = self.settled
        part = recent if recent is not None and recent.rows["blocks"] else settled
        height = settled.rows["blocks"] + (recent.rows["blocks"] if recent else 0) - 1
        rows = part.rows["blocks"]
        manifest = Manifest(
            network=self.source.network.name,
            settled=Part(dict(settled.rows)),
            recent=Part(dict(recent.rows)) if recent else Part.empty(),
            epoch=self.epoch,
            generation=generation or 0,
            height=height,
            tip=part.map("blocks.hash")[rows - 1][::-1].tobytes().hex(),
            digest=part.map("blocks.digest")[rows - 1].tobytes().hex(),
            undo_checked=self.source.has_undo and (self.before is None or self.before.undo_checked),
            notes=self.source.notes,
        )
        sync_folder(self.store)
        write_manifest(self.store, manifest)
        clean(self.store, manifest)
        return manifest
