"""Giving up blocks, settled ones too: a new epoch of the settled part without them.

The folder of before is not touched, since readers may have it mapped; it is removed once the manifest
names the new one. That takes a copy of what is kept, and room for it on the disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from cointrail.errors import StoreError
from cointrail.store.digest import first_digest
from cointrail.store.index_files import cuts, run_paths
from cointrail.store.indexing import build_index, rows_at
from cointrail.store.ingest import DEPTH
from cointrail.store.manifest import (
    Manifest,
    Part,
    index_folder,
    read_manifest,
    settled_folder,
    sync_folder,
    unwritable,
    write_manifest,
)
from cointrail.store.part import PartWriter, no_rows
from cointrail.store.runs import superseded
from cointrail.store.schema import COLUMNS, INDEXES, NOT_YET
from cointrail.store.writer import clean, writing

CHUNK = 1 << 22
"""Rows copied at once."""


def rewind(store: Path, height: int) -> None:
    """Give up the blocks above `height`, settled ones too, and the `DEPTH` below, which are recent then.

    The next ingest goes on from there.

    Raises:
        StoreError: there is no store, or it does not reach that height.
        StoreUnwritable: the disk is full or read-only; the store is as it was.
    """
    _require_height(store, height)
    with writing(store):
        before = _require_height(store, height)  # another run may have ended in between
        kept = min(max(0, height + 1 - DEPTH), before.settled_height)
        try:
            clean(store, before)
            manifest = _write_rewound(store, before, kept)
            write_manifest(store, manifest)
            clean(store, manifest)
        except OSError as error:
            raise unwritable(store, error) from error


def _require_height(store: Path, height: int) -> Manifest:
    before = read_manifest(store) if store.is_dir() else None
    if before is None or not 0 <= height <= before.height:
        have = f"reaches height {before.height}" if before else "is no store"
        raise StoreError(
            f"`{store}` {have}: nothing to give up above {height}", hint="see `cointrail status`"
        )
    return before


def _write_rewound(store: Path, before: Manifest, kept: int) -> Manifest:
    """Write the new epoch; the manifest that names it."""
    epoch = before.epoch + 1
    old = PartWriter(settled_folder(store, before.epoch), before.settled.rows, no_rows())
    try:
        rows = rows_at(old, kept)
        new = PartWriter(settled_folder(store, epoch), rows, no_rows())
        try:
            for spec in COLUMNS:
                for first, last in _chunks(rows[spec.table]):
                    new.put(spec.key, first, old.read(spec.key, first, last))
            _give_up_marks(new)
            new.sync()
            _write_runs(store, before, new, kept)
            tip, digest = "", first_digest(before.network).hex()
            if kept:
                tip = new.map("blocks.hash")[kept - 1][::-1].tobytes().hex()
                digest = new.map("blocks.digest")[kept - 1].tobytes().hex()
        finally:
            new.close()
    finally:
        old.close()
    sync_folder(settled_folder(store, epoch))
    sync_folder(store)
    return replace(
        before,
        settled=Part(rows),
        recent=Part.empty(),
        epoch=epoch,
        generation=before.generation + 1,
        height=kept - 1,
        tip=tip,
        digest=digest,
    )


def _chunks(rows: int) -> Iterator[tuple[int, int]]:
    return ((first, min(first + CHUNK, rows)) for first in range(0, rows, CHUNK))


def _give_up_marks(part: PartWriter) -> None:
    """Of outputs whose spender was given up, or never came, nothing says that they are spent."""
    known = part.map("inputs.output")
    for first, last in _chunks(part.rows["outputs"]):
        marks = part.read("outputs.spent_by", first, last)
        numbers = np.arange(first, last, dtype=np.uint64)
        good = marks < np.uint64(len(known))
        good[good] = known[marks[good].astype(np.int64)] == numbers[good]
        if not (marks[~good] == NOT_YET).all():
            marks[~good] = NOT_YET
            part.put("outputs.spent_by", first, marks)


def _write_runs(store: Path, before: Manifest, part: PartWriter, kept: int) -> None:
    """Copy the runs that are good still, build the others."""
    source, target = index_folder(store, before.epoch), index_folder(store, before.epoch + 1)
    target.mkdir()
    good = [run for run in cuts(before.settled_height) if run[1] <= kept]
    for spec in INDEXES:
        for run in good:
            for path in run_paths(source, spec, *run):
                shutil.copyfile(path, target / path.name)
                _sync_file(target / path.name)
        build_index(target, spec, good, kept, part)
    for path in superseded(target, kept):
        path.unlink()
    sync_folder(target)


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
