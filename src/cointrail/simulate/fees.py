"""What a byte of block space costs in the world, by the day."""

from __future__ import annotations

from itertools import pairwise

from cointrail.simulate.clock import date

_SHAPE = tuple(
    (date(day), rate)
    for day, rate in (
        ("2015-01-01", 12), ("2015-06-01", 15), ("2016-01-01", 25), ("2016-07-01", 40),
        ("2017-01-01", 70), ("2017-05-25", 220), ("2017-07-10", 60), ("2017-08-28", 180),
        ("2017-10-01", 70), ("2017-12-20", 300), ("2018-02-01", 40), ("2018-04-02", 8),
    )
)  # fmt: skip
"""Satoshi for a virtual byte, rounded turning points of the era."""


def going_rate(time: int) -> float:
    """Satoshi for a virtual byte that get a transaction into the next blocks at `time`."""
    (start, low), (end, high) = next((before, after) for before, after in pairwise(_SHAPE) if time < after[0])
    return low + (high - low) * ((time - start) / (end - start))
