"""From a blocks directory to a store: what is new is appended, a changed tip is replaced.

The settled part takes blocks that are `DEPTH` deep below the tip, a segment at a time, each with its own
commit. The rest is the recent part, written anew under a new generation. A run that is killed leaves
the last commit; the next run goes on from there and writes the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Protocol

import filelock
import numpy as np
import numpy.typing as npt

from cointrail.errors import DeepReorg, StoreBusy, StoreCorrupt, WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.columns import map_column
from cointrail.store.decoded import DecodedBlocks, Room, decode_span
from cointrail.store.indexing import build_index, write_recent_index
from cointrail.store.live_txs import LiveTxs, TableFull
from cointrail.store.manifest import (
    NAME,
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
from cointrail.store.part import PartWriter, no_rows
from cointrail.store.plan import Budget, default_memory
from cointrail.store.resolver import IndexResolver, Session
from cointrail.store.runs import cuts, open_runs, superseded
from cointrail.store.schema import BY_KEY, INDEXES
from cointrail.store.segment import Segment, SegmentRoom

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


WORK_FILE = "scripts.work"
"""Where the scripts of a segment wait; nothing is lost with it."""

TXID, SCRIPT, _HISTORY = INDEXES


class Resolver(Protocol):
    """Finds the outputs that inputs spend."""

    def resolve(self, blocks: DecodedBlocks, base: int, /) -> npt.NDArray[np.uint64]:
        """Output numbers of all inputs of the next blocks; `base` is the number of their first output."""


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


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Hold the store against a second writer.

    Raises:
        StoreBusy: another process is writing.
        StoreUnwritable: the place cannot be written.
    """
    try:
        _make(store)
        lock = filelock.FileLock(store / "lock", timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise StoreBusy(
            f"another process is writing to `{store}`", hint="wait for it to end", path=str(store)
        ) from error
    except OSError as error:
        raise unwritable(store, error) from error
    try:
        yield
    finally:
        lock.release()


def _make(store: Path) -> None:
    """Make the store's folder, and have its name on the disk before anything is committed in it."""
    if (store / NAME).exists():
        return
    missing = [folder for folder in store.parents if not folder.exists()]
    store.mkdir(parents=True, exist_ok=True)
    for folder in (store, *missing):
        sync_folder(folder.parent)


def ingest(
    store: Path,
    source: BlocksDirectory,
    *,
    memory: int | None = None,
    threads: int = 2,
    progress: Progress | None = None,
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
        batch_bytes: blocks decoded at once.
        commit_bytes: blocks between two commits.

    Raises:
        WrongNetwork: the store holds another network.
        DeepReorg: the chain changed below the settled part.
        StoreCorrupt: the blocks contradict each other, or the undo data.
        StoreBusy: another process is writing.
        StoreUnwritable: the disk is full or read-only; the store is as it was.
    """
    before, common = _compare(store, source)
    if before and common == len(source.chain):
        return IngestReport(before, 0, 0, 0, 0, source.notes)
    with writing(store):
        before, common = _compare(store, source)  # another run may have ended in between
        if before and common == len(source.chain):
            return IngestReport(before, 0, 0, 0, 0, source.notes)
        try:
            run = _Run(store, source, memory or default_memory(), threads, progress)
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
            _require_same_chain(store, before, source)
            return before, _common_blocks(store, before, source)
        except StoreCorrupt:
            if read_manifest(store) == before:
                raise
        # A commit in between has removed what the manifest named.


def _hashes(folder: Path, rows: int) -> npt.NDArray[np.uint8]:
    return map_column(folder, BY_KEY["blocks.hash"], rows)


def _common_blocks(store: Path, manifest: Manifest, source: BlocksDirectory) -> int:
    """How many blocks the store and the source have in common; the settled ones are known to be."""
    settled = manifest.settled_height
    recent = _hashes(recent_folder(store, manifest.generation), manifest.recent.rows["blocks"])
    theirs = source.chain.blocks.hashes[settled : settled + len(recent)]
    same = (recent[: len(theirs)] == theirs).all(axis=1)
    return settled + (len(same) if same.all() else int(np.flatnonzero(~same)[0]))


def _require_same_chain(store: Path, before: Manifest, source: BlocksDirectory) -> None:
    if before.network != source.network.name:
        raise WrongNetwork(
            f"`{store}` holds {before.network}, `{source.path}` holds {source.network.name}",
            hint="use another store for another network",
            network=source.network.name,
        )
    settled = before.settled_height
    if settled == 0:
        return
    hashes = _hashes(settled_folder(store, before.epoch), settled)
    if len(source.chain) < settled:
        raise DeepReorg(
            f"the blocks directory ends at height {len(source.chain) - 1}, below the settled part of "
            f"`{store}`, which has {settled} blocks",
            hint=f"use a directory that is up to date, or `--rewind {len(source.chain) - 1}`",
        )
    if hashes[settled - 1].tobytes() == source.chain.blocks.hashes[settled - 1].tobytes():
        return
    same = (hashes == source.chain.blocks.hashes[:settled]).all(axis=1)
    fork = int(np.flatnonzero(~same)[0])
    raise DeepReorg(
        f"the chain changed at height {fork}, below the settled part of `{store}` ({settled} blocks)",
        hint=f"run `cointrail ingest --rewind {fork - 1}` to give up the blocks above",
        fork=fork,
    )


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
        self.pool: Executor = ThreadPoolExecutor(threads + 1)
        self.block_bytes = self.txs = 0
        self.total_bytes = int(source.chain.blocks.sizes[self.committed :].sum())
        self.room = SegmentRoom(min(self.budget.segment_outputs, self.total_bytes // BYTES_OF_OUTPUT + 1))
        self.notes: tuple[str, ...] = ()
        self.segment: Segment | None = None

    def close(self) -> None:
        """Give everything back, once no thread uses it."""
        self.pool.shutdown(cancel_futures=True)
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
        plan = [*spans(sizes, self.committed, batch_bytes), (settled_to, tip)]
        self.resolver = self._choose_resolver()
        decoded = self._decoded(plan)
        waiting = 0
        for _ in plan[:-1]:
            blocks = next(decoded)
            if self.segment and (waiting >= commit_bytes or not self.segment.has_room(blocks.n_outputs)):
                self._settle()
                waiting = 0
            self.segment = self.segment or self._begin(self.settled)
            self._append(self.segment, blocks)
            waiting += len(blocks.data)
            self._tell("blocks", blocks)
        if self.segment:
            self._settle(last=True)
        return self._recent(next(decoded))

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
        self.notes = (
            *self.notes,
            "the table of live transactions would pass the memory budget: inputs were looked up in the "
            "index instead, which is slower; give more with `--memory`",
        )

    def _append(self, segment: Segment, blocks: DecodedBlocks) -> None:
        base = segment.target.total("outputs")
        try:
            spends = self.resolver.resolve(blocks, base)
        except TableFull:
            self._note_full_table()
            self.resolver = self._by_index()
            spends = self.resolver.resolve(blocks, base)
        segment.add(blocks, spends)

    # -- decoding

    def _decoded(self, plan: Sequence[tuple[int, int]]) -> Iterator[DecodedBlocks]:
        """Decoded spans; the next one is decoded while one is appended."""
        waiting: Future[DecodedBlocks] | None = None
        rooms = cycle((Room(), Room()))
        for first, last in plan:
            done = waiting.result() if waiting else None
            ask = self.source, first, last, self.pool, self.threads
            waiting = self.pool.submit(decode_span, *ask, room=next(rooms))
            if done:
                yield done
        if waiting:
            yield waiting.result()

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
            expected_outputs=min(self.room.outputs, self.total_bytes // BYTES_OF_OUTPUT),
        )

    def _close(self, segment: Segment) -> None:
        runs = open_runs(self.index, SCRIPT, self.committed)
        segment.close(self.pool, runs, self.source.network.name)
        segment.abandon()

    def _settle(self, *, last: bool = False) -> None:
        """Close the segment, make its rows durable, index them, and commit where that moves the tip on."""
        assert self.segment
        self._close(self.segment)
        self.segment = None
        settled, old = self.settled.rows["blocks"], cuts(self.committed)
        work: list[Future[None]] = [
            self.pool.submit(
                build_index, self.index, spec, old, settled, self.settled, self.budget.sort // len(INDEXES)
            )
            for spec in INDEXES
        ]
        work.append(self.pool.submit(self.settled.sync))
        for part in work:
            part.result()
        for folder in (self.index, self.settled.folder):
            sync_folder(folder)
        self.committed = settled
        if isinstance(self.resolver, IndexResolver) and self.resolver.session.over_budget:
            self.resolver.session.settle(open_runs(self.index, TXID, settled))
        if not last and settled > self.before_tip:
            self._commit(None, None)

    def _recent(self, blocks: DecodedBlocks) -> Manifest:
        generation = self.before.generation + 1 if self.before else 1
        folder = recent_folder(self.store, generation)
        shutil.rmtree(folder, ignore_errors=True)
        recent = PartWriter(folder, no_rows(), self.settled.rows)
        try:
            spends = (np.empty(0, np.uint64), np.empty(0, np.uint64))
            if blocks.n_blocks:
                self.segment = self._begin(recent)
                self._append(self.segment, blocks)
                self._close(self.segment)
                spends, self.segment = self.segment.old_spends, None
                self._tell("recent blocks", blocks)
            recent.sync()
            write_recent_index(folder, recent, spends)
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


def clean(store: Path, manifest: Manifest | None) -> None:
    """Remove what no manifest names: parts and runs of before. Readers keep what they mapped.

    A run that was killed may have left its last commit unsynced: before what it replaced goes, it is made to
    last. What cannot be removed now waits for the next run.
    """
    if manifest:
        sync_folder(store)
    kept = {recent_folder(store, manifest.generation), settled_folder(store, manifest.epoch)} if manifest else set()
    for folder in (*store.glob("recent-*"), *store.glob("settled-*")):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    index = index_folder(store, manifest.epoch) if manifest else None
    runs = superseded(index, manifest.settled_height) if manifest and index and index.is_dir() else []
    for path in (store / WORK_FILE, *runs):
        with suppress(OSError):
            path.unlink()


def spans(sizes: npt.NDArray[np.int64], first: int, batch_bytes: int) -> Iterator[tuple[int, int]]:
    """Cut heights into spans of about `batch_bytes`."""
    start, weight = 0, 0
    for row, size in enumerate(sizes):
        if weight and weight + int(size) > batch_bytes:
            yield first + start, first + row
            start, weight = row, 0
        weight += int(size)
    if start < len(sizes):
        yield first + start, first + len(sizes)
