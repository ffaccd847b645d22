"""Bounds on a rate from counts: exact binomial limits, and how many may fail by chance.

Clopper and Pearson, Biometrika 26 (1934). The limits are roots of the binomial tail, found by bisection on
the regularised incomplete beta function, which is taken from its continued fraction (modified Lentz method).
Rates that leave this module are whole parts per million, rounded away from the observed share, so that
the last digits of a logarithm cannot change a result.
"""

from __future__ import annotations

from math import ceil, exp, floor, lgamma, log, log1p

ONE = 1_000_000
"""Parts per million of all."""

CONFIDENCE = 0.95
"""Of every bound and interval. methods.md 6.2."""

_STEPS = 64
"""Halvings of the unit interval: beyond what a double can tell apart."""

_TERMS = 20_000
"""Of the continued fraction; it needs in the order of the square root of the count."""

_TINY = 1e-300
_CLOSE = 1e-15


def upper_bound(wrong: int, n: int, *, strata: int = 1, confidence: float = CONFIDENCE) -> int:
    """The greatest rate, in ppm, at which so few wrong among `n` would not be a surprise; one-sided.

    Args:
        wrong: how many were.
        n: how many were looked at; of none nothing is known, and the bound is 1.
        strata: how many such bounds are to hold together (Bonferroni).
        confidence: that all of them do.
    """
    _check(wrong, n)
    if wrong == n:
        return ONE
    return min(ONE, ceil(ONE * _root(wrong + 1, n - wrong, 1 - (1 - confidence) / strata)))


def lower_bound(right: int, n: int, *, strata: int = 1, confidence: float = CONFIDENCE) -> int:
    """The least rate, in ppm, at which so many among `n` would not be a surprise; one-sided."""
    _check(right, n)
    if right == 0:
        return 0
    return max(0, floor(ONE * _root(right, n - right + 1, (1 - confidence) / strata)))


def interval(count: int, n: int, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Both limits of a two-sided interval, in ppm."""
    sided = 1 - (1 - confidence) / 2
    return lower_bound(count, n, confidence=sided), upper_bound(count, n, confidence=sided)


def allowed_outside(strata: int, rate: float = 1 - CONFIDENCE, confidence: float = CONFIDENCE) -> int:
    """How many of so many bounds may be exceeded before chance no longer explains it.

    Args:
        strata: bounds that were checked.
        rate: at which a sound bound is exceeded.
        confidence: that sound bounds pass.
    """
    return next(k for k in range(strata + 1) if at_most(k, strata, rate) >= confidence)


def at_most(k: int, n: int, rate: float) -> float:
    """The chance of at most `k` in `n` trials at a rate."""
    if k >= n:
        return 1.0
    return incomplete_beta(n - k, k + 1, 1 - rate)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return scale * _fraction(a, b, x) / a
    return 1 - scale * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            change = d * c
            found *= change
        if abs(change - 1) < _CLOSE:
            break
    return found


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _root(a: int, b: int, wanted: float) -> float:
    """The x at which I_x(a, b) has a value."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if incomplete_beta(a, b, middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _check(count: int, n: int) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n}")
