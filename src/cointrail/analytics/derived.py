"""What the ledger says of a row beyond its stored columns: computed when asked for, for many rows at once.

Numbers go in and numbers come out, as uint64; `NOTHING` stands for no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.store.chain_places import heights_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET, Table

U64 = npt.NDArray[np.uint64]

NOTHING = NOT_YET
"""No answer: nothing spends the output yet, or there is no such row."""

NUMBERS: dict[Table, str] = {"blocks": "<u4", "txs": "<u4", "scripts": "<u4"}
"""How wide the numbers of a table's rows are where other tables name them; `<u8` for the rest."""

Answers = Callable[[Snapshot, U64], U64]


@dataclass(frozen=True, slots=True)
class Derived:
    """A function of a row's number.

    Attributes:
        name: as SQL calls it.
        table: whose rows it is asked of.
        gives: the type of the answers where they stand in a column.
        answers: for row numbers that exist.
        about: what it gives.
    """

    name: str
    table: Table
    gives: str
    answers: Answers
    about: str

    def of(self, snapshot: Snapshot, numbers: U64) -> U64:
        """The answers for row numbers; `NOTHING` also for those beyond the last row."""
        found = np.full(len(numbers), NOTHING)
        there = numbers < np.uint64(snapshot.manifest.rows(self.table))
        found[there] = self.answers(snapshot, numbers[there])
        return found


def _spenders(snapshot: Snapshot, outputs: U64) -> U64:
    return snapshot.spent_by_many(outputs)


def _output_txs(snapshot: Snapshot, outputs: U64) -> U64:
    return txs_of_outputs(snapshot, outputs).astype(np.uint64)


def _input_txs(snapshot: Snapshot, inputs: U64) -> U64:
    return txs_of_inputs(snapshot, inputs).astype(np.uint64)


def _blocks(snapshot: Snapshot, txs: U64) -> U64:
    return heights_of_txs(snapshot, txs).astype(np.uint64)


def _seconds(snapshot: Snapshot, blocks: U64) -> U64:
    headers = snapshot.column("blocks.header").take(blocks)
    return np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1).astype(np.uint64)


SPENDER = Derived("spender_of", "outputs", "<u8", _spenders, "the input that spends an output at the tip")
OUTPUT_TX = Derived("tx_of_output", "outputs", "<u4", _output_txs, "the transaction that made an output")
INPUT_TX = Derived("tx_of_input", "inputs", "<u4", _input_txs, "the transaction that an input is in")
TX_BLOCK = Derived("block_of_tx", "txs", "<u4", _blocks, "the block that a transaction is in")
BLOCK_SECONDS = Derived(
    "block_seconds", "blocks", "<u4", _seconds, "the time in a block's header, epoch seconds"
)

FUNCTIONS = (SPENDER, OUTPUT_TX, INPUT_TX, TX_BLOCK, BLOCK_SECONDS)

INSTEAD: dict[str, Derived] = {"outputs.spent_by": SPENDER}
"""Stored columns that say more than the tip knows, and what stands in their place."""

BESIDE: dict[Table, dict[str, Derived]] = {"outputs": {"tx": OUTPUT_TX}, "inputs": {"tx": INPUT_TX}}
"""Columns that are not stored."""
