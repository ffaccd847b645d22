"""A snapshot: the store as one manifest saw it, pinned and read-only.

A snapshot maps its files once and never sees a later commit. What the settled part's `spent_by` says
beyond the snapshot's own tip counts as "not yet".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network, get_network
from cointrail.chain.script import script_hash
from cointrail.chain.types import BlockHash, Outpoint, Sat, Txid
from cointrail.chain.view import InputMarks, InputView, OutputView, ScriptType, TxView
from cointrail.errors import NotFound, StoreCorrupt, StoreError
from cointrail.store.batch import TxBatch
from cointrail.store.columns import Column, map_column, map_file
from cointrail.store.index_files import SPENDS, Run, cuts, open_run
from cointrail.store.manifest import (
    Manifest,
    index_folder,
    read_manifest,
    recent_folder,
    settled_folder,
)
from cointrail.store.schema import COLUMNS, INDEXES, NOT_YET, IndexSpec, Table

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


class TxInputRow(NamedTuple):
    """An input: its number, the output it spends with its value and script, and who created that."""

    input_num: int
    output_num: int | None
    value: int | None
    script_num: int | None
    tx_num: int | None
    """the transaction that created the output"""


class TxOutputRow(NamedTuple):
    """An output: its number, value and script, and the transaction and input that spend it, if any."""

    output_num: int
    value: int
    script_num: int
    spent_by_tx: int | None
    spent_by_input: int | None


class Snapshot:
    """The store up to one tip. Use it as a context manager, or let it go with its last reference."""

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
        self.derived_dir = store / "derived"
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
        self._late_outputs, self._late_inputs = self._late_spends(recent)
        self._settled_inputs = manifest.settled.rows["inputs"]

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
            )
            for first, last in self._run_heights()
        ]

    def _run_heights(self) -> list[tuple[int, int]]:
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._columns.clear()
        self._runs.clear()

    def column(self, key: str) -> Column:
        """A column by `table.name`."""
        return self._columns[key]

    def runs(self, name: str) -> list[Run]:
        """The runs of an index, in chain order."""
        return self._runs[name]

    def run_rows(self, spec: IndexSpec) -> Iterator[tuple[Run, int, int]]:
        """The runs of an index, each with the rows that it covers: the first, and the one after the last."""
        first = 0
        for run, (_, last_block) in zip(self._runs[spec.name], self._run_heights(), strict=True):
            last = self.row_edges(last_block - 1)[spec.table][1]
            yield run, first, last
            first = last

    # -- blocks

    def block_hash(self, height: int) -> BlockHash:
        """Hash of the block at a height.

        Raises:
            NotFound: above the tip.
        """
        return BlockHash(self._columns["blocks.hash"][self._checked_height(height)].tobytes())

    def block_header(self, height: int) -> bytes:
        """The 80 bytes of the header at a height."""
        raw: bytes = self._columns["blocks.header"][self._checked_height(height)].tobytes()
        return raw

    def block_time(self, height: int) -> int:
        """What the miner wrote: epoch seconds, UTC. It may be off by hours."""
        return int.from_bytes(self.block_header(height)[68:72], "little")

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

    def block_times(self) -> U32:
        """Header time of every block by height, epoch seconds."""
        headers = self._columns["blocks.header"].all()
        return np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)

    def _checked_height(self, height: int) -> int:
        if not 0 <= height <= self.height:
            raise NotFound(
                f"there is no block at height {height}: the tip is at {self.height}", height=height
            )
        return height

    # -- transactions

    def txid(self, tx_num: int) -> Txid:
        """Id of a transaction."""
        return Txid(self._columns["txs.txid"][tx_num].tobytes())

    def tx_height(self, tx_num: int) -> int:
        """Height of the block a transaction is in."""
        return int(self._columns["txs.block"][tx_num])

    def is_coinbase(self, tx_num: int) -> bool:
        """Whether a transaction makes new coins."""
        return int(self._columns["blocks.first_tx"][self.tx_height(tx_num)]) == tx_num

    def find_tx(self, txid: Txid) -> int | None:
        """The number of a transaction; of two with one id (BIP 30) the later. None when there is none."""
        prefix = int.from_bytes(txid.raw[:8], "little")
        txids = self._columns["txs.txid"]
        for run in reversed(self._runs["txid"]):
            for number in run.find(prefix)[::-1]:
                if txids[int(number)].tobytes() == txid.raw:
                    return int(number)
        return None

    def _edges(self, first_key: str, tx_num: int, total: int) -> tuple[int, int]:
        first = self._columns[first_key]
        return int(first[tx_num]), int(first[tx_num + 1]) if tx_num + 1 < self.n_txs else total

    def tx_input_range(self, tx_num: int) -> tuple[int, int]:
        """First input number of a transaction, and the one after its last."""
        return self._edges("txs.first_input", tx_num, self.n_inputs)

    def tx_output_range(self, tx_num: int) -> tuple[int, int]:
        """First output number of a transaction, and the one after its last."""
        return self._edges("txs.first_output", tx_num, self.n_outputs)

    def tx_inputs(self, tx_num: int) -> list[TxInputRow]:
        """The inputs of a transaction in order; none for a coinbase."""
        first, last = self.tx_input_range(tx_num)
        spent = self._columns["inputs.output"].slice(first, last)
        values = self._columns["outputs.value"].take(spent).tolist()
        scripts = self._columns["outputs.script"].take(spent).tolist()
        rows = zip(range(first, last), spent.tolist(), values, scripts, strict=True)
        return [TxInputRow(i, o, value, script, self.output_tx(o)) for i, o, value, script in rows]

    def tx_outputs(self, tx_num: int) -> list[TxOutputRow]:
        """The outputs of a transaction in order."""
        first, last = self.tx_output_range(tx_num)
        values = self._columns["outputs.value"].slice(first, last).tolist()
        scripts = self._columns["outputs.script"].slice(first, last).tolist()
        rows = []
        for output, value, script in zip(range(first, last), values, scripts, strict=True):
            spender = self.spent_by(output)
            tx = None if spender is None else self.input_tx(spender)
            rows.append(TxOutputRow(output, value, script, tx, spender))
        return rows

    def input_tx(self, input_num: int) -> int:
        """The transaction that an input belongs to."""
        return self._columns["txs.first_input"].search(input_num)

    def tx_view(self, tx_num: int) -> TxView:
        """A transaction as the heuristics look at it."""
        first, last = self.tx_input_range(tx_num)
        spent = [int(o) for o in self._columns["inputs.output"].slice(first, last)]
        sequences = self._columns["inputs.sequence"].slice(first, last).tolist()
        marks = self._columns["inputs.marks"].slice(first, last).tolist()
        inputs = []
        for output, sequence, mark in zip(spent, sequences, marks, strict=True):
            view = self._output_view(output)
            inputs.append(
                InputView(
                    self.outpoint(output),
                    view.value,
                    view.script,
                    view.script_type,
                    sequence,
                    InputMarks(mark),
                )
            )
        begin, end = self.tx_output_range(tx_num)
        return TxView(
            txid=self.txid(tx_num),
            version=int(self._columns["txs.version"][tx_num]),
            locktime=int(self._columns["txs.locktime"][tx_num]),
            inputs=tuple(inputs),
            outputs=tuple(self._output_view(o) for o in range(begin, end)),
            is_coinbase=self.is_coinbase(tx_num),
            height=self.tx_height(tx_num),
        )

    def tx_fee(self, tx_num: int) -> Sat:
        """Inputs minus outputs; 0 for a coinbase."""
        return Sat(int(self._columns["txs.fee"][tx_num]))

    # -- outputs

    def _output_view(self, output_num: int) -> OutputView:
        script = int(self._columns["outputs.script"][output_num])
        value = Sat(int(self._columns["outputs.value"][output_num]))
        return OutputView(value, self.get_script(script), self.script_type(script))

    def output_value(self, output_num: int) -> Sat:
        """Satoshi of an output."""
        return Sat(int(self._columns["outputs.value"][output_num]))

    def output_script(self, output_num: int) -> int:
        """Script number of an output."""
        return int(self._columns["outputs.script"][output_num])

    def output_tx(self, output_num: int) -> int:
        """The transaction that created an output."""
        return self._columns["txs.first_output"].search(output_num)

    def outpoint(self, output_num: int) -> Outpoint:
        """`txid:vout` of an output."""
        tx = self.output_tx(output_num)
        return Outpoint(self.txid(tx), output_num - int(self._columns["txs.first_output"][tx]))

    def find_output(self, outpoint: Outpoint) -> int | None:
        """The number of an output; None when there is none."""
        tx = self.find_tx(outpoint.txid)
        if tx is None:
            return None
        first, last = self.tx_output_range(tx)
        return first + outpoint.vout if outpoint.vout < last - first else None

    def spent_by(self, output_num: int) -> int | None:
        """The input that spends an output; None when nothing does up to the tip."""
        column = self._columns["outputs.spent_by"]
        number = int(column[output_num])
        if output_num >= column.border:
            return number if number < self.n_inputs else None
        if number < self._settled_inputs and int(self._columns["inputs.output"][number]) == output_num:
            return number
        at = int(np.searchsorted(self._late_outputs, np.uint64(output_num)))
        if at < len(self._late_outputs) and int(self._late_outputs[at]) == output_num:
            return int(self._late_inputs[at])
        return None

    def spent_by_many(self, outputs: npt.NDArray[np.integer[Any]]) -> U64:
        """`spent_by` of many outputs; `NOT_YET` where nothing spends one up to the tip."""
        settled = outputs < self._columns["outputs.spent_by"].border
        if settled.all():
            return self._settled_spends(outputs)
        found = np.empty(len(outputs), np.uint64)
        found[settled] = self._settled_spends(outputs[settled])
        found[~settled] = self._recent_spends(outputs[~settled])
        return found

    def _settled_spends(self, outputs: npt.NDArray[np.integer[Any]]) -> U64:
        """Of the settled part, where a link counts if both ends agree; else the recent part may spend it."""
        spends = self._columns["inputs.output"].settled
        numbers = self._columns["outputs.spent_by"].settled[outputs]
        there = numbers < np.uint64(len(spends))
        agrees = np.zeros(len(outputs), np.bool_)
        agrees[there] = spends[numbers[there]] == outputs[there]
        found: U64 = np.where(agrees, numbers, NOT_YET)
        if len(self._late_outputs) and not agrees.all():
            rest = np.flatnonzero(~agrees)
            at = np.minimum(
                np.searchsorted(self._late_outputs, outputs[rest].astype(np.uint64)),
                len(self._late_outputs) - 1,
            )
            late = self._late_outputs[at] == outputs[rest]
            found[rest[late]] = self._late_inputs[at[late]]
        return found

    def _recent_spends(self, outputs: npt.NDArray[np.integer[Any]]) -> U64:
        column = self._columns["outputs.spent_by"]
        numbers = column.recent[outputs.astype(np.int64) - column.border]
        found: U64 = np.where(numbers < np.uint64(self.n_inputs), numbers, NOT_YET)
        return found

    # -- scripts

    def get_script(self, script_num: int) -> bytes:
        """The bytes of a script."""
        ends = self._columns["scripts.end"]
        first = int(ends[script_num - 1]) if script_num else 0
        raw: bytes = self._columns["script_bytes.data"].slice(first, int(ends[script_num])).tobytes()
        return raw

    def script_type(self, script_num: int) -> ScriptType:
        """The shape of a script."""
        return ScriptType(int(self._columns["scripts.type"][script_num]))

    def find_script(self, script: bytes) -> int | None:
        """The number of a script; None when no output has it."""
        return self._find_script(script_hash(script), script)

    def find_scripthash(self, sha256_of_script: bytes) -> int | None:
        """The number of the script with that SHA-256; None when no output has it."""
        return self._find_script(sha256_of_script, None)

    def _find_script(self, digest: bytes, script: bytes | None) -> int | None:
        prefix = int.from_bytes(digest[:8], "little")
        for run in self._runs["script"]:
            for number in run.find(prefix):
                found = self.get_script(int(number))
                if found == script if script is not None else script_hash(found) == digest:
                    return int(number)
        return None

    def script_outputs(self, script_num: int, start: int = 0, limit: int | None = None) -> U64:
        """Output numbers that carry a script, in chain order.

        Args:
            script_num: the script.
            start: how many to skip.
            limit: how many at most; None for all.
        """
        found: list[npt.NDArray[Any]] = []
        left = limit
        for run in self._runs["history"]:
            first, last = run.bounds(script_num)
            skip = min(start, last - first)
            start -= skip
            first += skip
            if left is not None:
                last = min(last, first + left)
                left -= last - first
            if last > first:
                found.append(run.numbers[first:last])
        return np.concatenate(found) if found else np.empty(0, np.uint64)

    def count_script_outputs(self, script_num: int) -> int:
        """How many outputs carry a script."""
        bounds = [run.bounds(script_num) for run in self._runs["history"]]
        return sum(last - first for first, last in bounds)

    def reveals(self) -> tuple[U32, U8]:
        """P2SH scripts whose redeem script an input has shown.

        Returns:
            (script numbers, uint8[n, 32]: SHA-256 of the redeem script), in chain order. A script is
            listed when its first output is spent.
        """
        return self._columns["reveals.script"].all(), self._columns["reveals.inner"].all()

    # -- many at once

    def batches(
        self, first_tx: int = 0, last_tx: int | None = None, size: int = 200_000
    ) -> Iterator[TxBatch]:
        """Transactions first_tx..last_tx - 1 as columns, at most `size` at a time, in chain order."""
        stop = self.n_txs if last_tx is None else last_tx
        for first in range(first_tx, stop, size):
            yield self._batch(first, min(first + size, stop))

    def _batch(self, first: int, last: int) -> TxBatch:
        columns = self._columns
        in_start = self._starts("txs.first_input", first, last, self.n_inputs)
        out_start = self._starts("txs.first_output", first, last, self.n_outputs)
        inputs, outputs = (int(in_start[0]), int(in_start[-1])), (int(out_start[0]), int(out_start[-1]))
        spent = columns["inputs.output"].slice(*inputs)
        in_script = columns["outputs.script"].take(spent)
        out_script = columns["outputs.script"].slice(*outputs)
        heights = columns["txs.block"].slice(first, last)
        first_txs = columns["blocks.first_tx"].take(heights.astype(np.int64))
        return TxBatch(
            first_tx=first,
            height=heights,
            version=columns["txs.version"].slice(first, last),
            locktime=columns["txs.locktime"].slice(first, last),
            coinbase=first_txs == np.arange(first, last, dtype=np.uint32),
            in_start=in_start - in_start[0],
            in_value=columns["outputs.value"].take(spent),
            in_script=in_script,
            in_type=columns["scripts.type"].take(in_script),
            in_sequence=columns["inputs.sequence"].slice(*inputs),
            in_marks=columns["inputs.marks"].slice(*inputs),
            out_start=out_start - out_start[0],
            out_value=columns["outputs.value"].slice(*outputs),
            out_script=out_script,
            out_type=columns["scripts.type"].take(out_script),
        )

    def _starts(self, key: str, first: int, last: int, total: int) -> npt.NDArray[np.int64]:
        values = self._columns[key].slice(first, min(last + 1, self.n_txs)).astype(np.int64)
        return values if last < self.n_txs else np.append(values, np.int64(total))


def open_snapshot(store: Path) -> Snapshot:
    """The store as its manifest is now.

    Raises:
        StoreError: there is no store, or it holds no block yet.
        StoreCorrupt: its files do not fit its manifest.
    """
    while True:
        manifest = read_manifest(store) if store.is_dir() else None
        if manifest is None or manifest.height < 0:
            raise StoreError(
                f"`{store}` holds no chain",
                hint="run `cointrail ingest --blocks DIR --store DIR` first, or name the store with "
                "`--store`",
                path=str(store),
            )
        try:
            snapshot = Snapshot(store, manifest)
        except StoreCorrupt:
            if read_manifest(store) == manifest:
                raise
            continue
        # A commit in between may have removed or replaced what the manifest named.
        if read_manifest(store) == manifest:
            return snapshot
