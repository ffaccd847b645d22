"""How many of the links that hold a cluster together may be wrong (methods.md 9.4, totals)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cointrail.clustering.rules import Link
from cointrail.error_rates.combine import ONE, percent
from cointrail.error_rates.strata import ERAS, era_of
from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.error_rates.wording import IDENTITY, say_coverage
from cointrail.heuristics.base import Tier

BY_TIER: Mapping[Tier, tuple[Link, ...]] = {
    Tier.T1: (Link.SAME_KEY, Link.INNER_SCRIPT),
    Tier.T2: (Link.COMMON_INPUT,),
    Tier.T3: (Link.CHANGE,),
    Tier.T4: (Link.COMMON_INPUT_LEAD, Link.CHANGE_LEAD),
}
"""The links that each tier adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterError:
    """The links of a cluster, up to one tier.

    Attributes:
        links: that its proof needs: one fewer than its scripts.
        link_bound_ppm: one of them is wrong in at most this, by the worst rule and era; None: not measured.
        wrong_links_ppm: as many wrong links are to be expected at most; a million is one link. None: not
            measured.
        says: the same in sentences, with what is missed.
    """

    links: int
    link_bound_ppm: int | None
    wrong_links_ppm: int | None
    says: str


def cluster_error(
    parts: Mapping[Tier, int], since: int, until: int, table: ErrorTable | None = None
) -> ClusterError:
    """What a cluster's links may be wrong.

    Args:
        parts: links by the tier that adds them.
        since: when the cluster begins, epoch seconds.
        until: when it was last seen.
        table: of measured error; None: the one of this package.
    """
    table = table or shipped()
    eras = ERAS[era_of(since) : era_of(until) + 1]
    rates = {tier: _worst(table, tier, eras) for tier, count in parts.items() if count}
    known = [rate for rate in rates.values() if rate is not None]
    measured = len(known) == len(rates)
    links = sum(parts.values())
    wrong = sum(parts[tier] * rate for tier, rate in rates.items() if rate is not None)
    weakest = max((tier for tier, count in parts.items() if count), default=Tier.T1)
    said = [_says(links, max(known, default=0), wrong) if measured else _not_measured(rates)]
    coverage = table.covered(eras[-1], weakest.name)
    if coverage is not None:
        said.append(say_coverage(coverage))
    return ClusterError(
        links=links,
        link_bound_ppm=max(known, default=0) if measured else None,
        wrong_links_ppm=wrong if measured else None,
        says=" ".join((*said, IDENTITY)),
    )


def _worst(table: ErrorTable, tier: Tier, eras: tuple[str, ...]) -> int | None:
    """The worst rate of the links of a tier; None where one of them was never measured."""
    rates = [table.rate((link.rule.name, era)) for link in BY_TIER[tier] for era in eras]
    known = [rate.bound_ppm for rate in rates if rate is not None]
    return max(known) if known and (tier > Tier.T1 or len(known) == len(rates)) else None


def _says(links: int, worst: int, wrong: int) -> str:
    if not links:
        return "It is one script: nothing is inferred."
    hundredths = -(-wrong * 100 // ONE)
    return (
        f"It hangs together by {links:,} links, each wrong in at most {percent(worst)} of cases (95 % "
        f"confidence, no payjoin among them): at most {hundredths // 100:,}.{hundredths % 100:02} wrong "
        "links are to be expected. One wrong link can make a whole part wrong, so a path between two "
        "addresses says more than the whole."
    )


def _not_measured(rates: Mapping[Tier, int | None]) -> str:
    rules = ", ".join(
        link.rule.name for tier, rate in rates.items() if rate is None for link in BY_TIER[tier]
    )
    return f"How many of its links are wrong is not measured: {rules}."
