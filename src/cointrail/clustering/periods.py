"""The parts of a chain, a thousand blocks each: where they begin, and how many scripts there are by then."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cointrail.clustering.guards import PERIOD, Growth
from cointrail.store.batch import TxBatch

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

_NO_HEIGHT = 0xFFFFFFFF
"""A transaction that is looked at outside a chain."""


class Periods:
    """Told of every batch in the order of the chain."""

    def __init__(self) -> None:
        self._first: list[int] = []
        self._scripts: list[int] = []
        self.tip_height = 0
        """Of the last block; 0 outside a chain."""

    @property
    def first_txs(self) -> I64:
        """The first transaction of each period."""
        return np.array(self._first or [0], np.int64)

    def add(self, batch: TxBatch) -> None:
        """Look at the next batch."""
        period = np.where(batch.height == _NO_HEIGHT, 0, batch.height // PERIOD).astype(np.int64)
        self.tip_height = 0 if batch.height[-1] == _NO_HEIGHT else int(batch.height[-1])
        first = len(self._first)
        starts = np.searchsorted(period, np.arange(first, int(period[-1]) + 1)).tolist()
        self._first += [batch.first_tx + start for start in starts]
        self._scripts += [0] * len(starts)
        edges = [0, *starts, batch.count] if first and (not starts or starts[0]) else [*starts, batch.count]
        place = len(self._first) - (len(edges) - 1)
        for one, other in pairwise(edges):
            scripts = batch.out_script[batch.out_start[one] : batch.out_start[other]]
            self._scripts[place] = max(self._scripts[place], int(scripts.max(initial=0)) + 1)
            place += 1

    def grown(self, largest: U32) -> Growth:
        """What is kept, given the largest cluster that was made in each period."""
        columns = np.maximum.accumulate(largest), np.maximum.accumulate(np.array(self._scripts or [0]))
        return Growth(*(column.astype(np.uint32) for column in columns))
