"""Before an ingest: is it the same chain, what is new, what will it take."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.errors import BadInput, DeepReorg, WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.columns import map_column
from cointrail.store.manifest import Manifest, recent_folder, settled_folder
from cointrail.store.plan import IngestPlan, estimate, planned_disk
from cointrail.store.schema import BY_KEY


def require_other_folder(store: Path, source: BlocksDirectory) -> None:
    """Refuse a store in the node's own directory, which is only ever read.

    Raises:
        BadInput: the store is the blocks directory, or lies in it.
    """
    inside, node = store.resolve(), source.path.resolve()
    if inside == node or node in inside.parents:
        raise BadInput(
            f"`{store}` lies in the node's blocks directory, in which nothing is ever written",
            hint="name another place with `--store`",
            path=str(store),
        )


def require_same_chain(store: Path, before: Manifest, source: BlocksDirectory) -> None:
    """Refuse a source that does not go on from the settled part.

    Raises:
        WrongNetwork: it is of another network.
        DeepReorg: its chain is another one, or ends below.
    """
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


def common_blocks(store: Path, manifest: Manifest, source: BlocksDirectory) -> int:
    """How many blocks the store and the source have in common; the settled ones are known to be."""
    settled = manifest.settled_height
    recent = _hashes(recent_folder(store, manifest.generation), manifest.recent.rows["blocks"])
    theirs = source.chain.blocks.hashes[settled : settled + len(recent)]
    same = (recent[: len(theirs)] == theirs).all(axis=1)
    return settled + (len(same) if same.all() else int(np.flatnonzero(~same)[0]))


def _hashes(folder: Path, rows: int) -> npt.NDArray[np.uint8]:
    return map_column(folder, BY_KEY["blocks.hash"], rows)


def plan_ingest(store: Path, source: BlocksDirectory, settled: int, memory: int) -> IngestPlan:
    """What it will take to read what is above `settled` blocks."""
    blocks = source.chain.blocks
    size = estimate(len(blocks) - settled, int(blocks.tx_counts[settled:].sum()))
    disk = planned_disk(size, memory)
    place = next(path for path in (store, *store.absolute().parents) if path.is_dir())
    return IngestPlan(
        block_bytes=int(blocks.sizes[settled:].sum()),
        memory=memory,
        disk=disk["columns"] + disk["indices"],
        spare=disk["working file"] + disk["largest run while it is merged"],
        free=shutil.disk_usage(place).free,
    )


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
