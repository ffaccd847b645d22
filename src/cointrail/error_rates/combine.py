"""How far the links of a path may be wrong together: bounds in parts per million, added up.

Rates are integers in parts per million (ppm). A link whose stratum nobody measured has no rate; a path
that needs it has no bound, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cointrail.error_rates.table import Rate
from cointrail.heuristics.base import Tier

ONE = 1_000_000
"""Parts per million of all."""

PAYJOIN_PPM = (0, 1_000, 10_000, 50_000)
"""Assumed shares of payjoins among T2 links of two inputs and more, up to two outputs (methods.md 1.10)."""

NOT_MEASURED = "not measured"
"""What stands where a measured rate would."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One link that a path rests on.

    Attributes:
        rule: that makes it, with its version; a judgement by its name.
        tier: what it is worth; None for what an analyst judged.
        rate: how often the rule is wrong in the link's stratum, at most; None: nobody measured it.
        payjoin: whether a payjoin could have made it.
    """

    rule: str
    tier: Tier | None
    rate: Rate | None
    payjoin: bool = False

    @property
    def ppm(self) -> int | None:
        """Its rate, if there is one."""
        return None if self.rate is None else self.rate.bound_ppm


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
    """The links that a path rests on, and what they may be wrong together.

    Attributes:
        links: how many links of each tier, T1 and weaker; judgements under `judged`.
        not_measured: links by rule that have no rate: then there is no bound.
        payjoin_links: T2 links that a payjoin could have made.
        uncounted: hops at which the path goes on although nothing says that the hand stayed the same.
        bound_ppm: union bound of the measured upper bounds, no payjoin among the links; None: not measured.
        independent_ppm: the same if the links fail independently.
        payjoin_ppm: the union bound at each share of `PAYJOIN_PPM`.
        weakest: the link that is most often wrong; one without a rate, where there is one.
    """

    links: dict[str, int]
    not_measured: dict[str, int]
    payjoin_links: int
    uncounted: int
    bound_ppm: int | None
    independent_ppm: int | None
    payjoin_ppm: tuple[tuple[int, int], ...]
    weakest: Charge | None

    @property
    def measured(self) -> bool:
        """Whether every link has a rate."""
        return self.bound_ppm is not None

    def at_share(self, share_ppm: int) -> int | None:
        """The bound if so large a share of the links that a payjoin could have made are payjoins."""
        return dict(self.payjoin_ppm).get(share_ppm)


def bound_of(charges: Sequence[Charge], *, uncounted: int = 0) -> ErrorBound:
    """The bound of a path that rests on these links."""
    names = [JUDGED if one.tier is None else one.tier.name for one in charges]
    missing = [one.rule for one in charges if one.rate is None]
    rates = [one.rate.bound_ppm for one in charges if one.rate is not None]
    payjoins = sum(one.payjoin for one in charges)
    known = not missing
    return ErrorBound(
        links={name: names.count(name) for name in sorted(set(names))},
        not_measured={rule: missing.count(rule) for rule in sorted(set(missing))},
        payjoin_links=payjoins,
        uncounted=uncounted,
        bound_ppm=union_bound(rates) if known else None,
        independent_ppm=if_independent(rates) if known else None,
        payjoin_ppm=tuple((share, union_bound([*rates, share * payjoins])) for share in PAYJOIN_PPM)
        if known
        else (),
        weakest=max(charges, key=_weakness, default=None),
    )


JUDGED = "judged"
"""Stands for the tier of what an analyst judged."""


def _weakness(charge: Charge) -> tuple[int, int]:
    """Without a rate before every rate; then by rate, then by tier."""
    return (ONE + 1 if charge.ppm is None else charge.ppm, charge.tier or Tier.T0)


def percent(ppm: int) -> str:
    """A rate for people, exact: `3.45 %`."""
    whole, part = divmod(ppm, ONE // 100)
    digits = f"{part:04}".rstrip("0")
    return f"{whole}.{digits} %" if digits else f"{whole} %"


def rate_text(ppm: int | None) -> str:
    """A rate for people; words where there is none."""
    return NOT_MEASURED if ppm is None else percent(ppm)
