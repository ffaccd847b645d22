"""Clusters on disk: a folder of arrays beside the store, named by store state and rules.

    <derived>/clusters-<store digest>-<rules digest>/
        manifest.json       what this is, the small facts, and of every array its type, rows, SHA-256, time
        <name>.bin          one array each, little-endian, mapped when read

Arrays are written into a folder of another name, synced, and described in the manifest; then the folder is
renamed. So whatever is found under the name was whole once. An array that has still its size and the time of
its last change is taken for the one that was written: nothing changes a file without changing its time but a
failing disk, and hashing would read tens of gigabytes before each answer. One with another time, as in a
copied store, is hashed before it is used. `verify_kept` hashes all of them.

Deleting a folder loses nothing. Those of the last two states are kept; one that is removed while somebody
reads it stays good for that reader.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.change_columns import CHANGE_TYPES, ChangeColumns
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.guards import GUARD_TYPES, guards_of
from cointrail.clustering.lists import Lists
from cointrail.clustering.moves import MoveArrays, MoveIndex
from cointrail.clustering.partition import Partition
from cointrail.clustering.proof import Proof
from cointrail.clustering.rules import TIERS
from cointrail.clustering.running import RunningSums
from cointrail.clustering.shelf import array_path
from cointrail.clustering.standing import Standing
from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.errors import StoreCorrupt
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.model import ForestModel
from cointrail.store.columns import map_file
from cointrail.store.manifest import sync_folder

Array = npt.NDArray[Any]

FORMAT = 5
"""Of the folder; an older one is built anew."""

_NAME = "clusters-"
DRAFT = f".{_NAME}"
"""Begins the name of a folder that is not whole yet."""

_MANIFEST = "manifest.json"

_NUMBERS = ("<u4", "<u8")
_NAMES = tuple(tier.name.lower() for tier in TIERS)
_LISTS = {f"{name}_members": ("<u4",) for name in _NAMES} | dict.fromkeys(
    ("outputs", "spends", "heavy_spends"), _NUMBERS
)
_SUMS = ("outputs", "spends", "heavy_outputs", "heavy_spends")
TYPES: dict[str, tuple[str, ...]] = {
    **_LISTS,
    **{f"{name}_start": ("<i8",) for name in _LISTS},
    **{f"{name}_{part}": ("<u4",) for name in _NAMES for part in ("label", "labels")},
    **dict.fromkeys(("reasons", "heavy"), ("<u4",)),
    **dict.fromkeys(("proof_parent", "proof_tx"), ("<u4",)),
    "proof_rule": ("u1",),
    **dict.fromkeys(("received", "spent", "heavy_received", "heavy_spent"), ("<i8",)),
    **{f"{name}_marked": ("<u4",) for name in _SUMS},
    **{f"{name}_marks": ("<i8",) for name in _SUMS},
    **{name: (dtype,) for name, dtype in (CHANGE_TYPES | GUARD_TYPES).items()},
}
"""Every array of a folder, and the types it may have."""


def folder_of(chain: ChainView, rules: tuple[str, ...]) -> Path:
    """Where the clusters of this state and these rules are kept."""
    digest = hashlib.sha256("\n".join((f"format {FORMAT}", *rules)).encode()).hexdigest()
    return chain.derived_dir / f"{_NAME}{chain.digest[:16]}-{digest[:16]}"


def kept_folders(derived: Path) -> list[Path]:
    """Every folder of clusters in a store's derived folder."""
    return sorted(path for path in derived.glob(f"{_NAME}*") if path.is_dir())


# -- reading


def find_kept(
    chain: ChainView,
    rules: tuple[str, ...],
    table: ErrorTable | None = None,
    model: ForestModel | None = None,
) -> Clusters | None:
    """What was kept for this state and these rules, mapped; None when there is nothing whole.

    The model is the one that `rules` name, if they name one.

    Time: that of opening some forty files, however large they are.
    """
    folder = folder_of(chain, rules)
    try:
        manifest = _read_manifest(folder)
        if manifest["store_digest"] != chain.digest or tuple(manifest["rules"]) != rules:
            return None
        _require_unchanged(folder, manifest)
        clusters = _mapped(chain, folder, manifest, Standing.by(table or shipped()), model)
    except (OSError, ValueError, KeyError, TypeError, StoreCorrupt):
        return None
    return clusters if _fits(chain, clusters) else None


def _read_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
    return manifest


def _require_unchanged(folder: Path, manifest: dict[str, Any]) -> None:
    """ValueError unless every array is the one that was written; a time that is new is put down."""
    touched = []
    for name, dtypes in TYPES.items():
        note, now = manifest["arrays"][name], array_path(folder, name).stat()
        if note["dtype"] not in dtypes or now.st_size != note["rows"] * np.dtype(note["dtype"]).itemsize:
            raise ValueError(f"{name} has another type or size")
        if now.st_mtime_ns != note["mtime_ns"]:
            if _sha256(array_path(folder, name)) != note["sha256"]:
                raise ValueError(f"{name} is not what was written")
            touched.append((note, now.st_mtime_ns))
    for note, mtime in touched:
        note["mtime_ns"] = mtime
    if touched:
        with suppress(OSError):
            write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Describe the arrays of a folder; the description appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    beside = folder / f"{_MANIFEST}.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps(manifest, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / _MANIFEST)
    sync_folder(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mapped(
    chain: ChainView,
    folder: Path,
    manifest: dict[str, Any],
    standing: Standing,
    model: ForestModel | None,
) -> Clusters:
    notes = manifest["arrays"]
    arrays = {
        name: map_file(array_path(folder, name), notes[name]["dtype"], notes[name]["rows"]) for name in TYPES
    }
    lists = {name: Lists(arrays[f"{name}_start"], arrays[name]) for name in _LISTS}
    partitions = {
        tier: Partition(arrays[f"{name}_label"], arrays[f"{name}_labels"], lists[f"{name}_members"])
        for tier, name in zip(TIERS, _NAMES, strict=True)
    }
    sums = (RunningSums(arrays[f"{name}_marked"], arrays[f"{name}_marks"]) for name in _SUMS)
    moves = MoveArrays(
        outputs=lists["outputs"],
        spends=lists["spends"],
        received=arrays["received"],
        spent=arrays["spent"],
        heavy=arrays["heavy"],
        heavy_spends=lists["heavy_spends"],
        heavy_received=arrays["heavy_received"],
        heavy_spent=arrays["heavy_spent"],
        output_sums=next(sums),
        spend_sums=next(sums),
        heavy_output_sums=next(sums),
        heavy_spend_sums=next(sums),
    )
    return Clusters(
        partitions=partitions,
        proof=Proof(partitions[Tier.T4], arrays["proof_parent"], arrays["proof_tx"], arrays["proof_rule"]),
        moves=MoveIndex(chain, partitions[Tier.T2], moves),
        reasons=arrays["reasons"],
        change_columns=ChangeColumns(*(arrays[name] for name in CHANGE_TYPES)),
        guards=guards_of(arrays),
        rules=tuple(manifest["rules"]),
        tip_height=int(manifest["tip_height"]),
        digest=str(manifest["digest"]),
        standing=standing,
        skipped=dict(manifest["skipped"]),
        model=model,
    )


def _fits(chain: ChainView, clusters: Clusters) -> bool:
    """Whether the arrays have the lengths that this chain and each other ask for."""
    partitions, count = clusters.partitions.values(), len(clusters.partitions[Tier.T2].labels)
    moves, proof, guards = clusters.moves.arrays, clusters.proof, clusters.guards
    lists = [
        *((one.members, len(one.labels)) for one in partitions),
        (moves.outputs, count),
        (moves.spends, count),
        (moves.heavy_spends, len(moves.heavy)),
    ]
    running = (moves.output_sums, moves.spend_sums, moves.heavy_output_sums, moves.heavy_spend_sums)
    lengths = [
        *((len(one.label), chain.n_scripts) for one in partitions),
        *((len(column), chain.n_txs) for column in (clusters.reasons, *clusters.change_columns)),
        *(
            (len(column), len(proof.partition.members.numbers))
            for column in (proof.parent, proof.tx, proof.rule)
        ),
        *((len(column), len(group[0])) for group in (guards.reviews, guards.refusals) for column in group),
        *((len(sums), count) for sums in (moves.received, moves.spent)),
        *((len(sums), len(moves.heavy)) for sums in (moves.heavy_received, moves.heavy_spent)),
        *((len(one.total), len(one.group)) for one in running),
        *((len(one.start), keys + 1) for one, keys in lists),
        *((int(one.start[-1]), len(one.numbers)) for one, _ in lists),
    ]
    return all(found == wanted for found, wanted in lengths)


def verify_kept(folder: Path) -> tuple[str, ...]:
    """Hash every array of a folder. What is not as it was written, in words; nothing when all is."""
    try:
        notes = _read_manifest(folder)["arrays"]
        return tuple(_findings(folder, {name: str(notes[name]["sha256"]) for name in TYPES}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return (f"`{folder / _MANIFEST}` does not describe clusters: {error!r}",)


def _findings(folder: Path, digests: dict[str, str]) -> Iterator[str]:
    for name, digest in digests.items():
        path = array_path(folder, name)
        if not path.is_file():
            yield f"`{path}` is missing"
        elif _sha256(path) != digest:
            yield f"`{path}` is not what was written: delete the folder, and it is built anew"
