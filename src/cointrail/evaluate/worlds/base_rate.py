"""What a verdict is worth where change is more or less common than in the worlds.

A rate of errors per transaction says little of a verdict: where few payments have change, most outputs that
are named are wrong. So the rates are taken apart, by whether there was change, and put together again for a
share of payments with change that is assumed. methods.md 6.2 and 9.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cointrail.evaluate.intervals import CONFIDENCE, ONE, lower_bound, upper_bound
from cointrail.evaluate.worlds.changes import Named

FIELD_SHARES = (500_000, 610_000, 800_000, 950_000)
"""Shares of payments with change, in ppm, for which a verdict's worth is stated. The first two are what
exchanges' wallets showed whose coin selection finds exact matches (methods.md 2.12); nobody knows the share
of the whole chain."""

_RATES = 3
"""Bounds that hold together in one worst case."""


@dataclass(frozen=True, slots=True)
class Worth:
    """How many of a million verdicts are right where a share of payments has change.

    Attributes:
        tier: the weakest that counts.
        share_ppm: of payments with change, assumed.
        right_ppm: as measured, rounded down.
        at_least_ppm: when all rates are as bad as their 95 % bounds, held together.
    """

    tier: str
    share_ppm: int
    right_ppm: int
    at_least_ppm: int


def worths(named: Iterable[Named], shares: Iterable[int] = FIELD_SHARES) -> tuple[Worth, ...]:
    """The worth of every tier's verdicts at every share; none where nothing was named."""
    wanted = tuple(shares)
    return tuple(
        _worth(one, share) for one in _sums(named) for share in wanted if one.right + one.wrong_without
    )


def own_share(named: Iterable[Named]) -> int | None:
    """The share of payments with change in the worlds themselves, in ppm."""
    sums = _sums(named)
    payments = sums[0].with_change + sums[0].without if sums else 0
    return ONE * sums[0].with_change // payments if payments else None


def _sums(named: Iterable[Named]) -> tuple[Named, ...]:
    sums: dict[str, list[int]] = {}
    for one in named:
        total = sums.setdefault(one.tier, [0] * 5)
        counts = one.with_change, one.right, one.wrong, one.without, one.wrong_without
        sums[one.tier] = [a + b for a, b in zip(total, counts, strict=True)]
    return tuple(Named(tier, *counts) for tier, counts in sums.items())


def _worth(one: Named, share: int) -> Worth:
    has, without = max(1, one.with_change), max(1, one.without)
    measured = (Fraction(one.right, has), Fraction(one.wrong, has), Fraction(one.wrong_without, without))
    confidence = 1 - (1 - CONFIDENCE) / _RATES
    worst = (
        Fraction(lower_bound(one.right, one.with_change, confidence=confidence), ONE),
        Fraction(upper_bound(one.wrong, one.with_change, confidence=confidence), ONE),
        Fraction(upper_bound(one.wrong_without, one.without, confidence=confidence), ONE),
    )
    return Worth(one.tier, share, _right(*measured, share), _right(*worst, share))


def _right(right: Fraction, wrong: Fraction, wrong_without: Fraction, share: int) -> int:
    """Right verdicts among all, in ppm, at a share of payments with change."""
    true = share * right
    every = true + share * wrong + (ONE - share) * wrong_without
    return int(ONE * true / every) if every else 0
