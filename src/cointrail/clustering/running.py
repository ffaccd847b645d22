"""What the first so many moves of a cluster or script add up to, however many they are.

After every `EVERY` moves of a list its sum so far is kept. The sum of any number of its first moves then
takes a look at fewer than that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.store.chain_places import rows_between

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

EVERY = 1024
"""Moves from one sum that is kept to the next. Our choice: so many are added up in some microseconds, and the
sums take a thousandth of the lists."""

TOGETHER = 1 << 12
"""Sums that are made together, so that no more than `EVERY` times as many values are in memory."""

NOTHING = np.empty(0, np.int64)


class RunningSums(NamedTuple):
    """Of many lists the sums that are kept: ascending by the number of the list, in each list by place."""

    group: U32
    total: I64

    def of(self, group: int) -> I64:
        """Those of one list."""
        first, last = np.searchsorted(self.group, np.array([group, group + 1], self.group.dtype))
        return self.total[first:last]


class Running(NamedTuple):
    """What the first moves of one list add up to, satoshi; at `every`, twice `every` and so on.

    There may be fewer such sums than the list is long, or none.
    """

    every: int = EVERY
    totals: I64 = NOTHING

    def sums(self, counts: I64, values_at: Callable[[I64], I64]) -> I64:
        """What the first `n` moves add up to, for each `n` of `counts`, which ascend.

        Args:
            counts: how many moves.
            values_at: the values of the moves at some places of the list.
        """
        found, before, so_far = [NOTHING], 0, 0
        for first in range(0, len(counts), TOGETHER):
            own = counts[first : first + TOGETHER]
            found.append(self._go_on(before, so_far, own, values_at))
            before, so_far = int(own[-1]), int(found[-1][-1])
        return np.concatenate(found)

    def _go_on(self, before: int, so_far: int, counts: I64, values_at: Callable[[I64], I64]) -> I64:
        """The same, where the first `before` add up to `so_far`."""
        marks = np.minimum(counts // self.every, len(self.totals))
        known = np.append(before, counts[:-1])
        fresh = marks * self.every > known
        begin = np.where(fresh, marks * self.every, known)
        values = values_at(rows_between(begin, counts)[1])
        through = np.append(0, np.cumsum(values))[np.cumsum(counts - begin)]
        # Of each, the last one up to it that begins at a kept sum; what was added before that is in the sum.
        last = np.maximum.accumulate(np.where(fresh, np.arange(len(counts)), -1))
        base = np.full(len(counts), so_far, np.int64)
        base[last >= 0] = self.totals[marks[last[last >= 0]] - 1]
        skipped = np.append(0, through[:-1])[last]
        sums: I64 = base + through - np.where(last >= 0, skipped, 0)
        return sums


NO_SUMS = Running()
"""Of a list that is short, or not known before it is asked for."""
