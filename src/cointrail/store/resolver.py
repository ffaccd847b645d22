"""Outpoints to output numbers by the index of all transactions.

A session keeps a table of what it has seen itself. What the store held before is fetched from the
sorted runs when it is first asked for, and the whole txid is always compared in the columns. That takes
no undo data and little memory, and is quick for a few blocks; `live_txs` is for many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.kernel.resolve import KnownTxs, prefixes_at, resolve_inputs
from cointrail.kernel.table import PrefixTable
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.index_files import Run
from cointrail.store.part import PartWriter
from cointrail.store.runs import find_many

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


class Session:
    """A prefix table in front of the settled runs of one index."""

    def __init__(self, runs: list[Run], budget: int, expected: int = 0) -> None:
        """Start with an empty table.

        Args:
            runs: what is settled.
            budget: bytes the table may take before it is given up and filled anew from the runs.
            expected: rows that are likely to come; room is made for them as far as the budget goes.
        """
        self._runs = runs
        self._budget = budget
        self.table = PrefixTable()
        self.table.reserve(min(expected, PrefixTable.rows_within(budget)))
        self._asked = PrefixTable()

    def prepare(self, prefixes: U64, room: int) -> None:
        """Bring in every settled row with one of these prefixes, and make room for `room` more."""
        if self._runs:
            wanted = np.sort(self._asked.add_new(prefixes))
            for run in self._runs:
                self.table.add(*find_many(run, wanted))
        self.table.reserve(room)

    def grew(self, rows: int) -> None:
        """A kernel has put `rows` rows into the table."""
        self.table.count += rows

    @property
    def over_budget(self) -> bool:
        """Whether the tables have outgrown their budget."""
        return self.table.nbytes + self._asked.nbytes > self._budget

    def settle(self, runs: list[Run]) -> None:
        """Everything in the table now stands in `runs`: forget it and look it up there."""
        self._runs = runs
        self.table = PrefixTable()
        self._asked = PrefixTable()


class IndexResolver:
    """Resolves the blocks that follow on a settled part."""

    def __init__(self, settled: PartWriter, session: Session) -> None:
        """`session`: over the txid index of what is settled."""
        self._settled, self.session = settled, session
        self._recent: PartWriter | None = None

    def begin_part(self, recent: PartWriter) -> None:
        """What follows is appended to this part, which may have rows already."""
        self._recent = recent
        prefixes = np.ascontiguousarray(recent.map("txs.txid").view(np.uint64)[:, 0])
        first = recent.base["txs"]
        self.session.table.add(prefixes, np.arange(first, first + len(prefixes), dtype=np.uint32))

    def resolve(self, blocks: DecodedBlocks, base: int) -> U64:
        """Output numbers of all inputs; `base` is the number of the first new output.

        Raises:
            StoreCorrupt: an input spends what no earlier block creates.
        """
        columns, session = blocks.columns, self.session
        wanted = np.empty(blocks.n_inputs, np.uint64)
        prefixes_at(blocks.data, columns.in_at, wanted)
        session.prepare(wanted, blocks.n_txs)
        known = KnownTxs(*_txs(self._settled), *_txs(self._recent))
        spends = np.empty(blocks.n_inputs, np.uint64)
        failed = resolve_inputs(
            blocks.data,
            session.table.keys,
            session.table.rows,
            known,
            blocks.txids,
            blocks.tx_prefixes,
            columns.first_input,
            columns.first_output,
            columns.in_at,
            base,
            spends,
        )
        if failed >= 0:
            outpoint = blocks.outpoint_name(failed)
            raise StoreCorrupt(
                f"{blocks.input_name(failed)} spends {outpoint}, which no earlier block creates",
                hint="the blocks are not a valid chain, or the store was built from other ones",
                outpoint=outpoint,
            )
        session.grew(blocks.n_txs)
        return spends


def _txs(part: PartWriter | None) -> tuple[npt.NDArray[np.uint8], U64]:
    """Txids of a part, end to end, and the first output of each transaction."""
    if part is None:
        return np.empty(0, np.uint8), np.empty(0, np.uint64)
    return part.map("txs.txid").reshape(-1), part.map("txs.first_output")
