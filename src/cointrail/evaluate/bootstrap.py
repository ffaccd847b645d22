"""Intervals by drawing whole hands again: items of one hand succeed and fail together.

Source: methods.md 6.2 (bootstrap entities, not transactions); percentile interval of Efron 1979.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.evaluate.intervals import CONFIDENCE, ONE, interval

Interval = tuple[float, float]
"""Both ends of an interval of a share."""

DRAWS = 1_000
"""Samples of as many hands as there are."""

LEAST_HANDS = 5
"""Hands below which drawing them again says nothing of the spread."""

_AT_ONCE = 4_000_000
"""Hands drawn at once: 32 MB."""


def ratio_interval(
    above: npt.NDArray[np.number[Any]],
    below: npt.NDArray[np.number[Any]],
    *,
    seed: int,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """The interval of a share, sum(above) / sum(below) over hands.

    None where fewer than `LEAST_HANDS` have anything below, unless these have all or nothing: then drawing
    them again shows no spread, and the interval is that of Clopper and Pearson for so many hands.

    Args:
        above: per hand what is summed up, at most what is below.
        below: per hand how many items that comes from.
        seed: of the draws; the same seed gives the same interval.
        draws: how many.
        confidence: of the interval.
    """
    kept = np.flatnonzero(below)
    if not len(kept):
        return None
    above, below = above[kept].astype(np.float64), below[kept].astype(np.float64)
    if not above.any() or (above == below).all():
        low, high = interval(len(kept) if above.any() else 0, len(kept), confidence)
        return low / ONE, high / ONE
    if len(kept) < LEAST_HANDS:
        return None
    dice, n = np.random.default_rng(seed), len(kept)
    step, ratios = max(1, _AT_ONCE // n), []
    for first in range(0, draws, step):
        drawn = dice.integers(0, n, (min(step, draws - first), n))
        ratios.append(above[drawn].sum(axis=1) / below[drawn].sum(axis=1))
    tail = 50 * (1 - confidence)
    low, high = np.percentile(np.concatenate(ratios), [tail, 100 - tail])
    return float(low), float(high)


def share_interval(marked: npt.NDArray[np.bool_], hands: npt.NDArray[Any], seed: int) -> Interval | None:
    """The interval of the marked share, by drawing hands again."""
    _, place = np.unique(hands, return_inverse=True)
    return ratio_interval(np.bincount(place, marked.astype(np.float64)), np.bincount(place), seed=seed)
