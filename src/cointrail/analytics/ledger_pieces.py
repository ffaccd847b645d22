"""The store's tables for analysts, column by column: what is stored, and what follows from it.

Numbers, satoshi and times are those of the SQL tables; ids and addresses are texts as explorers show them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.analytics.bulk_texts import address_texts, id_texts, script_texts, word_lists, words_of
from cointrail.analytics.derived import BLOCK_SECONDS
from cointrail.analytics.rows import Numbers, Piece
from cointrail.analytics.tables import wrapped
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.store.chain_places import Side, edges_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

TYPES = tuple(kind.label for kind in ScriptType)
MARKS = tuple(mark.labels[0] for mark in InputMarks)
"""The word of bit k, which must be bit k: a test holds them together."""


def numbers(values: Array, dtype: str) -> Any:
    """Values as an Arrow array of a type."""
    return wrapped(np.ascontiguousarray(values.astype(dtype, copy=False)))


def known_numbers(values: U64, dtype: str) -> Any:
    """The same with null for `NOT_YET`."""
    absent = values == NOT_YET
    return pa.array(np.where(absent, np.uint64(0), values).astype(dtype), mask=absent)


def times(seconds: Array) -> Any:
    """Epoch seconds as UTC."""
    micros = seconds.astype(np.int64) * 1_000_000
    return pa.Array.from_buffers(pa.timestamp("us", "UTC"), len(micros), [None, pa.py_buffer(micros)])


class LedgerPiece(Piece):
    """Some rows of one of the store's tables.

    Args:
        snapshot: the chain.
        numbers: of the rows.
    """

    COLUMNS: tuple[str, ...] = ()
    """The columns of the table, in order."""

    def __init__(self, snapshot: Snapshot, numbers: Numbers) -> None:
        super().__init__(numbers)
        self.snapshot = snapshot

    def stored(self, key: str) -> Array:
        """A stored column at these rows."""
        return self.numbers.of(self.snapshot.column(key))


class BlockPiece(LedgerPiece):
    """Blocks, by height."""

    COLUMNS = ("block", "hash", "time_utc", "median_time_utc", "first_tx", "txs")

    def block(self) -> Any:
        """The height."""
        return numbers(self.numbers.array(), "<u4")

    def hash(self) -> Any:
        """Hash of the block, as explorers show it."""
        return id_texts(self.stored("blocks.hash"))

    def time_utc(self) -> Any:
        """What its miner wrote; may be off by hours."""
        return times(BLOCK_SECONDS.of(self.snapshot, self.numbers.array()))

    def median_time_utc(self) -> Any:
        """Median of this block's time and the ten before; never goes back."""
        return times(self.stored("blocks.median_time"))

    def first_tx(self) -> Any:
        """Number of its coinbase transaction."""
        return numbers(self.stored("blocks.first_tx"), "<u4")

    def txs(self) -> Any:
        """How many transactions it has."""
        rows = self.numbers.array().astype(np.int64)
        first = self.stored("blocks.first_tx").astype(np.int64)
        inside = rows + 1 <= self.snapshot.height
        after = np.full(len(rows), self.snapshot.n_txs, np.int64)
        after[inside] = self.snapshot.column("blocks.first_tx").take(rows[inside] + 1)
        return numbers(after - first, "<u4")


class InTx(LedgerPiece):
    """Rows that lie in transactions."""

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions."""
        return self.numbers.array().astype(np.int64)

    @cached_property
    def heights(self) -> U32:
        """The blocks of the transactions."""
        found: U32 = self.snapshot.column("txs.block").take(self.tx_numbers)
        return found

    def tx(self) -> Any:
        """Number of the transaction."""
        return numbers(self.tx_numbers, "<u4")

    def txid(self) -> Any:
        """Id of the transaction, as explorers show it."""
        return id_texts(self.snapshot.column("txs.txid").take(self.tx_numbers))

    def block(self) -> Any:
        """Height of the transaction's block."""
        return numbers(self.heights, "<u4")

    def time_utc(self) -> Any:
        """What the miner of the transaction's block wrote."""
        return times(BLOCK_SECONDS.of(self.snapshot, self.heights.astype(np.uint64)))


class TxPiece(InTx):
    """Transactions."""

    COLUMNS = (
        *("tx", "txid", "block", "time_utc", "coinbase", "version", "locktime", "weight", "fee"),
        *("inputs", "outputs", "first_input", "first_output"),
    )

    def coinbase(self) -> Any:
        """Whether it makes new coins."""
        first = self.snapshot.column("blocks.first_tx").take(self.heights)
        return pa.array(first == self.tx_numbers)

    def version(self) -> Any:
        """As its maker wrote it."""
        return numbers(self.stored("txs.version"), "<i4")

    def locktime(self) -> Any:
        """As its maker wrote it: a height, or epoch seconds from 500,000,000 on."""
        return numbers(self.stored("txs.locktime"), "<u4")

    def weight(self) -> Any:
        """BIP 141 weight units."""
        return numbers(self.stored("txs.weight"), "<u4")

    def fee(self) -> Any:
        """Satoshi; 0 for a coinbase."""
        return numbers(self.stored("txs.fee"), "<i8")

    def inputs(self) -> Any:
        """How many inputs; none for a coinbase."""
        return self._count("input")

    def outputs(self) -> Any:
        """How many outputs."""
        return self._count("output")

    def first_input(self) -> Any:
        """Number of its first input."""
        return numbers(self.stored("txs.first_input"), "<u8")

    def first_output(self) -> Any:
        """Number of its first output."""
        return numbers(self.stored("txs.first_output"), "<u8")

    def _count(self, side: Side) -> Any:
        first, end = edges_of_txs(self.snapshot, side, self.tx_numbers)
        return numbers(end - first, "<u4")


class CoinPiece(InTx):
    """Rows that are about one output each, wherever they stand."""

    @cached_property
    def coins(self) -> U64:
        """The outputs."""
        return self.numbers.array()

    @cached_property
    def script_numbers(self) -> U32:
        """Their locking scripts."""
        found: U32 = self.snapshot.column("outputs.script").take(self.coins)
        return found

    def output(self) -> Any:
        """Number of the output."""
        return numbers(self.coins, "<u8")

    def value(self) -> Any:
        """Satoshi of the output."""
        return numbers(self.snapshot.column("outputs.value").take(self.coins), "<i8")

    def script(self) -> Any:
        """Number of its locking script."""
        return numbers(self.script_numbers, "<u4")

    def script_type(self) -> Any:
        """Type of the script."""
        return words_of(self.snapshot.column("scripts.type").take(self.script_numbers), TYPES)

    def address(self) -> Any:
        """Address of the script; null for a type that has none."""
        return address_texts(self.snapshot, self.script_numbers)

    def _place(self, side: Side) -> Any:
        first = self.snapshot.column(f"txs.first_{side}").take(self.tx_numbers)
        return numbers(self.numbers.array() - first, "<u4")


class OutputPiece(CoinPiece):
    """Outputs."""

    COLUMNS = (
        *("output", "tx", "txid", "vout", "block", "time_utc", "value", "script", "script_type", "address"),
        *("spent_by", "spent_by_tx"),
    )

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions that made them."""
        return txs_of_outputs(self.snapshot, self.coins)

    @cached_property
    def _spenders(self) -> U64:
        return self.snapshot.spent_by_many(self.coins)

    def vout(self) -> Any:
        """Its place in the transaction."""
        return self._place("output")

    def spent_by(self) -> Any:
        """Number of the input that spends it; null while nothing does up to the tip."""
        return known_numbers(self._spenders, "<u8")

    def spent_by_tx(self) -> Any:
        """Number of the transaction that spends it; null while nothing does up to the tip."""
        spent = self._spenders != NOT_YET
        found = np.full(len(spent), NOT_YET)
        found[spent] = txs_of_inputs(self.snapshot, self._spenders[spent])
        return known_numbers(found, "<u4")


class InputPiece(CoinPiece):
    """Inputs; a coinbase has none."""

    COLUMNS = (
        *("input", "tx", "txid", "vin", "block", "time_utc", "output", "value", "script", "script_type"),
        *("address", "sequence", "marks"),
    )

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions that they are in."""
        return txs_of_inputs(self.snapshot, self.numbers.array())

    @cached_property
    def coins(self) -> U64:
        """The outputs that they spend."""
        found: U64 = self.stored("inputs.output")
        return found

    def input(self) -> Any:
        """Number of the input."""
        return numbers(self.numbers.array(), "<u8")

    def vin(self) -> Any:
        """Its place in the transaction."""
        return self._place("input")

    def sequence(self) -> Any:
        """As its signer wrote it."""
        return numbers(self.stored("inputs.sequence"), "<u4")

    def marks(self) -> Any:
        """What its signatures and scripts show, in words."""
        return word_lists(self.stored("inputs.marks"), MARKS)


class ScriptPiece(LedgerPiece):
    """Locking scripts, each once however often it is paid."""

    COLUMNS = ("script", "script_type", "address", "script_hex", "first_output")

    def script(self) -> Any:
        """Number of the script, by its first output."""
        return numbers(self.numbers.array(), "<u4")

    def script_type(self) -> Any:
        """Its type."""
        return words_of(self.stored("scripts.type"), TYPES)

    def address(self) -> Any:
        """Its address; null for a type that has none."""
        return address_texts(self.snapshot, self.numbers.array())

    def script_hex(self) -> Any:
        """Its bytes in hex."""
        return script_texts(self.snapshot, self.numbers.array())

    def first_output(self) -> Any:
        """Number of the first output that carries it."""
        return numbers(self.stored("scripts.first_output"), "<u8")
