"""What a store holds, and what it takes on disk."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cointrail
from cointrail.lookups.views import BlockRef, LookupBasis
from cointrail.store.manifest import Manifest, derived_folder, index_folder, recent_folder, settled_folder
from cointrail.store.reader import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """Bytes on disk by part of the store."""

    settled: int
    recent: int
    index: int
    derived: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """A store as `cointrail status` gives it.

    Attributes:
        path: its folder.
        tip: the last block.
        blocks: how many, genesis included.
        settled_blocks: those that no reorganisation may touch.
        inputs: coinbase inputs are not counted.
        undo_checked: whether every input was compared with the node's undo data.
        notes: what the last ingest left out, in words.
        disk: bytes on disk.
        basis: names this state of the store.
    """

    path: Path
    tip: BlockRef
    blocks: int
    settled_blocks: int
    transactions: int
    inputs: int
    outputs: int
    scripts: int
    undo_checked: bool
    notes: tuple[str, ...]
    disk: DiskUse
    basis: LookupBasis


def store_status(snapshot: Snapshot) -> StoreStatus:
    """Describe the store that a snapshot is of."""
    manifest = snapshot.manifest
    when = datetime.fromtimestamp(snapshot.block_time(snapshot.height), UTC)
    return StoreStatus(
        path=snapshot.store,
        tip=BlockRef(snapshot.height, snapshot.tip_hash, when),
        blocks=snapshot.height + 1,
        settled_blocks=manifest.settled_height,
        transactions=snapshot.n_txs,
        inputs=snapshot.n_inputs,
        outputs=snapshot.n_outputs,
        scripts=snapshot.n_scripts,
        undo_checked=manifest.undo_checked,
        notes=manifest.notes,
        disk=_disk_use(snapshot.store, manifest),
        basis=LookupBasis(
            network=snapshot.network.name,
            tip_hash=snapshot.tip_hash,
            tip_height=snapshot.height,
            store_digest=snapshot.digest,
            program=f"cointrail {cointrail.__version__}",
        ),
    )


def _disk_use(store: Path, manifest: Manifest) -> DiskUse:
    index = _bytes(index_folder(store, manifest.epoch))
    return DiskUse(
        settled=_bytes(settled_folder(store, manifest.epoch)) - index,
        recent=_bytes(recent_folder(store, manifest.generation)),
        index=index,
        derived=_bytes(derived_folder(store)),
        total=_bytes(store),
    )


def _bytes(folder: Path) -> int:
    """What the files below a folder take: blocks on disk, not their apparent size.

    The store may be written meanwhile: what goes away while this looks is not counted.
    """
    taken = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                taken += Path(place, name).stat().st_blocks * 512
    return taken
