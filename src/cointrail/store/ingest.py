"""From a blocks directory to a store: what is new is appended, a changed tip is replaced.

The settled part takes blocks that are `DEPTH` deep below the tip, in batches, each with its own
commit. The rest is the recent part, written anew under a new generation. A run that is killed leaves
the last commit; the next run goes on from there and writes the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Protocol

import filelock
import numpy as np
import numpy.typing as npt

from cointrail.errors import DeepReorg, StoreBusy, StoreError, WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.append import Appender, Sessions, first_digest
from cointrail.store.columns import map_column
from cointrail.store.decoded import DecodedBlocks, Room, decode_span
from cointrail.store.index_files import cuts
from cointrail.store.indexing import build_index, rows_at, write_recent_index
from cointrail.store.manifest import (
    Manifest,
    Part,
    read_manifest,
    recent_folder,
    sync_folder,
    unwritable,
    write_manifest,
)
from cointrail.store.part import PartWriter, no_rows
from cointrail.store.resolver import Session
from cointrail.store.runs import open_runs, superseded
from cointrail.store.schema import BY_KEY, INDEXES

DEPTH = 100
"""Blocks this deep are settled: never rolled back."""

BATCH_BYTES = 32 << 20
"""Blocks decoded at once."""

COMMIT_BYTES = 1 << 30
"""Blocks between two commits of the settled part."""

DEFAULT_MEMORY = 4 << 30

SMALLEST_TX = 60
"""Bytes of a transaction with one input and one output."""


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


def settled_folder(store: Path) -> Path:
    """Where the settled part lives."""
    return store / "settled"


def index_folder(store: Path) -> Path:
    """Where the settled part's indices live."""
    return store / "index"


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Hold the store against a second writer.

    Raises:
        StoreBusy: another process is writing.
        StoreUnwritable: the place cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
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


def ingest(
    store: Path,
    source: BlocksDirectory,
    *,
    memory: int = DEFAULT_MEMORY,
    threads: int = 2,
    progress: Progress | None = None,
    batch_bytes: int = BATCH_BYTES,
    commit_bytes: int = COMMIT_BYTES,
) -> IngestReport:
    """Bring a store up to the tip of a blocks directory.

    Args:
        store: the store's folder; made when missing.
        source: the opened blocks directory.
        memory: bytes that the look-up tables may take.
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
    before = read_manifest(store) if store.is_dir() else None
    common = 0
    if before is not None:
        _require_same_chain(store, before, source)
        common = _common_blocks(store, before, source)
        if common == len(source.chain):
            return IngestReport(before, 0, 0, 0, 0, source.notes)
    with writing(store):
        try:
            run = _Run(store, source, memory, threads, progress)
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
        source.notes,
    )


def _hashes(folder: Path, rows: int) -> npt.NDArray[np.uint8]:
    return map_column(folder, BY_KEY["blocks.hash"], rows)


def _common_blocks(store: Path, manifest: Manifest, source: BlocksDirectory) -> int:
    """How many blocks the store and the source have in common; the settled ones are known to be."""
    settled = manifest.settled_height
    recent = _hashes(recent_folder(store, manifest.generation), manifest.recent.rows["blocks"])
    theirs = source.chain.blocks.hashes[settled : settled + len(recent)]
    same = (recent[: len(theirs)] == theirs).all(axis=1)
    return settled + (len(same) if same.all() else int(np.flatnonzero(~same)[0]))


def _require_same_chain(store: Path, manifest: Manifest, source: BlocksDirectory) -> None:
    if manifest.network != source.network.name:
        raise WrongNetwork(
            f"`{store}` holds {manifest.network}, `{source.path}` holds {source.network.name}",
            hint="use another store for another network",
            network=source.network.name,
        )
    settled = manifest.settled_height
    if settled == 0:
        return
    hashes = _hashes(settled_folder(store), settled)
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
        self.store, self.source, self.memory, self.threads = store, source, memory, threads
        self.progress = progress
        self.before = read_manifest(store)
        start = self.before.settled if self.before else Part.empty()
        index_folder(store).mkdir(exist_ok=True)
        self._clean(self.before)
        self.settled = PartWriter(settled_folder(store), start.rows, no_rows())
        self.committed = start.rows["blocks"]
        self.before_tip = self.before.height if self.before else -1
        self.pool: Executor = ThreadPoolExecutor(threads + 1)
        self.block_bytes = 0
        self.txs = 0
        sizes = source.chain.blocks.sizes
        self.total_bytes = int(sizes[self.committed :].sum())

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        self.settled.close()

    def go(self, batch_bytes: int, commit_bytes: int) -> Manifest:
        """Append, settle, and write the recent part anew."""
        tip = len(self.source.chain)
        settled_to = max(self.committed, tip - DEPTH)
        sizes = self.source.chain.blocks.sizes[self.committed : settled_to]
        plan = [*spans(sizes, self.committed, batch_bytes), (settled_to, tip)]
        sessions = self._sessions()
        appender = Appender(self.settled, self.settled, sessions, self.source.network.name)
        decoded = self._decoded(plan)
        waiting = 0
        for _ in plan[:-1]:
            blocks = next(decoded)
            appender.append(blocks)
            waiting += len(blocks.data)
            self._tell("blocks", blocks)
            if waiting >= commit_bytes and self.settled.rows["blocks"] > self.before_tip:
                self._settle(self._begin_to_settle(), sessions)
                self._commit(self.settled, None, None)
                waiting = 0
        return self._recent(sessions, next(decoded), self._begin_to_settle())

    def _sessions(self) -> Sessions:
        """Look-ups for the blocks to come. They show about as many new scripts as transactions."""
        folder, settled, half = index_folder(self.store), self.committed, self.memory // 2
        blocks = self.source.chain.blocks
        txs = int(np.minimum(blocks.tx_counts, blocks.sizes // SMALLEST_TX)[settled:].sum())
        return Sessions(*(Session(open_runs(folder, spec, settled), half, txs) for spec in INDEXES[:2]))

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

    def _begin_to_settle(self) -> list[Future[None]]:
        """Make the settled rows durable and index them, beside what comes next."""
        settled = self.settled.rows["blocks"]
        if settled == self.committed:
            return []
        folder, old = index_folder(self.store), cuts(self.committed)
        work = [self.pool.submit(build_index, folder, spec, old, settled, self.settled) for spec in INDEXES]
        return [*work, self.pool.submit(self.settled.sync)]

    def _settle(self, work: Sequence[Future[None]], sessions: Sessions) -> None:
        """Wait until the settled rows are durable and indexed."""
        for part in work:
            part.result()
        folder = index_folder(self.store)
        sync_folder(folder)
        self.committed = self.settled.rows["blocks"]
        txid, script, _ = INDEXES
        for session, spec in ((sessions.txs, txid), (sessions.scripts, script)):
            if session.over_budget:
                session.settle(open_runs(folder, spec, self.committed))

    def _recent(
        self, sessions: Sessions, blocks: DecodedBlocks, settling: Sequence[Future[None]]
    ) -> Manifest:
        generation = self.before.generation + 1 if self.before else 1
        folder = recent_folder(self.store, generation)
        shutil.rmtree(folder, ignore_errors=True)
        recent = PartWriter(folder, no_rows(), self.settled.rows)
        try:
            appender = Appender(self.settled, recent, sessions, self.source.network.name)
            if blocks.n_blocks:
                appender.append(blocks)
                self._tell("recent blocks", blocks)
            recent.sync()
            write_recent_index(folder, recent, appender.spends_of_settled)
            sync_folder(folder)
            self._settle(settling, sessions)
            return self._commit(self.settled, recent, generation)
        finally:
            recent.close()

    def _commit(self, settled: PartWriter, recent: PartWriter | None, generation: int | None) -> Manifest:
        part = recent if recent is not None and recent.rows["blocks"] else settled
        height = settled.rows["blocks"] + (recent.rows["blocks"] if recent else 0) - 1
        rows = part.rows["blocks"]
        manifest = Manifest(
            network=self.source.network.name,
            settled=Part(dict(settled.rows)),
            recent=Part(dict(recent.rows)) if recent else Part.empty(),
            generation=generation or 0,
            height=height,
            tip=part.map("blocks.hash")[rows - 1][::-1].tobytes().hex(),
            digest=part.map("blocks.digest")[rows - 1].tobytes().hex(),
            undo_checked=self.source.has_undo and (self.before is None or self.before.undo_checked),
            notes=self.source.notes,
        )
        sync_folder(self.store)
        write_manifest(self.store, manifest)
        self._clean(manifest)
        return manifest

    def _clean(self, manifest: Manifest | None) -> None:
        """Remove what no manifest names: generations and runs of before. Readers keep what they mapped."""
        generation = manifest.generation if manifest else 0
        for folder in self.store.glob("recent-*"):
            if folder != recent_folder(self.store, generation):
                shutil.rmtree(folder, ignore_errors=True)
        if manifest:
            for path in superseded(index_folder(self.store), manifest.settled_height):
                path.unlink(missing_ok=True)


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


def rewind(store: Path, height: int) -> None:
    """Give up the blocks above `height`, settled ones too, and the `DEPTH` below, which are recent then.

    The next ingest goes on from there.

    Raises:
        StoreError: there is no store, or it does not reach that height.
        StoreUnwritable: the disk is full or read-only; the store is as it was.
    """
    before = read_manifest(store) if store.is_dir() else None
    if before is None or not 0 <= height <= before.height:
        have = f"reaches height {before.height}" if before else "is no store"
        raise StoreError(
            f"`{store}` {have}: nothing to give up above {height}", hint="see `cointrail status`"
        )
    kept = min(max(0, height + 1 - DEPTH), before.settled_height)
    with writing(store):
        part = PartWriter(settled_folder(store), before.settled.rows, no_rows())
        try:
            _write_rewound(store, before, part, kept)
        except OSError as error:
            raise unwritable(store, error) from error
        finally:
            part.close()


def _write_rewound(store: Path, before: Manifest, part: PartWriter, kept: int) -> None:
    good = [run for run in cuts(before.settled_height) if run[1] <= kept]
    for spec in INDEXES:
        build_index(index_folder(store), spec, good, kept, part)
    tip, digest = "", first_digest(before.network).hex()
    if kept:
        tip = part.map("blocks.hash")[kept - 1][::-1].tobytes().hex()
        digest = part.map("blocks.digest")[kept - 1].tobytes().hex()
    write_manifest(
        store,
        replace(
            before,
            settled=Part(rows_at(part, kept)),
            recent=Part.empty(),
            generation=before.generation + 1,
            height=kept - 1,
            tip=tip,
            digest=digest,
        ),
    )
