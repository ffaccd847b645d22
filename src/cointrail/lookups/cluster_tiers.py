"""One cluster tier by tier, the links that it hangs on, and what the guards say. Loads the compiler."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.clustering.rules import TIERS
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster_error import ClusterError
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.link_lines import ReviewLine
from cointrail.lookups.neighbours import Reach
from cointrail.lookups.tier_lines import BridgeLine, RefusedLine, TierLine
from cointrail.lookups.tier_look import TierLook
from cointrail.lookups.views import ClusterRef, LookupBasis, OpenPage, Page

MOST_LISTED = 25
"""Unions to review, and refused links, that are listed; how many there are is always said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTiers:
    """A cluster tier by tier, as `cluster tiers` gives it.

    Attributes:
        cluster: the headline cluster.
        tiers: one line for each tier; only T1 and T2 are headline clusters, T4 is for leads.
        tier: the one that bridges are looked for in.
        bridges: the worst of them, worst first.
        bridges_page: how many there are.
        reviews: unions inside the T4 cluster: of two large clusters, or of different tagged parties.
        reviews_page: how many there are.
        refused: links of T3 and T4 that were refused and end in the T4 cluster; under judgements also links
            of any tier that would join what one holds apart.
        refused_page: how many there are.
        error: what the links of the headline cluster may be wrong.
        complete: whether all links were looked at. If not, bridges were not looked for, nor what tags say of
            single links; and of `tiers` those lines are left out that only the links could give: all of
            them, where a judgement is about the T4 cluster.
        stop_reason: why they were not.
        basis: what all this rests on.
    """

    cluster: ClusterRef
    tiers: tuple[TierLine, ...]
    tier: Tier
    bridges: tuple[BridgeLine, ...]
    bridges_page: OpenPage
    reviews: tuple[ReviewLine, ...]
    reviews_page: Page
    refused: tuple[RefusedLine, ...]
    refused_page: Page
    error: ClusterError
    complete: bool
    stop_reason: Reach
    basis: LookupBasis


def cluster_tiers(
    desk: LookupDesk, text: str, *, tier: str = "T2", limit: int = 10, most_outputs: int | None = None
) -> ClusterTiers:
    """Look at a cluster tier by tier.

    Under judgements every tier holds the links that these leave: none of a transaction that was cut, none
    that would join what is held apart, and what was pinned joins first. Votes on change, and what they keep
    apart, stay as the rules told them: no vote is asked again.

    Time: in proportion to the outputs of the T4 cluster, where these are no more than `most_outputs`; else to
    its scripts, at some nanoseconds each.

    Args:
        desk: the chain, and with tags whose clusters they are said to be: then no link of T3 or T4 joins
            different parties.
        text: the cluster's label, or something in it.
        tier: the one to look for bridges in.
        limit: bridges at most.
        most_outputs: look at all links only of a T4 cluster with no more outputs; None: of any.

    Raises:
        BadInput: it cannot be read, or there is no such tier.
        NotFound: the chain does not hold it.
    """
    if tier not in {one.name for one in TIERS}:
        raise BadInput(f"there are no clusters of tier `{tier}`", hint="T1, T2, T3 or T4", value=tier)
    ref = get_cluster(desk, text)
    return desk.kept(
        ("tiers", ref.label, tier, limit, most_outputs),
        lambda: _tiers(desk, ref, Tier[tier], limit, most_outputs),
    )


def _tiers(
    desk: LookupDesk, ref: ClusterRef, tier: Tier, limit: int, most_outputs: int | None
) -> ClusterTiers:
    look = TierLook(desk, ref.label)
    complete = most_outputs is None or look.has_at_most(most_outputs)
    bridges, in_all = look.bridges(tier, limit) if complete else ((), None)
    reviews, refused = look.reviews(complete=complete), look.refused(complete=complete)
    lines = (look.line(one) for one in TIERS) if complete else look.lines_at_a_glance(most_outputs or 0)
    return ClusterTiers(
        cluster=ref,
        tiers=tuple(lines),
        tier=tier,
        bridges=bridges,
        bridges_page=OpenPage(0, len(bridges), in_all),
        reviews=tuple(make() for make in reviews[:MOST_LISTED]),
        reviews_page=Page(0, min(len(reviews), MOST_LISTED), len(reviews)),
        refused=tuple(make() for make in refused[:MOST_LISTED]),
        refused_page=Page(0, min(len(refused), MOST_LISTED), len(refused)),
        error=look.error(Tier.T2, ref.size, 1),
        complete=complete,
        stop_reason=Reach.COMPLETE if complete else Reach.ROW_LIMIT,
        basis=desk.basis,
    )
