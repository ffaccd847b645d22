"""Which input spends an output, up to a tip.

In the settled part a number may be ahead of the tip, or left over from a chain that was given up: a link
counts only if both ends agree. What the recent part spends of the settled one has a table of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import Column
from cointrail.store.schema import NOT_YET

U64 = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.integer[Any]]


class Spends(NamedTuple):
    """The columns of both ends, and the recent part's spends of settled outputs, ascending by output."""

    spent_by: Column
    spent: Column
    late_outputs: U64
    late_inputs: U64

    def by(self, output_num: int) -> int | None:
        """The input that spends an output; None when nothing does."""
        number = int(self.spent_by[output_num])
        if output_num >= self.spent_by.border:
            return number if number < len(self.spent) else None
        if number < self.spent.border and int(self.spent.settled[number]) == output_num:
            return number
        at = int(np.searchsorted(self.late_outputs, np.uint64(output_num)))
        if at < len(self.late_outputs) and int(self.late_outputs[at]) == output_num:
            return int(self.late_inputs[at])
        return None

    def by_many(self, outputs: Numbers) -> U64:
        """The same of many outputs; `NOT_YET` where nothing spends one."""
        settled = outputs < self.spent_by.border
        if settled.all():
            return self._settled(outputs)
        found = np.empty(len(outputs), np.uint64)
        found[settled] = self._settled(outputs[settled])
        found[~settled] = self._recent(outputs[~settled])
        return found

    def _settled(self, outputs: Numbers) -> U64:
        numbers = self.spent_by.settled[outputs]
        there = numbers < np.uint64(self.spent.border)
        agrees = np.zeros(len(outputs), np.bool_)
        agrees[there] = self.spent.settled[numbers[there]] == outputs[there]
        found: U64 = np.where(agrees, numbers, NOT_YET)
        if len(self.late_outputs) and not agrees.all():
            rest = np.flatnonzero(~agrees)
            wanted = outputs[rest].astype(np.uint64)
            at = np.minimum(np.searchsorted(self.late_outputs, wanted), len(self.late_outputs) - 1)
            late = self.late_outputs[at] == wanted
            found[rest[late]] = self.late_inputs[at[late]]
        return found

    def _recent(self, outputs: Numbers) -> U64:
        numbers = self.spent_by.recent[outputs.astype(np.int64) - self.spent_by.border]
        found: U64 = np.where(numbers < np.uint64(len(self.spent)), numbers, NOT_YET)
        return found
