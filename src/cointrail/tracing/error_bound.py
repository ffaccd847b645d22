"""How far the links of a path may be wrong together: a union bound over stated targets.

The tiers have target error rates. They are targets, not measurements: until a rule's errors are measured
for a stratum, every figure here says so. Rates are integers in parts per million (ppm).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cointrail.heuristics.base import Tier

ONE = 1_000_000
"""Parts per million of all."""

TARGET_PPM: dict[Tier, int] = {
    Tier.T0: 0,
    Tier.T1: 0,
    Tier.T2: 1_000,
    Tier.T3: 10_000,
    Tier.T4: 100_000,
    Tier.T5: ONE,
}
"""Target upper error of one link. methods.md 9.1: T1 about 0, T2 0.1 %, T3 1 %, T4 10 %; T5 is no link."""

PAYJOIN_PPM = (0, 1_000, 10_000, 50_000)
"""Assumed shares of payjoins among T2 links of two inputs and more, up to two outputs (methods.md 1.10)."""

NOT_MEASURED = "not measured yet"
"""What stands where a measured rate would."""


def union_bound(rates_ppm: Iterable[int]) -> int:
    """The chance, in ppm, that some link is wrong is at most this, however the links depend on each other."""
    return min(ONE, sum(rates_ppm))


def if_independent(rates_ppm: Iterable[int]) -> int:
    """The same if links fail independently, 1 - product(1 - e), rounded up to a ppm."""
    right = Fraction(1)
    for rate in rates_ppm:
        right *= Fraction(ONE - min(rate, ONE), ONE)
    wrong = (1 - right) * ONE
    return -(-wrong.numerator // wrong.denominator)


@dataclass(frozen=True, slots=True)
class ErrorBound:
    """The links that a path rests on, and what their targets add up to.

    Attributes:
        links: how many links of each tier, T1 and weaker.
        payjoin_links: T2 links that a payjoin could have made.
        uncounted: hops at which the path goes on although nothing says that the hand stayed the same.
        target_ppm: union bound of the targets: a bound only if every target is met.
        independent_ppm: the same if the links fail independently.
        payjoin_ppm: the union bound at each share of `PAYJOIN_PPM`.
        measured: measured error of these links, in words.
    """

    links: dict[str, int]
    payjoin_links: int
    uncounted: int
    target_ppm: int
    independent_ppm: int
    payjoin_ppm: tuple[tuple[int, int], ...]
    measured: str = NOT_MEASURED


def bound_of(links: Iterable[Tier], *, payjoin_links: int = 0, uncounted: int = 0) -> ErrorBound:
    """The bound of a path that rests on these links. T0 is a ledger fact, not a link."""
    tiers = [tier for tier in links if tier > Tier.T0]
    rates = [TARGET_PPM[tier] for tier in tiers]
    return ErrorBound(
        links={tier.name: tiers.count(tier) for tier in sorted(set(tiers))},
        payjoin_links=payjoin_links,
        uncounted=uncounted,
        target_ppm=union_bound(rates),
        independent_ppm=if_independent(rates),
        payjoin_ppm=tuple((share, union_bound([*rates, share * payjoin_links])) for share in PAYJOIN_PPM),
    )


def percent(ppm: int) -> str:
    """A rate for people, exact: `3.45 %`."""
    whole, part = divmod(ppm, ONE // 100)
    digits = f"{part:04}".rstrip("0")
    return f"{whole}.{digits} %" if digits else f"{whole} %"
