"""Counts of many worlds put together, and the bound of every stratum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cointrail.error_rates.tiers import ALLOWED_PPM
from cointrail.evaluate.intervals import ONE, upper_bound
from cointrail.evaluate.worlds.one import WorldCounts, WrongKind
from cointrail.evaluate.worlds.statements import StratumCount
from cointrail.heuristics.base import REGISTRY

ENOUGH = 300
"""Links of different hands from which on a stratum has a bound of its own. methods.md 9.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """How often a rule is wrong in one stratum, at most.

    Attributes:
        stratum: rule, era, scripts, shape, fingerprint, sender; what is left out at the end may be anything.
        links: all that were asserted.
        wrong_links: of these.
        n: links of different hands, one of each.
        wrong: of these.
        bound_ppm: at most so many of a million are wrong: the upper bound of `wrong` of `n`, or the share of
            all links that are wrong, whichever is greater; of the stratum in `bound_from`.
        bound_from: the stratum that the bound is of: itself, or a parent where this one has too few.
        target_ppm: what the tier of the rule allows.
    """

    stratum: tuple[str, ...]
    links: int
    wrong_links: int
    n: int
    wrong: int
    bound_ppm: int
    bound_from: tuple[str, ...]
    target_ppm: int

    @property
    def own(self) -> bool:
        """Whether the bound is its own."""
        return self.bound_from == self.stratum

    @property
    def within(self) -> bool:
        """Whether the rule is as good here as its tier asks."""
        return self.bound_ppm <= self.target_ppm


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Worlds, and what they say together.

    Attributes:
        worlds: each by itself.
        strata: of all together; parents stand before those that say more.
        bounds: how many of these bounds are their own: so many are to hold together (Bonferroni).
        kinds: links by what the transactions that made them truly are.
        holders: coins by what made them, and those that another hand spent.
    """

    worlds: tuple[WorldCounts, ...]
    strata: tuple[Stratum, ...]
    bounds: int
    kinds: tuple[WrongKind, ...]
    holders: tuple[WrongKind, ...] = ()


def evaluation_of(worlds: Sequence[WorldCounts]) -> Evaluation:
    """Put worlds together."""
    counts = _add([count for world in worlds for count in world.strata])
    strata, bounds = bound_strata(counts)
    kinds = _add_kinds(kind for world in worlds for kind in world.kinds)
    holders = _add_kinds(kind for world in worlds for kind in world.holders)
    return Evaluation(tuple(worlds), strata, bounds, kinds, holders)


def _add_kinds(kinds: Iterable[WrongKind]) -> tuple[WrongKind, ...]:
    sums: dict[tuple[str, str], list[int]] = {}
    for one in kinds:
        old = sums.get((one.rule, one.kind), [0] * 4)
        counts = one.links, one.wrong, one.n, one.wrong_n
        sums[one.rule, one.kind] = [a + b for a, b in zip(old, counts, strict=True)]
    return tuple(WrongKind(*key, *counts) for key, counts in sorted(sums.items()))


def _add(counts: Iterable[StratumCount]) -> list[StratumCount]:
    sums: dict[tuple[str, ...], list[int]] = {}
    for stratum, *numbers in counts:
        old = sums.setdefault(stratum, [0, 0, 0, 0])
        sums[stratum] = [a + b for a, b in zip(old, numbers, strict=True)]
    return [StratumCount(stratum, *numbers) for stratum, numbers in sorted(sums.items())]


def bound_strata(counts: Sequence[StratumCount]) -> tuple[tuple[Stratum, ...], int]:
    """The bound of every stratum, and how many of them are their own.

    A stratum with fewer than `ENOUGH` links takes its parent's bound; a rule as a whole always has its own.
    No bound is below the share of all links that was wrong, a parent's neither.

    Args:
        counts: sorted, so that parents come first; every parent is there.
    """
    bounds = sum(map(_has_own, counts))
    known: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}
    strata = []
    for count in counts:
        key = count.stratum
        if _has_own(count):
            known[key] = max(_share(count), upper_bound(count.wrong, count.n, strata=bounds)), key
        else:
            above, whose = known[key[:-1]]
            known[key] = max(_share(count), above), whose
        bound, origin = known[key]
        strata.append(
            Stratum(
                stratum=key,
                links=count.links,
                wrong_links=count.wrong_links,
                n=count.n,
                wrong=count.wrong,
                bound_ppm=bound,
                bound_from=origin,
                target_ppm=target_of(key[0]),
            )
        )
    return tuple(strata), bounds


def _has_own(count: StratumCount) -> bool:
    return count.n >= ENOUGH or len(count.stratum) == 1


def _share(count: StratumCount) -> int:
    """How many of a million links were wrong, rounded up."""
    return -(-ONE * count.wrong_links // max(1, count.links))


def target_of(rule: str) -> int:
    """What the tier of a rule, named with its version, allows, in ppm."""
    tier = REGISTRY[rule.partition("@")[0]].tier
    return ONE if tier is None else ALLOWED_PPM[tier]
