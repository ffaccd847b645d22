"""Who may write to a store, and what a writer removes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from cointrail.errors import StoreBusy
from cointrail.store.digest import first_digest
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
from cointrail.store.runs import superseded

WORK_FILE = "scripts.work"
"""Where the scripts of a segment wait; nothing is lost with it."""


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


def begin(store: Path, network: str) -> None:
    """Commit a store without a block, where there is none: readers may wait for its first ones.

    Raises:
        StoreUnwritable: the disk is full or read-only.
    """
    if (store / NAME).exists():
        return
    nothing = Manifest(
        network=network,
        settled=Part.empty(),
        recent=Part.empty(),
        epoch=1,
        generation=0,
        height=-1,
        tip="",
        digest=first_digest(network).hex(),
        undo_checked=True,
    )
    write_manifest(store, nothing)


@contextmanager
def begun(store: Path, network: str) -> Iterator[None]:
    """While this runs there is a store, if only one without a block: readers may wait for its first ones.

    An error before the first commit takes away what was begun here: a folder that cannot be read leaves
    nothing behind. What a kill leaves is gone on from.

    Raises:
        StoreUnwritable: the disk is full or read-only.
    """
    before = read_manifest(store)
    begin(store, network)
    try:
        yield
    except Exception:
        after = read_manifest(store)
        if before is None and after is not None and after.height < 0:
            with suppress(OSError):  # the error itself says more
                (store / NAME).unlink()
        raise


def clean(store: Path, manifest: Manifest | None) -> None:
    """Remove what no manifest names: parts and runs of before. Readers keep what they mapped.

    A run that was killed may have left its last commit unsynced: before what it replaced goes, it is made to
    last. What cannot be removed now waits for the next run.
    """
    kept = set()
    if manifest:
        sync_folder(store)
        kept = {recent_folder(store, manifest.generation), settled_folder(store, manifest.epoch)}
    for folder in (*store.glob("recent-*"), *store.glob("settled-*")):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    index = index_folder(store, manifest.epoch) if manifest else None
    runs = superseded(index, manifest.settled_height) if manifest and index and index.is_dir() else []
    for path in (store / WORK_FILE, *runs):
        with suppress(OSError):
            path.unlink()
