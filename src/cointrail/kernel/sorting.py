"""Sorting in place, for the few numbers of one transaction."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from cointrail.kernel.jit import kernel


@kernel
def sort_first(values: npt.NDArray[Any], n: int) -> None:
    """Sort `values[:n]`, ascending.

    Shell's sort with Knuth's gaps: most transactions have a handful of numbers, and NumPy's sort
    takes seconds to compile.
    """
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, n):
            value, at = values[k], k
            while at >= gap and values[at - gap] > value:
                values[at] = values[at - gap]
                at -= gap
            values[at] = value
        gap //= 3
