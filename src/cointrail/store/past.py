"""The store as it was when an earlier block was its tip, read from the store as it is now.

Rows are numbered in chain order, so what the store held then are the first rows of what it holds now. The
columns are cut there without a copy. Of the indices, whole runs below the height are as they were; the run
that the height lies in is copied without what came later, in memory: 12 bytes a pair.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from cointrail.errors import NotFound
from cointrail.store.columns import Column
from cointrail.store.index_files import Run
from cointrail.store.manifest import Manifest, Part
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import BY_KEY, INDEXES, Table
from cointrail.store.spends import Spends

DERIVED = "past"
"""Folder in the store's derived one for what is made of earlier states; those of the present stay."""


class PastSnapshot(Snapshot):
    """A snapshot that ends at an earlier block.

    Args:
        now: the store; it can be let go of afterwards.
        height: the block that is to be the tip.

    Raises:
        NotFound: the store has no block at that height.
    """

    def __init__(self, now: Snapshot, height: int) -> None:
        rows = {table: last for table, (_, last) in now.row_edges(height).items()}
        settled = {table: min(count, now.manifest.settled.rows[table]) for table, count in rows.items()}
        self.store, self.network, self.height = now.store, now.network, height
        self.manifest = _manifest(now, height, rows, settled)
        self.tip_hash = now.block_hash(height)
        self.digest = self.manifest.digest
        self.n_txs, self.n_inputs = rows["txs"], rows["inputs"]
        self.n_outputs, self.n_scripts = rows["outputs"], rows["scripts"]
        self.derived_dir = now.derived_dir / DERIVED
        self._columns = {
            key: _cut_column(now.column(key), rows[spec.table], settled[spec.table])
            for key, spec in BY_KEY.items()
        }
        runs = [(first, last) for first, last in now.run_heights() if first <= height]
        self._heights = [(first, min(last, height + 1)) for first, last in runs]
        whole = runs[-1][1] == height + 1
        self._runs = {
            spec.name: _cut_runs(now.runs(spec.name)[: len(runs)], None if whole else rows[spec.table])
            for spec in INDEXES
        }
        late = now.spends.late_inputs < np.uint64(self.n_inputs)
        self._spends = Spends(
            self._columns["outputs.spent_by"],
            self._columns["inputs.output"],
            now.spends.late_outputs[late],
            now.spends.late_inputs[late],
        )

    def run_heights(self) -> list[tuple[int, int]]:
        """First height of each run, and the one after its last."""
        return self._heights


def _manifest(now: Snapshot, height: int, rows: dict[Table, int], settled: dict[Table, int]) -> Manifest:
    return replace(
        now.manifest,
        settled=Part({str(table): count for table, count in settled.items()}),
        recent=Part({str(table): count - settled[table] for table, count in rows.items()}),
        height=height,
        tip=str(now.block_hash(height)),
        digest=now.column("blocks.digest")[height].tobytes().hex(),
    )


def _cut_column(column: Column, rows: int, settled: int) -> Column:
    return Column(column.settled[:settled], column.recent[: rows - settled])


def _cut_runs(runs: list[Run], rows: int | None) -> list[Run]:
    """Runs, the last of them without numbers from `rows` on; None: it is whole as it is."""
    if rows is None:
        return runs
    kept = runs[-1].numbers < runs[-1].numbers.dtype.type(rows)
    return [*runs[:-1], Run(runs[-1].keys[kept], runs[-1].numbers[kept])]


def open_past(store: Path, height: int) -> Snapshot:
    """The store as it was when the block at a height was its tip.

    Raises:
        StoreError: there is no store.
        NotFound: it ends below that height.
    """
    now = open_snapshot(store)
    if height == now.height:
        return now
    with now:
        if not 0 <= height < now.height:
            raise NotFound(
                f"`{store}` has no block at height {height}: its tip is at {now.height}",
                hint="bring the store up to that height with `cointrail ingest`",
                height=height,
                tip=now.height,
            )
        return PastSnapshot(now, height)
