"""Clusters written into the folder that `cointrail.clustering.kept` reads."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.kept import DRAFT, find_kept, folder_of, kept_folders, write_manifest
from cointrail.clustering.shelf import DraftShelf, MemoryShelf, Shelf, array_path
from cointrail.error_rates.table import ErrorTable
from cointrail.errors import StoreUnwritable
from cointrail.heuristics.change.model import ForestModel
from cointrail.store.manifest import sync_folder

Build = Callable[[Shelf], Clusters]

KEPT_STATES = 2
"""Folders that stay when a new one is written, itself among them."""

MOST_IN_MEMORY = 1 << 31
"""Bytes of arrays that are built in memory where nothing can be written."""


def keep(
    chain: ChainView,
    rules: tuple[str, ...],
    build: Build,
    table: ErrorTable | None = None,
    model: ForestModel | None = None,
) -> Clusters:
    """Build clusters into the folder that `find_kept` reads; where that cannot be, in memory.

    One process builds at a time; another that wants the same waits, and reads what the first has built.

    Raises:
        StoreUnwritable: the disk is full, and the clusters are too large for memory.
    """
    try:
        with _drafting(chain.derived_dir) as draft:
            return find_kept(chain, rules, table, model) or _built_into(
                draft, folder_of(chain, rules), chain, build
            )
    except OSError as error:
        return _in_memory(chain, build, error)


@contextmanager
def _drafting(derived: Path) -> Iterator[Path]:
    """The name of a new folder that nobody else builds in; what was left of older ones is removed."""
    derived.mkdir(parents=True, exist_ok=True)
    with FileLock(derived / "clusters.lock"):
        for left in derived.glob(f"{DRAFT}*"):
            shutil.rmtree(left)
        draft = derived / f"{DRAFT}{secrets.token_hex(4)}"
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _built_into(draft: Path, folder: Path, chain: ChainView, build: Build) -> Clusters:
    draft.mkdir()
    with DraftShelf(draft) as shelf:
        clusters = build(shelf)
    arrays = {
        name: asdict(note) | {"mtime_ns": array_path(draft, name).stat().st_mtime_ns}
        for name, note in shelf.notes.items()
    }
    manifest = {
        "store_digest": chain.digest,
        "rules": clusters.rules,
        "tip_height": clusters.tip_height,
        "digest": clusters.digest,
        "skipped": clusters.skipped,
        "arrays": arrays,
    }
    write_manifest(draft, manifest)
    if folder.exists():
        shutil.rmtree(folder)
    draft.replace(folder)
    sync_folder(folder.parent)
    _remove_older(folder)
    return clusters


def _remove_older(folder: Path) -> None:
    """Leave this folder and the last of the others."""
    others = [path for path in kept_folders(folder.parent) if path != folder]
    others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in others[KEPT_STATES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _in_memory(chain: ChainView, build: Build, error: OSError) -> Clusters:
    size = 60 * chain.n_scripts + 25 * chain.n_txs + 8 * (chain.n_outputs + chain.n_inputs)
    if size > MOST_IN_MEMORY:
        raise StoreUnwritable(
            f"`{chain.derived_dir}` cannot be written: {error.strerror or error}",
            hint=f"make room there: clusters of this chain take about {size / 1e9:.0f} GB, as much again "
            "while they are built",
            path=str(chain.derived_dir),
            errno=error.errno,
        ) from error
    return build(MemoryShelf())
