"""Transactions with invented ids, whose prefixes can be made to clash; and who spends what, plainly.

The ids are no hashes of anything: real ones that share eight bytes cost 2**32 tries each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from cointrail.chain.view import ScriptType
from cointrail.kernel.decode import BlockColumns
from cointrail.kernel.undo import UndoColumns
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.index_files import Run
from cointrail.store.schema import NOT_YET

Array = npt.NDArray[Any]
Point = tuple[bytes, int]
"""Which transaction, and which of its outputs."""

PAYING, NOTE = int(ScriptType.P2PKH), int(ScriptType.OP_RETURN)


@dataclass(frozen=True)
class ForgedTx:
    """A transaction with an invented id."""

    txid: bytes
    spends: tuple[Point, ...]
    notes: tuple[bool, ...]
    """of each output, whether it is a note: an OP_RETURN without value, which nobody can spend"""


def forged_id(prefix: int, name: int) -> bytes:
    """An id by its first eight bytes, and by the rest of it."""
    return prefix.to_bytes(8, "little") + name.to_bytes(24, "little")


class PlainOutputs:
    """The outputs that can be spent, by whole ids: the definition."""

    def __init__(self) -> None:
        self.made = 0
        self.first: dict[bytes, int] = {}
        """first output of the latest transaction with an id"""
        self.unspent: dict[Point, int] = {}

    def add(self, tx: ForgedTx) -> list[int]:
        """Spend what a transaction spends, by output number, and add what it makes."""
        spent = [self.unspent.pop(point) for point in tx.spends]
        for point in [p for p in self.unspent if p[0] == tx.txid]:  # the earlier one is replaced (BIP 30)
            del self.unspent[point]
        self.first[tx.txid] = self.made
        for vout, note in enumerate(tx.notes):
            if not note:
                self.unspent[tx.txid, vout] = self.made + vout
        self.made += len(tx.notes)
        return spent


@st.composite
def forged_chains(draw: st.DrawFn, most: int = 24) -> list[ForgedTx]:
    """Transactions that spend each other, with few prefixes, and some that are there twice."""
    prefixes = draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4, unique=True))
    plain, txs = PlainOutputs(), list[ForgedTx]()
    shapes: dict[bytes, tuple[bool, ...]] = {}
    for name in range(draw(st.integers(1, most))):
        points = draw(st.permutations(list(plain.unspent)))[: draw(st.integers(0, 3))]
        if shapes and not draw(st.integers(0, 5)):
            txid = draw(st.sampled_from(list(shapes)))
            points = [point for point in points if point[0] != txid]
        else:
            txid = forged_id(draw(st.sampled_from(prefixes)), name)
            shapes[txid] = tuple(
                draw(st.lists(st.integers(0, 4).map(lambda k: k == 0), min_size=1, max_size=4))
            )
        txs.append(ForgedTx(txid, tuple(points), shapes[txid]))
        plain.add(txs[-1])
    return txs


def plain_spends(txs: Sequence[ForgedTx]) -> list[int]:
    """The outputs that all inputs spend, by the definition."""
    plain = PlainOutputs()
    return [number for tx in txs for number in plain.add(tx)]


def decoded(txs: Sequence[ForgedTx]) -> DecodedBlocks:
    """The same transactions as one block that has been decoded."""
    points = [point for tx in txs for point in tx.spends]
    outputs = [note for tx in txs for note in tx.notes]
    columns = BlockColumns.empty(len(txs), len(points), len(outputs))
    columns.first_input[:] = np.cumsum([0, *(len(tx.spends) for tx in txs)])
    columns.first_output[:] = np.cumsum([0, *(len(tx.notes) for tx in txs)])
    columns.in_at[:] = 36 * np.arange(len(points))
    raw = b"".join(txid + vout.to_bytes(4, "little") for txid, vout in points)
    ids = np.frombuffer(b"".join(tx.txid for tx in txs), np.uint8)
    return DecodedBlocks(
        first_height=0,
        data=np.frombuffer(raw, np.uint8),
        starts=np.zeros(1, np.int64),
        first=np.array([(0, 0, 0), (len(txs), len(points), len(outputs))], np.int64),
        columns=columns,
        hashes=np.zeros((1, 32), np.uint8),
        txids=ids,
        tx_prefixes=ids.reshape(-1, 32)[:, :8].copy().view(np.uint64)[:, 0],
        script_prefixes=np.zeros(len(outputs), np.uint64),
        fingerprints=np.zeros(len(outputs), np.uint64),
        spendable=np.array([tx.notes.count(False) for tx in txs], np.uint32),
        said=UndoColumns(
            np.zeros(len(points), np.int64), np.zeros(len(points), np.uint64), np.zeros(len(points), np.bool_)
        ),
        fees=np.zeros(len(txs), np.int64),
        rivals={},
    )


@dataclass
class ForgedPart:
    """What a part of a store holds of such transactions."""

    base: dict[str, int] = field(default_factory=lambda: {"txs": 0, "outputs": 0})
    """rows of the parts before"""
    txs: list[ForgedTx] = field(default_factory=list)
    spends: list[int] = field(default_factory=list)

    def append(self, txs: Sequence[ForgedTx], spends: Sequence[int]) -> None:
        """Add transactions, and the outputs that their inputs spend."""
        self.txs += txs
        self.spends += spends

    def above(self) -> ForgedPart:
        """A part that follows on this one, empty."""
        outputs = sum(len(tx.notes) for tx in self.txs)
        return ForgedPart({"txs": len(self.txs), "outputs": outputs})

    def map(self, key: str) -> Array:
        """A column of those that resolvers ask for. Scripts: number 0 pays, number 1 is a note."""
        notes = np.array([note for tx in self.txs for note in tx.notes], np.bool_)
        edges = np.cumsum([0, *(len(tx.notes) for tx in self.txs)]) + self.base["outputs"]
        columns: dict[str, Array] = {
            "txs.txid": np.frombuffer(b"".join(tx.txid for tx in self.txs), np.uint8).reshape(-1, 32),
            "txs.first_output": edges[:-1].astype(np.uint64),
            "inputs.output": np.array(self.spends, np.uint64),
            "outputs.value": np.where(notes, 0, 5),
            "outputs.script": notes.astype(np.uint32),
            "scripts.type": np.array([PAYING, NOTE], np.uint8),
        }
        if key != "outputs.spent_by":
            return columns[key]
        marks = np.full(len(notes), NOT_YET)
        for row, output in enumerate(self.spends):
            marks[output] = row
        return marks

    def runs(self) -> list[Run]:
        """The index of all its transactions."""
        prefixes = np.ascontiguousarray(self.map("txs.txid")).view(np.uint64).reshape(-1, 4)[:, 0]
        order = np.argsort(prefixes, kind="stable")
        return [Run(prefixes[order], order.astype(np.uint32))]
