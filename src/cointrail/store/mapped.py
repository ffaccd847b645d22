"""The files of a store as one manifest names them, mapped; and where the rows of each block begin."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network, get_network
from cointrail.chain.types import BlockHash
from cointrail.errors import NotFound, StoreCorrupt
from cointrail.store.columns import Column, map_column, map_file
from cointrail.store.index_files import SPENDS, Run, cuts, open_run
from cointrail.store.manifest import Manifest, derived_folder, index_folder, recent_folder, settled_folder
from cointrail.store.schema import COLUMNS, INDEXES, IndexSpec, Table
from cointrail.store.spends import Spends

U64 = npt.NDArray[np.uint64]


class MappedStore:
    """Columns and indices up to one tip."""

    def __init__(self, store: Path, manifest: Manifest) -> None:
        """Map every column that the manifest names."""
        self.store = store
        self.manifest = manifest
        self.network: Network = get_network(manifest.network)
        self.height = manifest.height
        self.tip_hash = BlockHash.parse(manifest.tip)
        self.digest = manifest.digest
        self.n_txs = manifest.rows("txs")
        self.n_inputs = manifest.rows("inputs")
        self.n_outputs = manifest.rows("outputs")
        self.n_scripts = manifest.rows("scripts")
        self.derived_dir = derived_folder(store)
        settled = settled_folder(store, manifest.epoch)
        recent = recent_folder(store, manifest.generation)
        self._columns = {
            spec.key: Column(
                map_column(settled, spec, manifest.settled.rows[spec.table]),
                map_column(recent, spec, manifest.recent.rows[spec.table]),
            )
            for spec in COLUMNS
        }
        try:
            self._runs = {spec.name: self._open_runs(spec) for spec in INDEXES}
        except IndexError as error:
            raise StoreCorrupt(
                f"`{store}`: its columns do not fit each other", hint="ingest into a new store"
            ) from error
        self._spends = Spends(
            self._columns["outputs.spent_by"], self._columns["inputs.output"], *self._late_spends(recent)
        )

    def _open_runs(self, spec: IndexSpec) -> list[Run]:
        settled, index = self.manifest.settled_height, index_folder(self.store, self.manifest.epoch)
        recent = recent_folder(self.store, self.manifest.generation)
        return [
            open_run(
                index if last <= settled else recent,
                spec,
                first,
                last,
                self._rows_between(spec.table, first, last),
                searched=True,
            )
            for first, last in self.run_heights()
        ]

    def run_heights(self) -> list[tuple[int, int]]:
        """First height of each run, and the one after its last."""
        settled, end = self.manifest.settled_height, self.height + 1
        return [*cuts(settled), *([(settled, end)] if end > settled else [])]

    def _rows_between(self, table: Table, first: int, last: int) -> int:
        """How many rows of a table the blocks of heights first..last - 1 have."""
        return self.row_edges(last - 1)[table][1] - self.row_edges(first)[table][0]

    def _late_spends(self, recent: Path) -> tuple[U64, U64]:
        spends = self._columns["inputs.output"]
        count = int(np.count_nonzero(spends.recent < self.manifest.settled.rows["outputs"]))
        if not self.manifest.recent.rows["blocks"]:
            return np.empty(0, np.uint64), np.empty(0, np.uint64)
        outputs, inputs = (map_file(recent / name, "<u8", count) for name in SPENDS)
        return outputs, inputs

    def again(self) -> Self:
        """The same state for another user, who may let it go."""
        other = copy(self)
        vars(other).update(_columns=dict(self._columns), _runs=dict(self._runs))
        return other

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._columns.clear()
        self._runs.clear()
        del self._spends

    def column(self, key: str) -> Column:
        """A column by `table.name`."""
        return self._columns[key]

    @property
    def spends(self) -> Spends:
        """Which input spends which output, as columns."""
        return self._spends

    def runs(self, name: str) -> list[Run]:
        """The runs of an index, in chain order."""
        return self._runs[name]

    def run_rows(self, spec: IndexSpec) -> Iterator[tuple[Run, int, int]]:
        """The runs of an index, each with the rows that it covers: the first, and the one after the last."""
        first = 0
        for run, (_, last_block) in zip(self._runs[spec.name], self.run_heights(), strict=True):
            last = self.row_edges(last_block - 1)[spec.table][1]
            yield run, first, last
            first = last

    def block_txs(self, height: int) -> range:
        """The transaction numbers of a block."""
        first = self._columns["blocks.first_tx"]
        self._checked_height(height)
        last = int(first[height + 1]) if height < self.height else self.n_txs
        return range(int(first[height]), last)

    def row_edges(self, height: int) -> dict[Table, tuple[int, int]]:
        """Per table, the first row of a block and the one after its last."""
        txs = self.block_txs(height)
        inputs = self.tx_input_range(txs[0])[0], self.tx_input_range(txs[-1])[1]
        outputs = self.tx_output_range(txs[0])[0], self.tx_output_range(txs[-1])[1]
        scripts = self._first_rows("scripts.first_output", outputs)
        ends = self._columns["scripts.end"]
        heap = (
            int(ends[scripts[0] - 1]) if scripts[0] else 0,
            int(ends[scripts[1] - 1]) if scripts[1] else 0,
        )
        return {
            "blocks": (height, height + 1),
            "txs": (txs[0], txs[-1] + 1),
            "inputs": inputs,
            "outputs": outputs,
            "scripts": scripts,
            "script_bytes": heap,
            "reveals": self._first_rows("reveals.input", inputs),
        }

    def _first_rows(self, key: str, values: tuple[int, int]) -> tuple[int, int]:
        """Rows of an ascending column at or above each value."""
        column = self._columns[key]
        return column.search(values[0] - 1) + 1, column.search(values[1] - 1) + 1

    def _checked_height(self, height: int) -> int:
        if not 0 <= height <= self.height:
            raise NotFound(
                f"there is no block at height {height}: the tip is at {self.height}", height=height
            )
        return height

    def _edges(self, first_key: str, tx_num: int, total: int) -> tuple[int, int]:
        first = self._columns[first_key]
        return int(first[tx_num]), int(first[tx_num + 1]) if tx_num + 1 < self.n_txs else total

    def tx_input_range(self, tx_num: int) -> tuple[int, int]:
        """First input number of a transaction, and the one after its last."""
        return self._edges("txs.first_input", tx_num, self.n_inputs)

    def tx_output_range(self, tx_num: int) -> tuple[int, int]:
        """First output number of a transaction, and the one after its last."""
        return self._edges("txs.first_output", tx_num, self.n_outputs)
