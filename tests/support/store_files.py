"""Stores as bytes, so that two can be compared and a change be seen; and a place to build many."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cointrail.store.columns import column_path
from cointrail.store.index_files import SPENDS, cuts, run_paths
from cointrail.store.manifest import index_folder, read_manifest, recent_folder, settled_folder
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import COLUMNS, INDEXES


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for many small stores, in memory where the system has a place for that."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="cointrail-test-", dir=place) as folder:
        yield Path(folder)


def said(store: Path) -> tuple[dict[str, object], dict[str, bytes]]:
    """What readers see, and the bytes under it but for marks that may be written ahead of a commit."""
    raw = content(store)
    del raw["settled outputs.spent_by"]
    with open_snapshot(store) as snapshot:
        return dump(snapshot), raw


def every_file(store: Path) -> dict[str, bytes]:
    """Every file under the store but the lock."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def content(store: Path) -> dict[str, bytes]:
    """What the manifest names: rows of columns, runs of indices, and what it says itself.

    All but the numbers of folders, which tell how often a store was written and not what is in it.
    """
    manifest = read_manifest(store)
    assert manifest is not None
    raw = json.loads((store / "manifest.json").read_text())
    del raw["generation"], raw["epoch"]
    found = {"manifest": json.dumps(raw, sort_keys=True).encode()}
    recent = recent_folder(store, manifest.generation)
    for part, folder, rows in (
        ("settled", settled_folder(store, manifest.epoch), manifest.settled.rows),
        ("recent", recent, manifest.recent.rows),
    ):
        for spec in COLUMNS:
            size = rows[spec.table] * spec.row_bytes
            path = column_path(folder, spec)
            data = path.read_bytes()[:size] if size else b""
            assert len(data) == size, path
            found[f"{part} {spec.key}"] = data
    settled = manifest.settled_height
    last = manifest.height + 1
    for index in INDEXES:
        runs = [(index_folder(store, manifest.epoch), *cut) for cut in cuts(settled)]
        if last > settled:
            runs.append((recent, settled, last))
        for folder, first, end in runs:
            found |= {path.name: path.read_bytes() for path in run_paths(folder, index, first, end)}
    if last > settled:
        found |= {name: (recent / name).read_bytes() for name in SPENDS}
    return found


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Names under which two stores differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def dump(snapshot: Snapshot) -> dict[str, object]:
    """Everything that a snapshot says, in plain values."""
    txs = [
        (snapshot.txid(n), snapshot.tx_inputs(n), snapshot.tx_outputs(n), snapshot.tx_fee(n))
        for n in range(snapshot.n_txs)
    ]
    scripts = [
        (snapshot.get_script(n), snapshot.script_type(n), snapshot.script_outputs(n).tolist())
        for n in range(snapshot.n_scripts)
    ]
    numbers, inner = snapshot.reveals()
    spent = snapshot.spent_by_many(np.arange(snapshot.n_outputs, dtype=np.uint64))
    headers = [snapshot.block_header(h) for h in range(snapshot.height + 1)]
    found = [snapshot.find_tx(snapshot.txid(n)) for n in range(snapshot.n_txs)]
    return {
        "tip": (snapshot.height, str(snapshot.tip_hash), snapshot.digest),
        "txs": txs,
        "scripts": scripts,
        "reveals": (numbers.tolist(), inner.tolist()),
        "spent": spent.tolist(),
        "headers": headers,
        "found": found,
    }
