"""One side of a transaction as picks: every choice of parts, equal parts counted and not told apart.

Parts of one value form a class. A pick says how many of each class it takes, and its number is that
in mixed radix, so picks subtract as their numbers do. n equal parts make n + 1 picks, not 2^n.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, prod

import numpy as np
import numpy.typing as npt

from cointrail.coinjoin.amounts import Part

I64 = npt.NDArray[np.int64]

MOST_PICKS = 1 << 20
"""Most picks of a side that are laid out: 20 parts of different value. 8 MB for each number of a pick."""


@dataclass(frozen=True)
class Side:
    """The classes of a side, smallest value first."""

    values: tuple[int, ...]
    counts: tuple[int, ...]
    class_of: tuple[int, ...]
    """For each part its class."""

    @property
    def n_picks(self) -> int:
        """How many picks there are, the empty one counted."""
        return prod(count + 1 for count in self.counts)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """What one more of a class adds to the number of a pick."""
        return tuple(prod(count + 1 for count in self.counts[:k]) for k in range(len(self.counts)))

    def digits(self, pick: int) -> tuple[int, ...]:
        """How many of each class a pick takes."""
        return tuple(
            pick // stride % (count + 1) for stride, count in zip(self.strides, self.counts, strict=True)
        )

    def total(self, pick: int) -> int:
        """The satoshi of a pick."""
        return sum(n * value for n, value in zip(self.digits(pick), self.values, strict=True))

    def ways(self, pick: int, out_of: int) -> int:
        """In how many ways parts of `out_of` make `pick`, parts told apart; 0 when it holds fewer."""
        both = zip(self.digits(pick), self.digits(out_of), strict=True)
        return prod(comb(held, taken) for taken, held in both)

    @cached_property
    def shifts(self) -> tuple[int, ...]:
        """Where a class stands in the code of a pick: bits for its digit and a free one above."""
        widths = [count.bit_length() + 1 for count in self.counts]
        return tuple(sum(widths[:k]) for k in range(len(widths)))

    @cached_property
    def guard(self) -> int:
        """The free bits of a code. `(b | guard) - a` keeps all of them exactly where a is within b."""
        return sum(
            1 << (shift + count.bit_length()) for shift, count in zip(self.shifts, self.counts, strict=True)
        )

    def lay_out(self) -> tuple[I64, I64]:
        """Satoshi and code of every pick."""
        numbers = np.arange(self.n_picks, dtype=np.int64)
        totals, codes = np.zeros_like(numbers), np.zeros_like(numbers)
        for stride, count, value, shift in zip(
            self.strides, self.counts, self.values, self.shifts, strict=True
        ):
            digit = numbers // stride % (count + 1)
            totals += digit * value
            codes |= digit << shift
        return totals, codes


def side_of(parts: Sequence[Part]) -> Side:
    """The classes of some parts."""
    counts = Counter(part.value for part in parts)
    values = tuple(sorted(counts))
    at = {value: k for k, value in enumerate(values)}
    return Side(values, tuple(counts[value] for value in values), tuple(at[part.value] for part in parts))
