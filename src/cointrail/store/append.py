"""Decoded blocks to rows: resolve, number, compare with the undo data, write, mark what is spent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.errors import StoreCorrupt
from cointrail.kernel.resolve import (
    KnownScripts,
    KnownTxs,
    ScriptRows,
    copy_scripts,
    find_reveals,
    mark_spent,
    number_scripts,
    prefixes_at,
    resolve_inputs,
    sum_fees,
)
from cointrail.kernel.sha256 import sha256_many
from cointrail.kernel.undo import DIFFERENCES, SAME, KnownOutputs, NewOutputs, compare_undo
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.part import PartWriter
from cointrail.store.resolver import Session
from cointrail.store.schema import COLUMNS, TABLES, ColumnSpec, Table

Array = npt.NDArray[Any]
U64 = npt.NDArray[np.uint64]

DIGEST_COLUMNS = tuple(spec for spec in COLUMNS if spec.in_digest)
"""What the digest covers; the rest follows from it."""

MEDIAN_SPAN = 11
"""Blocks whose median time a block's time must exceed (Bitcoin Core, chain.h)."""


@dataclass
class Sessions:
    """The two look-ups of a run."""

    txs: Session
    scripts: Session


def first_digest(network: str) -> bytes:
    """What the digest chain starts from."""
    return hashlib.sha256(f"cointrail store 1 {network}".encode()).digest()


def next_digest(last: bytes, slices: Iterable[Array | memoryview]) -> bytes:
    """The digest after a block: SHA-256 over the one before and the block's rows, column by column.

    `slices` are the block's rows of `DIGEST_COLUMNS`, in that order: arrays, or their bytes in the
    columns' own types.
    """
    digest = hashlib.sha256(last)
    for spec, values in zip(DIGEST_COLUMNS, slices, strict=True):
        digest.update(values if isinstance(values, memoryview) else _as_bytes(values, spec))
    return digest.digest()


def _as_bytes(values: Array, spec: ColumnSpec) -> memoryview:
    """Values as they stand in the column's file."""
    return memoryview(np.ascontiguousarray(values, spec.dtype).reshape(-1).view(np.uint8))  # type: ignore[arg-type]


def compare_records(
    records: Sequence[bytes],
    txs: tuple[int, int],
    first_input: npt.NDArray[np.int64],
    spends: U64,
    outputs: tuple[KnownOutputs, NewOutputs],
) -> tuple[int, int]:
    """`compare_undo` of a block with the records that may be its own; `SAME` when one is, or there is none.

    `txs` are the rows of the block's first transaction and after its last one.
    """
    results = [
        compare_undo(np.frombuffer(record, np.uint8), *txs, first_input, spends, *outputs)
        for record in records
    ]
    return min(results, key=lambda result: result[0] != SAME, default=(SAME, -1))


class Appender:
    """Adds decoded blocks to a part.

    The settled part grows batch by batch. The recent part is one batch on top of the settled part, so
    that what is known already is always the settled columns as they are mapped.
    """

    def __init__(self, settled: PartWriter, target: PartWriter, sessions: Sessions, network: str) -> None:
        """`target` is what is written: `settled` itself, or the empty recent part."""
        self.settled = settled
        self.part = target
        self.sessions = sessions
        self._network = network
        self.spends_of_settled: tuple[U64, U64] = (np.empty(0, np.uint64), np.empty(0, np.uint64))
        """(output, input): what the recent part spends of the settled part"""

    def append(self, blocks: DecodedBlocks) -> None:
        """Add blocks.

        Raises:
            StoreCorrupt: an input spends nothing, spends twice, or differs from the undo data.
            OSError: the disk is full; nothing counts before the manifest is written.
        """
        spends = self._resolve(blocks)
        self._compare_undo(blocks, spends)
        rows = self._rows(blocks, spends)
        before = {table: self.part.total(table) for table in TABLES}
        rows["blocks.digest"] = self._digests(blocks, rows, before)
        self.part.append(rows)
        self._mark_spent(blocks, spends, before["inputs"])

    # -- resolving

    def _resolve(self, blocks: DecodedBlocks) -> U64:
        columns = blocks.columns
        session = self.sessions.txs
        wanted = np.empty(blocks.n_inputs, np.uint64)
        prefixes_at(blocks.data, columns.in_at, wanted)
        session.prepare(wanted, blocks.n_txs)
        known_outputs = self.part.total("outputs")
        known = KnownTxs(self.settled.map("txs.txid").reshape(-1), self.settled.map("txs.first_output"))
        totals = np.array([known_outputs, blocks.n_inputs, blocks.n_outputs], np.int64)
        spends = np.empty(blocks.n_inputs, np.uint64)
        table = session.table
        failed = resolve_inputs(
            blocks.data,
            table.keys,
            table.rows,
            known,
            blocks.txids,
            blocks.tx_prefixes,
            columns.tx_rows,
            columns.in_at,
            totals,
            spends,
        )
        if failed >= 0:
            where = int(columns.in_at[failed])
            txid = blocks.data[where : where + 32][::-1].tobytes().hex()
            vout = int.from_bytes(blocks.data[where + 32 : where + 36].tobytes(), "little")
            raise StoreCorrupt(
                f"{self._input_name(blocks, failed)} spends {txid}:{vout}, which no earlier block creates",
                hint="the blocks are not a valid chain, or the store was built from other ones",
                outpoint=f"{txid}:{vout}",
            )
        session.grew(blocks.n_txs)
        return spends

    @staticmethod
    def _input_name(blocks: DecodedBlocks, row: int) -> str:
        block = int(np.searchsorted(blocks.first[:, 1], row, side="right")) - 1
        tx = int(np.searchsorted(blocks.columns.tx_rows[:, 0], row, side="right")) - 1
        txid = blocks.txids[32 * tx : 32 * tx + 32][::-1].tobytes().hex()
        vin = row - int(blocks.columns.tx_rows[tx, 0])
        return f"input {vin} of {txid} (height {blocks.first_height + block})"

    # -- rows

    def _rows(self, blocks: DecodedBlocks, spends: U64) -> dict[str, Array]:
        columns = blocks.columns
        base = {table: self.part.total(table) for table in TABLES}
        scripts = self._scripts(blocks, base)
        counts = np.diff(blocks.first[:, 0])
        heights = np.arange(blocks.first_height, blocks.first_height + blocks.n_blocks, dtype=np.uint32)
        return {
            **self._block_rows(blocks, base["txs"]),
            "txs.txid": blocks.txids.reshape(-1, 32),
            "txs.block": np.repeat(heights, counts),
            "txs.version": columns.tx_fixed[:, 0].astype(np.int32),
            "txs.locktime": columns.tx_fixed[:, 1].astype(np.uint32),
            "txs.weight": columns.tx_fixed[:, 2].astype(np.uint32),
            "txs.fee": self._fees(blocks, spends),
            "txs.first_input": (columns.tx_rows[:, 0] + base["inputs"]).astype(np.uint64),
            "txs.first_output": (columns.tx_rows[:, 1] + base["outputs"]).astype(np.uint64),
            "outputs.value": columns.out_value,
            "inputs.output": spends,
            "inputs.sequence": columns.in_fixed[:, 0].astype(np.uint32),
            "inputs.marks": columns.in_fixed[:, 1].astype(np.uint16),
            **scripts,
            **self._reveals(blocks, spends, scripts, base),
        }

    def _block_rows(self, blocks: DecodedBlocks, first_tx: int) -> dict[str, Array]:
        headers = blocks.data[blocks.starts[:, None] + np.arange(80)]
        times = np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)
        earlier = self._earlier_times()
        everything = np.concatenate([earlier, times])
        medians = [
            int(np.sort(window)[len(window) // 2])
            for row in range(len(times))
            for window in [everything[max(0, len(earlier) + row + 1 - MEDIAN_SPAN) : len(earlier) + row + 1]]
        ]
        hashes = [
            hashlib.sha256(hashlib.sha256(blocks.header(b)).digest()).digest() for b in range(blocks.n_blocks)
        ]
        return {
            "blocks.header": headers,
            "blocks.hash": np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32),
            "blocks.median_time": np.array(medians, np.uint32),
            "blocks.first_tx": (blocks.first[:-1, 0] + first_tx).astype(np.uint32),
        }

    def _earlier_times(self) -> npt.NDArray[np.uint32]:
        headers = self.settled.map("blocks.header")
        last = headers[max(0, len(headers) - MEDIAN_SPAN + 1) :]
        return np.ascontiguousarray(last[:, 68:72]).view("<u4").reshape(-1)

    def _fees(self, blocks: DecodedBlocks, spends: U64) -> Array:
        columns = blocks.columns
        coinbase = np.zeros(blocks.n_txs, np.uint8)
        coinbase[blocks.first[:-1, 0]] = 1
        fees = np.empty(blocks.n_txs, np.int64)
        totals = np.array([0, blocks.n_inputs, blocks.n_outputs], np.int64)
        old = self.settled.map("outputs.value")
        bad = sum_fees(old, columns.out_value, spends, columns.tx_rows, coinbase, totals, fees)
        if bad >= 0:
            txid = blocks.txids[32 * bad : 32 * bad + 32][::-1].tobytes().hex()
            raise StoreCorrupt(
                f"transaction {txid} creates more than it spends",
                hint="the blocks are not a valid chain",
                txid=txid,
            )
        return fees

    def _scripts(self, blocks: DecodedBlocks, base: dict[Table, int]) -> dict[str, Array]:
        columns = blocks.columns
        session = self.sessions.scripts
        session.prepare(blocks.script_prefixes, blocks.n_outputs)
        known = KnownScripts(self.settled.map("scripts.end"), self.settled.map("script_bytes.data"))
        numbers = np.empty(blocks.n_outputs, np.uint32)
        new_output = np.empty(blocks.n_outputs, np.int64)
        table = session.table
        fresh = number_scripts(
            blocks.data,
            table.keys,
            table.rows,
            known,
            blocks.script_prefixes,
            columns.out_at,
            columns.out_fixed,
            numbers,
            new_output,
        )
        session.grew(fresh)
        new_output = new_output[:fresh]
        heap = np.empty(int(columns.out_fixed[new_output, 0].sum()), np.uint8)
        ends = np.empty(fresh, np.uint64)
        copy_scripts(blocks.data, columns.out_at, columns.out_fixed, new_output, ends, heap)
        return {
            "outputs.script": numbers,
            "scripts.type": columns.out_fixed[new_output, 1].astype(np.uint8),
            "scripts.first_output": (new_output + base["outputs"]).astype(np.uint64),
            "scripts.end": ends + np.uint64(base["script_bytes"]),
            "script_bytes.data": heap,
        }

    def _reveals(
        self, blocks: DecodedBlocks, spends: U64, scripts: dict[str, Array], base: dict[Table, int]
    ) -> dict[str, Array]:
        """One row per P2SH script whose first output is spent: the SHA-256 of the shown redeem script."""
        known = ScriptRows(
            self.settled.map("outputs.script"),
            scripts["outputs.script"],
            self.settled.map("scripts.type"),
            scripts["scripts.type"],
            self.settled.map("scripts.first_output"),
            scripts["scripts.first_output"],
        )
        shown, numbers = np.empty(len(spends), np.int64), np.empty(len(spends), np.uint32)
        redeem = blocks.columns.in_redeem
        found = find_reveals(spends, redeem, ScriptType.P2SH.value, known, shown, numbers)
        shown = shown[:found]
        starts, lengths = np.ascontiguousarray(redeem[shown].T)
        inner = np.empty((found, 32), np.uint8)
        sha256_many(blocks.data, starts, lengths, inner)
        return {
            "reveals.script": numbers[:found],
            "reveals.input": (shown + base["inputs"]).astype(np.uint64),
            "reveals.inner": inner,
        }

    def _digests(self, blocks: DecodedBlocks, rows: dict[str, Array], before: dict[Table, int]) -> Array:
        """SHA-256 over each block's rows and the digest before it."""
        chain = self.settled.map("blocks.digest")
        last = chain[len(chain) - 1].tobytes() if len(chain) else first_digest(self._network)
        edges = _row_edges(blocks, rows, before)
        columns = [
            (_as_bytes(rows[spec.key], spec), (edges[spec.table] * spec.row_bytes).tolist())
            for spec in DIGEST_COLUMNS
        ]
        out = bytearray()
        for b in range(blocks.n_blocks):
            last = next_digest(last, (data[at[b] : at[b + 1]] for data, at in columns))
            out += last
        return np.frombuffer(bytes(out), np.uint8).reshape(-1, 32)

    # -- checks

    def _compare_undo(self, blocks: DecodedBlocks, spends: U64) -> None:
        known = KnownOutputs(
            self.settled.map("outputs.value"),
            self.settled.map("outputs.script"),
            self.settled.map("scripts.end"),
            self.settled.map("script_bytes.data"),
        )
        columns = blocks.columns
        new = NewOutputs(columns.out_value, columns.out_at, columns.out_fixed, blocks.data)
        first_input = np.append(columns.tx_rows[:, 0], blocks.n_inputs)
        for b, records in enumerate(blocks.undo):
            txs = int(blocks.first[b, 0]), int(blocks.first[b + 1, 0])
            why, row = compare_records(records, txs, first_input, spends, (known, new))
            if why != SAME:
                subject = self._input_name(blocks, row) if 0 <= row < blocks.n_inputs else "no input"
                raise StoreCorrupt(
                    f"block at height {blocks.first_height + b}, {subject}: {DIFFERENCES[why]}",
                    hint="the rev file or the blk file is damaged: copy both again",
                    height=blocks.first_height + b,
                )

    def _mark_spent(self, blocks: DecodedBlocks, spends: U64, first_input: int) -> None:
        """Write `spent_by`: in place in the part being written, as rows beside it for an earlier part."""
        inputs = np.arange(first_input, first_input + len(spends), dtype=np.uint64)
        border = np.uint64(self.part.base["outputs"])
        old = spends < border
        if old.any():
            self.spends_of_settled = (spends[old], inputs[old])
            again = self._spent_before(spends[old])
            if again.any():
                self._refuse_double_spend(blocks, int(np.flatnonzero(old)[again][0]))
        column = self.part.map("outputs.spent_by", write=True)
        known = self.part.map("inputs.output")
        local = spends[~old] - border
        row = mark_spent(
            column, local, inputs[~old], known, self.part.base["inputs"], self.part.base["outputs"]
        )
        if row >= 0:
            self._refuse_double_spend(blocks, int(np.flatnonzero(~old)[row]))

    def _spent_before(self, spends: U64) -> npt.NDArray[np.bool_]:
        """Which of these spends of the settled part follow another spend of the same output."""
        marks = self.settled.map("outputs.spent_by")[spends.astype(np.int64)]
        known = self.settled.map("inputs.output")
        again = marks < np.uint64(len(known))
        again[again] = known[marks[again].astype(np.int64)] == spends[again]
        order = np.argsort(spends, kind="stable")
        again[order[1:]] |= spends[order[1:]] == spends[order[:-1]]
        return again

    def _refuse_double_spend(self, blocks: DecodedBlocks, row: int) -> None:
        raise StoreCorrupt(
            f"{self._input_name(blocks, row)} spends an output that an earlier input has spent",
            hint="the blocks are not a valid chain",
        )


def _row_edges(
    blocks: DecodedBlocks, rows: dict[str, Array], before: dict[Table, int]
) -> dict[Table, npt.NDArray[np.int64]]:
    """Per table, the first row of each block in this batch, then the end."""
    first = blocks.first
    scripts = np.searchsorted(
        rows["scripts.first_output"].astype(np.int64), first[:, 2] + before["outputs"], side="left"
    )
    ends = np.concatenate([[0], rows["scripts.end"].astype(np.int64) - before["script_bytes"]])
    reveals = np.searchsorted(
        rows["reveals.input"].astype(np.int64), first[:, 1] + before["inputs"], side="left"
    )
    return {
        "blocks": np.arange(blocks.n_blocks + 1),
        "txs": first[:, 0],
        "inputs": first[:, 1],
        "outputs": first[:, 2],
        "scripts": scripts,
        "script_bytes": ends[scripts],
        "reveals": reveals,
    }
