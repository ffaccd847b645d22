"""Clusters on disk: a folder of arrays beside the store, named by store state and rules.

    <derived>/clusters-<store digest>-<rules digest>/
        manifest.json       what this is, the small facts, the SHA-256 of every array
        <name>.npy          one array each, mapped when read

A folder is written under another name and renamed, so a half-written one is never found. Every array is
compared with its digest before it is used: a result may not change under the same basis. Deleting the
folder loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters, Partition
from cointrail.heuristics.base import Tier

FORMAT = 2
"""Of the folder; an older one is built anew."""

_TIERS = (Tier.T1, Tier.T2)
_COLUMNS = ("label", "labels", "start", "members")
_PROOF = ("proof_parent", "proof_tx", "proof_rule", "reasons")


def folder_of(chain: ChainView, rules: tuple[str, ...]) -> Path:
    """Where the clusters of this state and these rules are kept."""
    digest = hashlib.sha256("\n".join((f"format {FORMAT}", *rules)).encode()).hexdigest()
    return chain.derived_dir / f"clusters-{chain.digest[:16]}-{digest[:16]}"


def find_cached(chain: ChainView, rules: tuple[str, ...]) -> Clusters | None:
    """Load what was kept for this state and these rules; None when there is nothing whole."""
    folder = folder_of(chain, rules)
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        if manifest["store_digest"] != chain.digest or tuple(manifest["rules"]) != rules:
            return None
        loaded = _load(folder, manifest)
    except (OSError, ValueError, KeyError, EOFError):
        return None
    whole = len(loaded.proof_parent) == chain.n_scripts and len(loaded.reasons) == chain.n_txs
    return loaded if whole else None


def _load(folder: Path, manifest: dict[str, Any]) -> Clusters:
    def column(name: str) -> npt.NDArray[Any]:
        path = folder / f"{name}.npy"
        if _file_digest(path) != manifest["files"][path.name]:
            raise ValueError(f"{path} is not what was written")
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))

    return Clusters(
        partitions={t: Partition(*(column(f"t{t.value}_{name}") for name in _COLUMNS)) for t in _TIERS},
        **{name: column(name) for name in _PROOF},
        rules=tuple(manifest["rules"]),
        digest=str(manifest["digest"]),
        skipped=dict(manifest["skipped"]),
    )


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(chain: ChainView, clusters: Clusters) -> Clusters:
    """Write clusters for the next time and give them back; where that cannot be, they stay in memory."""
    folder = folder_of(chain, clusters.rules)
    try:
        draft = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
        draft.mkdir(parents=True)
    except OSError:
        return clusters
    try:
        _write(draft, chain, clusters)
        if folder.exists():
            shutil.rmtree(folder)
        draft.replace(folder)
    except OSError:
        return clusters
    finally:
        with suppress(OSError):
            shutil.rmtree(draft)
    return find_cached(chain, clusters.rules) or clusters


def _write(draft: Path, chain: ChainView, clusters: Clusters) -> None:
    arrays: dict[str, npt.NDArray[Any]] = {name: getattr(clusters, name) for name in _PROOF}
    for tier in _TIERS:
        part = clusters.partitions[tier]
        arrays |= {f"t{tier.value}_{name}": getattr(part, name) for name in _COLUMNS}
    for name, array in arrays.items():
        with (draft / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
    manifest = {
        "store_digest": chain.digest,
        "rules": clusters.rules,
        "digest": clusters.digest,
        "skipped": clusters.skipped,
        "files": {f"{name}.npy": _file_digest(draft / f"{name}.npy") for name in sorted(arrays)},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
