"""What the guards found over the whole chain: unions to review, refused links, the largest cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cointrail.clustering.guards import PERIOD
from cointrail.clustering.rules import Link
from cointrail.clustering.weak_link_kinds import PairReason
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.link_lines import ReviewLine, link_line
from cointrail.lookups.views import LookupBasis, Page


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """The largest headline cluster up to a height, beside all scripts that had appeared."""

    to_height: int
    largest: int
    scripts: int
    share_per_million: int


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many links of a rule contradict pairs of one kind, and were not used."""

    rule: str
    contradicts: str
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReview:
    """The guards' findings, as `cluster review` gives them.

    Attributes:
        growth: one line for every thousand blocks.
        refused: refused links, counted; `cluster tiers` lists those of a cluster.
        page: which unions are listed.
        reviews: those, the largest smaller side first.
        basis: what all this rests on.
    """

    growth: tuple[GrowthLine, ...]
    refused: tuple[RefusedCount, ...]
    page: Page
    reviews: tuple[ReviewLine, ...]
    basis: LookupBasis


def cluster_review(desk: LookupDesk, *, start: int = 0, limit: int = 25) -> ClusterReview:
    """What to look at before clusters are trusted."""
    found = desk.clusters.guards.reviews
    smaller = np.minimum(found.size_one, found.size_other).astype(np.int64)
    order = np.lexsort((found.tx, -smaller))[start : start + limit].tolist()
    return ClusterReview(
        growth=_growth(desk),
        refused=_refused(desk),
        page=Page(start, len(order), len(found.one)),
        reviews=tuple(
            ReviewLine(
                link=link_line(
                    desk, Link(int(found.rule[k])), int(found.tx[k]), int(found.one[k]), int(found.other[k])
                ),
                because=f"joins clusters of {found.size_one[k]:,} and {found.size_other[k]:,} scripts",
            )
            for k in order
        ),
        basis=desk.basis,
    )


def _growth(desk: LookupDesk) -> tuple[GrowthLine, ...]:
    growth, tip = desk.clusters.guards.growth, desk.snapshot.height
    rows = zip(growth.largest.tolist(), growth.scripts.tolist(), strict=True)
    return tuple(
        GrowthLine(
            min(tip, (number + 1) * PERIOD - 1), largest, scripts, 1_000_000 * largest // max(1, scripts)
        )
        for number, (largest, scripts) in enumerate(rows)
    )


def _refused(desk: LookupDesk) -> tuple[RefusedCount, ...]:
    found = desk.clusters.guards.refusals
    kinds, counts = np.unique(np.stack([found.rule, found.reason]), axis=1, return_counts=True)
    return tuple(
        RefusedCount(Link(rule).rule.name, PairReason(reason).words, count)
        for rule, reason, count in zip(*kinds.tolist(), counts.tolist(), strict=True)
    )
