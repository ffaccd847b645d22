"""Headline clusters as an analyst's judgements leave them: a view that changes nothing below it.

Only the clusters that a judgement names are looked at again. All their links are read anew, those of a
transaction that was cut are left out, what was pinned is joined first, and then the links join in their
order (by tier, then by the chain) unless that would bring together what is held apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.bridges import tree_of
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judgements import Judgement, standing
from cointrail.clustering.links import LinkTable, end_to_end, links_among
from cointrail.clustering.proof import NO_TX, ProofStep, meet
from cointrail.clustering.rules import Link
from cointrail.clustering.rulings import NamedChain, Rulings, in_order
from cointrail.errors import BadInput
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import Change
from cointrail.heuristics.gate import GateVerdict

U32 = npt.NDArray[np.uint32]


class JudgedPart(NamedTuple):
    """A cluster after the judgements: its label and how many scripts it has."""

    label: int
    scripts: int


class JudgedChange(NamedTuple):
    """What became of one headline cluster: the clusters that now hold its scripts, by label."""

    label: int
    scripts: int
    parts: tuple[JudgedPart, ...]


class LeftOut(NamedTuple):
    """A link that was left out because a judgement holds its sides apart."""

    step: ProofStep
    judgement: str


class JudgedClusters:
    """Clusters under judgements. Tiers other than T2 are as they were.

    Args:
        chain: the chain.
        clusters: of that chain.
        judgements: all entries of a case, in their order.

    Raises:
        NotFound: a judgement names what the chain does not hold.
        BadInput: judgements contradict each other, or what is withdrawn does not stand.
    """

    def __init__(self, chain: NamedChain, clusters: Clusters, judgements: Iterable[Judgement]) -> None:
        self.base = clusters
        self.judgements = standing(judgements)
        self.rulings = Rulings.find(chain, self.judgements)
        touched = tuple(sorted({clusters.label(script) for script in self.rulings.scripts.tolist()}))
        self._members, links = _read(chain, clusters, touched)
        self._held = self.rulings.hold(self._members, links)
        self._own, self.left_out = self._join()
        self.changes = tuple(self._change(label) for label in touched)
        self.digest = _digest(clusters.digest, self.judgements)
        self.rules = clusters.rules
        self.model = clusters.model

    # -- what the rest of a case asks

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        """The smallest script number of the cluster."""
        place = self._place(script_num) if tier == Tier.T2 else None
        return self.base.label(script_num, tier) if place is None else int(self._members[self._own[place]])

    def members(self, label: int, tier: Tier = Tier.T2) -> U32:
        """The script numbers of a cluster, ascending.

        Raises:
            BadInput: not a label.
        """
        place = self._place(label) if tier == Tier.T2 else None
        if place is None:
            return self.base.members(label, tier)
        if self._own[place] != place:
            raise BadInput(f"{label} is no cluster label", label=int(self._members[self._own[place]]))
        found: U32 = self._members[self._own == place]
        return found

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        """How many scripts a cluster has."""
        place = self._place(label) if tier == Tier.T2 else None
        return self.base.size(label, tier) if place is None else len(self.members(label))

    def gate(self, tx_num: int) -> GateVerdict:
        """The gate's verdict, which no judgement changes: a cut shows in the clusters of the inputs."""
        return self.base.gate(tx_num)

    def change(self, tx_num: int) -> Change | Abstained:
        """The vote on change; it abstains on a transaction that was cut."""
        cut = self.rulings.cuts.get(tx_num)
        return self.base.change(tx_num) if cut is None else Abstained(f"judgement {cut.id}: {cut.why}")

    def explain(self, a: int, b: int) -> tuple[ProofStep, ...] | None:
        """The links that join two scripts under the judgements; None when none do.

        A step by a judgement has its id for a rule, and no tier.
        """
        if self.label(a) != self.label(b):
            return None
        if self._place(a) is None:
            return self.base.explain(a, b)
        own = np.flatnonzero(self._own == self._own[self._place(a)])
        place = np.full(len(self._members), len(own))
        place[own] = np.arange(len(own))
        one, other = (place[ends] for ends in (self._all.one, self._all.other))
        rows = np.flatnonzero((one < len(own)) & (other < len(own)))
        ends = (one[rows].astype(np.uint32), other[rows].astype(np.uint32))
        links = self._all.take(rows)._replace(one=ends[0], other=ends[1])
        if len(own) == 1:
            return ()
        _, trees = tree_of(len(own), links)
        first, last = (int(np.searchsorted(self._members[own], np.uint32(script))) for script in (a, b))
        up, down = meet(trees.parent, first, last)
        climb = [self._step(rows[trees.tx[k]], own[k]) for k in up]
        descend = [self._step(rows[trees.tx[k]], own[trees.parent[k]]) for k in reversed(down)]
        return (*climb, *descend)

    def is_judged(self, script_num: int) -> bool:
        """Whether the headline cluster of a script is one that a judgement names."""
        return self._place(script_num) is not None

    @property
    def judged_members(self) -> U32:
        """The scripts of every headline cluster that a judgement names, ascending."""
        return self._members

    @property
    def judged_labels(self) -> U32:
        """Their labels now."""
        found: U32 = self._members[self._own]
        return found

    # -- how they are made

    def _join(self) -> tuple[U32, tuple[LeftOut, ...]]:
        """Per member the place of the first one of its cluster; and the links that were left out."""
        self._all = everything = self._held.links
        joined = self._held.join(len(self._members))
        left_out = tuple(
            LeftOut(self._step(int(row), int(everything.one[row])), self._held.apart[judgement].id)
            for row, judgement in zip(joined.refused, joined.against, strict=True)
        )
        stands = np.ones(len(everything.one), np.bool_)
        stands[joined.refused] = False
        self._all = everything.take(stands)
        return joined.parent, left_out

    def _change(self, label: int) -> JudgedChange:
        members = self.base.members(label)
        owners = np.unique(self._own[np.searchsorted(self._members, members)])
        parts = (int(self._members[owner]) for owner in owners)
        return JudgedChange(
            label, len(members), tuple(JudgedPart(part, len(self.members(part))) for part in parts)
        )

    def _step(self, row: int, start: int) -> ProofStep:
        """A link, from the member at a place to the other one."""
        ends = int(self._all.one[row]), int(self._all.other[row])
        end = ends[1] if start == ends[0] else ends[0]
        scripts = int(self._members[start]), int(self._members[end])
        pin = self._held.pin(row)
        if pin is not None:
            return ProofStep(*scripts, f"judgement:{pin.id}", None, None)
        link, tx = Link(int(self._all.rule[row])), int(self._all.tx[row])
        return ProofStep(*scripts, link.rule.name, link.tier, None if tx == NO_TX else tx)

    def _place(self, script_num: int) -> int | None:
        """Where a script stands among those that were looked at again."""
        place = int(np.searchsorted(self._members, np.uint32(script_num)))
        return place if place < len(self._members) and self._members[place] == script_num else None


def _read(chain: ChainView, clusters: Clusters, labels: tuple[int, ...]) -> tuple[U32, LinkTable]:
    """All members of some headline clusters, ascending, and their links by tier and then chain order."""
    several = [np.array(clusters.members(label)) for label in labels]
    members = np.sort(np.concatenate([np.empty(0, np.uint32), *several]))
    tables = []
    for own in several:
        links, place = links_among(chain, clusters, own), np.searchsorted(members, own).astype(np.uint32)
        tables.append(links._replace(one=place[links.one], other=place[links.other]))
    if not tables:
        return members, LinkTable(*(np.empty(0, dtype) for dtype in ("u4", "u4", "u4", "u1", "i8")))
    return members, in_order(end_to_end(*tables))


def _digest(base: str, judgements: tuple[Judgement, ...]) -> str:
    """That of the clusters, with what was judged; who judged, and why, make no other clusters."""
    digest = hashlib.sha256(base.encode())
    for one in judgements:
        said = (one.kind.value, *(script.hex() for script in one.scripts), str(one.txid))
        digest.update("\n".join(said).encode() + b"\0")
    return digest.hexdigest()
