"""One cluster tier by tier, the links that it hangs on, and what the guards say. Loads the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import Txid
from cointrail.clustering.bridges import Bridge, find_bridges, sums_of
from cointrail.clustering.links import LinkTable, count_outputs, links_among
from cointrail.clustering.parties import ByParty, join_by_party
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import TIERS, Link
from cointrail.clustering.under import ClustersUnder
from cointrail.clustering.weak_link_kinds import PairReason
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster_error import ClusterError, cluster_error
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.link_lines import LinkLine, ReviewLine, link_line
from cointrail.lookups.neighbours import Reach
from cointrail.lookups.script_moves import first_and_last_tx
from cointrail.lookups.tier_sums import sums_of_clusters
from cointrail.lookups.views import ClusterRef, LookupBasis, OpenPage, Page

U32 = npt.NDArray[np.uint32]

MOST_LISTED = 25
"""Unions to review, and refused links, that are listed; how many there are is always said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLine:
    """The cluster that holds what was asked for, with the links of one tier and all stronger ones.

    `parts` are the clusters of the tier before (scripts, for T1) that it is made of. `wrong_links_ppm`: as
    many of its links are to be expected wrong at most, a million being one link; None: not measured.
    """

    tier: Tier
    label: int
    scripts: int
    parts: int
    received_sat: int
    balance_sat: int
    wrong_links_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLine:
    """A link that alone holds a part of the cluster: the smaller part, in scripts and satoshi."""

    link: LinkLine
    scripts: int
    received_sat: int
    balance_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A link that was not used, and what it contradicts."""

    link: LinkLine
    because: str
    against_txid: Txid | None


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
        refused: links of T3 and T4 that were refused and end in the T4 cluster.
        refused_page: how many there are.
        error: what the links of the headline cluster may be wrong.
        complete: whether all links were looked at. If not, bridges were not looked for, nor what tags say of
            single links; and of `tiers` those lines are left out that only the links could give.
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
        BadInput: it cannot be read, there is no such tier, or the clusters are under judgements, of which
            links say nothing.
        NotFound: the chain does not hold it.
    """
    if isinstance(desk.clusters, ClustersUnder):
        raise BadInput("tiers are told of links alone", hint="leave out the case and its judgements")
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
    look = _Look(desk, ref.label)
    complete = most_outputs is None or look.has_at_most(most_outputs)
    bridges, in_all = look.bridges(tier, limit) if complete else ((), None)
    reviews, refused = look.reviews(by_party=complete), look.refused(by_party=complete)
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


class _Look:
    """The T4 cluster of a headline cluster; its links are read once, where they are asked for."""

    def __init__(self, desk: LookupDesk, label: int) -> None:
        self.desk, self.label = desk, label
        clusters = desk.clusters
        self.members = np.array(clusters.members(clusters.label(label, Tier.T4), Tier.T4))
        self._joined: dict[Tier, ByParty] = {}

    def has_at_most(self, outputs: int) -> bool:
        """Whether the members have no more outputs than this; each has one or more."""
        return len(self.members) <= outputs and count_outputs(self.desk.snapshot, self.members) <= outputs

    @cached_property
    def links(self) -> LinkTable:
        """All links among the members."""
        return links_among(self.desk.snapshot, self.desk.clusters, self.members, Tier.T4)

    @cached_property
    def sums(self) -> npt.NDArray[np.int64]:
        """Of each member: 1, satoshi received, satoshi unspent."""
        return sums_of(self.desk.snapshot, self.members)

    @cached_property
    def parties(self) -> U32:
        """Per member the number of the party that tags name, from 1 on; 0 where they name nobody."""
        party, names = np.zeros(len(self.members), np.uint32), [""]
        attribution = self.desk.attribution
        if attribution is None:
            return party
        scripts, proposals = self.desk.proposals
        places = np.minimum(np.searchsorted(self.members, scripts), len(self.members) - 1)
        own = np.flatnonzero(self.members[places] == scripts).tolist()
        said = attribution.parties_of([proposals[k] for k in own])
        for place, name in zip(places[own].tolist(), said, strict=True):
            if name is not None:
                names += [] if name in names else [name]
                party[place] = names.index(name)
        return party

    def joined(self, tier: Tier) -> ByParty:
        """The members joined by links up to a tier."""
        if tier not in self._joined:
            links = self.links.take(self.links.tiers <= tier)
            self._joined[tier] = join_by_party(len(self.members), links, self.parties)
        return self._joined[tier]

    def inside(self, tier: Tier) -> npt.NDArray[np.int64]:
        """Places of those that are with the asked cluster at a tier."""
        label = self.joined(tier).label
        return np.flatnonzero(label == label[np.searchsorted(self.members, np.uint32(self.label))])

    def line(self, tier: Tier) -> TierLine:
        own = self.inside(tier)
        _, received, balance = self.sums[own].sum(axis=0).tolist()
        before = TIERS.index(tier)
        parts = len(np.unique(self.joined(TIERS[before - 1]).label[own])) if before else len(own)
        error = self.error(tier, len(own), parts)
        return TierLine(
            tier=tier,
            label=int(self.members[own[0]]),
            scripts=len(own),
            parts=parts,
            received_sat=received,
            balance_sat=balance,
            wrong_links_ppm=error.wrong_links_ppm,
        )

    def lines_at_a_glance(self, most: int) -> Iterator[TierLine]:
        """What the clusters themselves say of each tier, as far as it is what the links would say.

        T3 and T4 stop between different parties, which only the links show; and a line is left out where more
        than `most` scripts would have to be added up.
        """
        clusters = self.desk.clusters
        for tier in TIERS:
            if tier > Tier.T2 and self.parties.any():
                return
            label = clusters.label(self.label, tier)
            members = clusters.members(label, tier)
            sums = sums_of_clusters(clusters, members, most) if tier >= Tier.T2 else None
            if tier < Tier.T2 and len(members) <= most:
                _, received, spent = clusters.moves.sums_of_scripts(members)
                sums = int(received.sum()), int(spent.sum())
            if sums is None:
                continue
            before = TIERS.index(tier)
            below = clusters.labels(TIERS[before - 1]) if before else None
            parts = len(members) if below is None else int((below[members] == members).sum())
            yield TierLine(
                tier=tier,
                label=label,
                scripts=len(members),
                parts=parts,
                received_sat=sums[0],
                balance_sat=sums[0] - sums[1],
                wrong_links_ppm=self.error(tier, len(members), parts).wrong_links_ppm,
            )

    def error(self, tier: Tier, scripts: int, parts: int) -> ClusterError:
        """Of so many scripts in parts that this tier joined; what joined the parts counts by the tier before.

        Links of keys in a headline cluster count as T2.
        """
        if tier <= Tier.T2:
            counts = {tier: scripts - 1}
        else:
            counts = {TIERS[TIERS.index(tier) - 1]: scripts - parts, tier: parts - 1}
        return cluster_error(counts, *self.span)

    @cached_property
    def span(self) -> tuple[int, int]:
        """When the headline cluster was first and last seen, epoch seconds."""
        snapshot = self.desk.snapshot
        ends = first_and_last_tx(self.desk, self.desk.clusters.moves.of(self.label))
        since, until = (snapshot.block_time(snapshot.tx_height(tx)) for tx in ends)
        return since, until

    def bridges(self, tier: Tier, limit: int) -> tuple[tuple[BridgeLine, ...], int]:
        own = self.inside(tier)
        place = np.full(len(self.members), len(own))
        place[own] = np.arange(len(own))
        links = self.links.take(self.links.tiers <= tier)
        one, other = place[links.one], place[links.other]
        links = links._replace(one=one.astype(np.uint32), other=other.astype(np.uint32))
        links = links.take((one < len(own)) & (other < len(own)))
        found, in_all = find_bridges(self.members[own], links, self.sums[own], limit)
        return tuple(self._bridge(one) for one in found), in_all

    def _bridge(self, one: Bridge) -> BridgeLine:
        return BridgeLine(
            link=self._link(one.link, one.tx_num, one.one, one.other),
            scripts=one.scripts,
            received_sat=one.received_sat,
            balance_sat=one.balance_sat,
        )

    def reviews(self, *, by_party: bool) -> list[Callable[[], ReviewLine]]:
        """Unions of large clusters; then those of different parties."""
        found = self.desk.clusters.guards.reviews
        large = np.flatnonzero(self._with_us(found.one)).tolist()
        mixing = [k for k in self._mixing(by_party=by_party) if self.links.tiers[k] <= Tier.T2]
        return [*(partial(self._large, k) for k in large), *(partial(self._mixed, k) for k in mixing)]

    def _large(self, k: int) -> ReviewLine:
        found = self.desk.clusters.guards.reviews
        sizes = f"{int(found.size_one[k]):,} and {int(found.size_other[k]):,}"
        return ReviewLine(
            link=self._link(Link(int(found.rule[k])), found.tx[k], found.one[k], found.other[k]),
            because=f"joins clusters of {sizes} scripts",
        )

    def _mixed(self, k: int) -> ReviewLine:
        return ReviewLine(link=self._row(self.links, k), because="joins what tags give to different parties")

    def refused(self, *, by_party: bool) -> list[Callable[[], RefusedLine]]:
        """Links that contradict a pair; then those between different parties."""
        found = self.desk.clusters.guards.refusals
        contrary = np.flatnonzero(self._with_us(found.one) | self._with_us(found.other)).tolist()
        mixing = [k for k in self._mixing(by_party=by_party) if self.links.tiers[k] > Tier.T2]
        return [*(partial(self._contrary, k) for k in contrary), *(partial(self._apart, k) for k in mixing)]

    def _contrary(self, k: int) -> RefusedLine:
        found = self.desk.clusters.guards.refusals
        pair = self.desk.name(int(found.apart_one[k])), self.desk.name(int(found.apart_other[k]))
        return RefusedLine(
            link=self._link(Link(int(found.rule[k])), found.tx[k], found.one[k], found.other[k]),
            because=f"would join {pair[0]} and {pair[1]}: {PairReason(int(found.reason[k])).words}",
            against_txid=self.desk.snapshot.txid(int(found.apart_tx[k])),
        )

    def _apart(self, k: int) -> RefusedLine:
        because = "would join what tags give to different parties"
        return RefusedLine(link=self._row(self.links, k), because=because, against_txid=None)

    def _mixing(self, *, by_party: bool) -> list[int]:
        """Links between what tags give to different parties."""
        return self.joined(Tier.T4).mixing.tolist() if by_party else []

    def _with_us(self, scripts: U32) -> npt.NDArray[np.bool_]:
        labels = self.desk.clusters.labels(Tier.T4)
        ours: npt.NDArray[np.bool_] = labels[scripts] == labels[self.label]
        return ours

    def _row(self, links: LinkTable, k: int) -> LinkLine:
        ends = self.members[links.one[k]], self.members[links.other[k]]
        return self._link(Link(int(links.rule[k])), links.tx[k], *ends)

    def _link(self, link: Link, tx: int | None, one: int, other: int) -> LinkLine:
        return link_line(self.desk, link, NO_TX if tx is None else int(tx), int(one), int(other))
