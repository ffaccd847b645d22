"""From outpoints and scripts to numbers, with what earlier blocks hold.

A session keeps a table of what it has seen itself. What the store held before is fetched from the
sorted runs when it is first asked for, and the full key is always compared in the columns.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.table import PrefixTable
from cointrail.store.index_files import Run
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
