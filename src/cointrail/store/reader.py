"""A snapshot: the store as one manifest saw it, pinned and read-only.

A snapshot maps its files once and never sees a later commit. What the settled part's `spent_by` says
beyond the snapshot's own tip counts as "not yet".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.chain.script import script_hash
from cointrail.chain.types import BlockHash, Outpoint, Sat, Txid
from cointrail.chain.view import InputMarks, InputView, OutputView, ScriptType, TxBrief, TxView
from cointrail.errors import EmptyStore, StoreCorrupt, StoreError
from cointrail.store.batch import TxBatch
from cointrail.store.manifest import Manifest, read_manifest
from cointrail.store.mapped import MappedStore

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


T = TypeVar("T")


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


def _each_once(make: Callable[[int], T]) -> Callable[[int], T]:
    """The same function for one transaction, in which most numbers come more than once."""
    made: dict[int, T] = {}

    def once(number: int) -> T:
        if number not in made:
            made[number] = make(number)
        return made[number]

    return once


class Snapshot(MappedStore):
    """The store up to one tip. Use it as a context manager, or let it go with its last reference."""

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

    def find_block(self, block_hash: BlockHash) -> int | None:
        """Height of the block with a hash; None when the store's chain does not hold it. Scans all hashes."""
        hashes = np.ascontiguousarray(self._columns["blocks.hash"].all()).view("<u8").reshape(-1, 4)
        wanted = np.frombuffer(block_hash.raw, "<u8")
        near = np.flatnonzero(hashes[:, 0] == wanted[0])
        return next((int(height) for height in near if (hashes[height] == wanted).all()), None)

    def block_times(self) -> U32:
        """Header time of every block by height, epoch seconds."""
        headers = self._columns["blocks.header"].all()
        return np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)

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
        spent = self._columns["inputs.output"].slice(first, last)
        rows = zip(
            self._outpoints(spent),
            self._paid(spent),
            self._columns["inputs.sequence"].slice(first, last).tolist(),
            map(_each_once(InputMarks), self._columns["inputs.marks"].slice(first, last).tolist()),
            strict=True,
        )
        inputs = [InputView(outpoint, *paid, sequence, marks) for outpoint, paid, sequence, marks in rows]
        begin, end = self.tx_output_range(tx_num)
        return TxView(
            txid=self.txid(tx_num),
            version=int(self._columns["txs.version"][tx_num]),
            locktime=int(self._columns["txs.locktime"][tx_num]),
            inputs=tuple(inputs),
            outputs=tuple(OutputView(*paid) for paid in self._paid(np.arange(begin, end, dtype=np.uint64))),
            is_coinbase=self.is_coinbase(tx_num),
            height=self.tx_height(tx_num),
            weight=int(self._columns["txs.weight"][tx_num]),
        )

    def tx_brief(self, tx_num: int) -> TxBrief:
        """A transaction as a whole, without a look at its inputs and outputs."""
        return TxBrief(
            int(self._columns["txs.locktime"][tx_num]),
            self.tx_fee(tx_num),
            int(self._columns["txs.weight"][tx_num]),
        )

    def tx_fee(self, tx_num: int) -> Sat:
        """Inputs minus outputs; 0 for a coinbase."""
        return Sat(int(self._columns["txs.fee"][tx_num]))

    # -- outputs

    def _paid(self, outputs: npt.NDArray[np.integer[Any]]) -> Iterator[tuple[Sat, bytes, ScriptType]]:
        """What some outputs pay, and the scripts that they pay with their types."""
        scripts = self._columns["outputs.script"].take(outputs)
        kinds = self._columns["scripts.type"].take(scripts).tolist()
        values: list[Sat] = self._columns["outputs.value"].take(outputs).tolist()
        get_script, kind_of = _each_once(self.get_script), _each_once(ScriptType)
        return zip(values, map(get_script, scripts.tolist()), map(kind_of, kinds), strict=True)

    def _outpoints(self, outputs: npt.NDArray[np.integer[Any]]) -> Iterator[Outpoint]:
        """`txid:vout` of some outputs."""
        firsts = self._columns["txs.first_output"]
        txs = firsts.search_many(outputs.astype(firsts.settled.dtype, copy=False))
        places = outputs.astype(np.int64) - firsts.take(txs).astype(np.int64)
        ids = self._columns["txs.txid"].take(txs).tobytes()
        for row, place in enumerate(places.tolist()):
            yield Outpoint(Txid(ids[32 * row : 32 * (row + 1)]), place)

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
        return self._spends.by(output_num)

    def spent_by_many(self, outputs: npt.NDArray[np.integer[Any]]) -> U64:
        """`spent_by` of many outputs; `NOT_YET` where nothing spends one up to the tip."""
        return self._spends.by_many(outputs)

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
            weight=columns["txs.weight"].slice(first, last),
        )

    def _starts(self, key: str, first: int, last: int, total: int) -> npt.NDArray[np.int64]:
        values = self._columns[key].slice(first, min(last + 1, self.n_txs)).astype(np.int64)
        return values if last < self.n_txs else np.append(values, np.int64(total))


def get_manifest(store: Path) -> Manifest:
    """What a store is now; it may have no block yet.

    Raises:
        StoreError: there is no store.
        StoreCorrupt: its manifest cannot be read.
    """
    manifest = read_manifest(store) if store.is_dir() else None
    if manifest is None:
        raise StoreError(
            f"`{store}` holds no chain",
            hint="run `cointrail ingest --blocks DIR --store DIR` first, or name the store with `--store`",
            path=str(store),
        )
    return manifest


def no_block(store: Path) -> EmptyStore:
    """The one error for a store that was made and waits for its first blocks."""
    return EmptyStore(
        f"`{store}` has no block yet",
        hint=f"run `cointrail ingest --blocks DIR --store {store}`; where it runs already, the first blocks "
        "come with its first commit",
        path=str(store),
    )


def open_snapshot(store: Path) -> Snapshot:
    """The store as its manifest is now.

    Raises:
        StoreError: there is no store.
        EmptyStore: it has no block yet.
        StoreCorrupt: its files do not fit its manifest.
    """
    while True:
        manifest = get_manifest(store)
        if manifest.height < 0:
            raise no_block(store)
        try:
            snapshot = Snapshot(store, manifest)
        except StoreCorrupt:
            if read_manifest(store) == manifest:
                raise
            continue
        # A commit in between may have removed or replaced what the manifest named.
        if read_manifest(store) == manifest:
            return snapshot
