"""A look at one cluster with the links of every tier. Loads the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from cointrail.clustering.bridges import Bridge, find_bridges, sums_of
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.guards import Refusals, Reviews
from cointrail.clustering.links import count_outputs, end_to_end, links_among
from cointrail.clustering.parties import ByParty, join_by_party
from cointrail.clustering.rules import TIERS, Link
from cointrail.clustering.rulings import HeldLinks, Rulings, in_order
from cointrail.clustering.under import unjudged
from cointrail.clustering.weak_link_kinds import PairReason
from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster_error import ClusterError, cluster_error
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.link_lines import LinkLine, ReviewLine, link_line, pin_line
from cointrail.lookups.script_moves import first_and_last_tx
from cointrail.lookups.tier_lines import BridgeLine, RefusedLine, TierLine
from cointrail.lookups.tier_sums import sums_of_clusters

U32 = npt.NDArray[np.uint32]


class TierLook:
    """The T4 cluster of a headline cluster; its links are read once, where they are asked for.

    Under judgements: the T4 clusters that pins lead to, and their links as the judgements leave them.
    """

    def __init__(self, desk: LookupDesk, label: int) -> None:
        self.desk, self.label = desk, label
        self.clusters, self.rulings = unjudged(desk.clusters)
        self._groups = _reached(self.clusters, label, self.rulings)
        several = len(self._groups) > 1
        self.members = np.sort(np.concatenate(self._groups)) if several else self._groups[0]
        self.judged = bool(np.isin(self.rulings.scripts, self.members).any())
        self._joined: dict[Tier, ByParty] = {}

    def has_at_most(self, outputs: int) -> bool:
        """Whether the members have no more outputs than this; each has one or more."""
        return len(self.members) <= outputs and count_outputs(self.desk.snapshot, self.members) <= outputs

    @cached_property
    def held(self) -> HeldLinks:
        """All links among the members, as judgements leave them."""
        parts = []
        for group in self._groups:
            links = links_among(self.desk.snapshot, self.clusters, group, Tier.T4)
            place = np.searchsorted(self.members, group).astype(np.uint32)
            parts.append(links._replace(one=place[links.one], other=place[links.other]))
        links = end_to_end(*parts)
        return self.rulings.hold(self.members, in_order(links) if self.judged else links)

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
            links, everyone = self.held.links, len(self.members)
            apart = self.held.state(everyone)
            self._joined[tier] = join_by_party(everyone, links.take(links.tiers <= tier), self.parties, apart)
        return self._joined[tier]

    def inside(self, tier: Tier) -> npt.NDArray[np.int64]:
        """Places of those that are with the asked cluster at a tier."""
        label = self.joined(tier).label
        return np.flatnonzero(label == label[np.searchsorted(self.members, np.uint32(self.label))])

    def line(self, tier: Tier) -> TierLine:
        """What all links up to a tier make of the cluster."""
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

        That is nothing where a judgement is about them. T3 and T4 stop between different parties, which only
        the links show; and a line is left out where more than `most` scripts would have to be added up.
        """
        clusters = self.clusters
        for tier in TIERS if not self.judged else ():
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
        """The worst bridges of the cluster at a tier, and how many it has."""
        own = self.inside(tier)
        place = np.full(len(self.members), len(own))
        place[own] = np.arange(len(own))
        one, other = place[self.held.links.one], place[self.held.links.other]
        inside = (self.held.links.tiers <= tier) & (one < len(own)) & (other < len(own))
        rows = np.flatnonzero(inside)
        ends = one[rows].astype(np.uint32), other[rows].astype(np.uint32)
        links = self.held.links.take(rows)._replace(one=ends[0], other=ends[1])
        found, in_all = find_bridges(self.members[own], links, self.sums[own], limit)
        return tuple(self._bridge(one, int(rows[one.row])) for one in found), in_all

    def _bridge(self, bridge: Bridge, row: int) -> BridgeLine:
        return BridgeLine(
            link=self._row(row),
            scripts=bridge.scripts,
            received_sat=bridge.received_sat,
            balance_sat=bridge.balance_sat,
        )

    def reviews(self, *, complete: bool) -> list[Callable[[], ReviewLine]]:
        """Unions of large clusters; then, with all links, those of different parties."""
        found = self.clusters.guards.reviews
        large = np.flatnonzero(self._with_us(found.one, complete=complete) & ~self._is_cut(found.tx)).tolist()
        mixing = [row for row in self._mixing(complete=complete) if self.held.links.tiers[row] <= Tier.T2]
        return [*(partial(self._large, k) for k in large), *(partial(self._mixed, row) for row in mixing)]

    def _large(self, k: int) -> ReviewLine:
        found = self.clusters.guards.reviews
        sizes = f"{int(found.size_one[k]):,} and {int(found.size_other[k]):,}"
        return ReviewLine(link=self._link(found, k), because=f"joins clusters of {sizes} scripts")

    def _mixed(self, row: int) -> ReviewLine:
        return ReviewLine(link=self._row(row), because="joins what tags give to different parties")

    def refused(self, *, complete: bool) -> list[Callable[[], RefusedLine]]:
        """Links that contradict a pair; then, with all links, what judgements and parties keep apart."""
        found = self.clusters.guards.refusals
        ends = self._with_us(found.one, complete=complete) | self._with_us(found.other, complete=complete)
        contrary = np.flatnonzero(ends & ~self._is_cut(found.tx)).tolist()
        mixing = [row for row in self._mixing(complete=complete) if self.held.links.tiers[row] > Tier.T2]
        held = self._held_apart() if complete else []
        return [
            *(partial(self._contrary, k) for k in contrary),
            *(partial(self._judged, *one) for one in held),
            *(partial(self._apart, row) for row in mixing),
        ]

    def _contrary(self, k: int) -> RefusedLine:
        found = self.clusters.guards.refusals
        pair = self.desk.name(int(found.apart_one[k])), self.desk.name(int(found.apart_other[k]))
        return RefusedLine(
            link=self._link(found, k),
            because=f"would join {pair[0]} and {pair[1]}: {PairReason(int(found.reason[k])).words}",
            against_txid=self.desk.snapshot.txid(int(found.apart_tx[k])),
        )

    def _judged(self, row: int, judgement: int) -> RefusedLine:
        one, other = (self.desk.name(int(self.members[place])) for place in self.held.pairs[judgement])
        because = f"judgement `{self.held.apart[judgement].id}` holds {one} and {other} apart"
        return RefusedLine(link=self._row(row), because=because, against_txid=None)

    def _apart(self, row: int) -> RefusedLine:
        because = "would join what tags give to different parties"
        return RefusedLine(link=self._row(row), because=because, against_txid=None)

    def _mixing(self, *, complete: bool) -> list[int]:
        """Links between what tags give to different parties."""
        return self.joined(Tier.T4).mixing.tolist() if complete else []

    def _held_apart(self) -> list[tuple[int, int]]:
        """Links that end in the T4 cluster and that a judgement refuses, each with its number."""
        joined, own = self.joined(Tier.T4), self.inside(Tier.T4)
        links = self.held.links.take(joined.refused)
        ends = np.isin(links.one, own) | np.isin(links.other, own)
        return list(zip(joined.refused[ends].tolist(), joined.against[ends].tolist(), strict=True))

    def _with_us(self, scripts: U32, *, complete: bool) -> npt.NDArray[np.bool_]:
        """Whether scripts lie in the T4 cluster; under judgements where all links that stand lead to."""
        if self.judged and complete:
            return np.isin(scripts, self.members[self.inside(Tier.T4)])
        labels = self.clusters.labels(Tier.T4)
        ours: npt.NDArray[np.bool_] = labels[scripts] == labels[self.label]
        return ours

    def _is_cut(self, txs: U32) -> npt.NDArray[np.bool_]:
        return np.isin(txs, np.array([*self.rulings.cuts], np.uint32))

    def _row(self, row: int) -> LinkLine:
        links = self.held.links
        ends = int(self.members[links.one[row]]), int(self.members[links.other[row]])
        pin = self.held.pin(row)
        if pin is not None:
            return pin_line(self.desk, pin, *ends)
        return link_line(self.desk, Link(int(links.rule[row])), int(links.tx[row]), *ends)

    def _link(self, found: Reviews | Refusals, k: int) -> LinkLine:
        ends = int(found.one[k]), int(found.other[k])
        return link_line(self.desk, Link(int(found.rule[k])), int(found.tx[k]), *ends)


def _reached(clusters: Clusters, label: int, rulings: Rulings) -> list[U32]:
    """The T4 cluster of a script, and those that pins lead to from it."""
    waiting, groups = [label], dict[int, U32]()
    while waiting:
        around = clusters.label(waiting.pop(), Tier.T4)
        if around not in groups:
            groups[around] = np.array(clusters.members(around, Tier.T4))
            waiting += rulings.pins.beside(groups[around])
    return list(groups.values())
