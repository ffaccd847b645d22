"""Clusters under an analyst's judgements, as look-ups ask for clusters."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.moves import Ascending, MoveIndex, Moves
from cointrail.clustering.proof import ProofStep
from cointrail.clustering.rulings import Rulings
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import Change
from cointrail.store.chain_places import rows_between
from cointrail.store.schema import NOT_YET

U32 = npt.NDArray[np.uint32]

MOST_GATHERED = 16
"""Judged clusters whose moves are kept; a page of one is asked for after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMoves(MoveIndex):
    """The moves of every cluster as judgements leave it; those of scripts are as they were."""

    judged: JudgedClusters
    gathered: OrderedDict[int, Moves] = field(default_factory=OrderedDict)
    """Of the judged clusters that were gathered last, by label."""

    def of(self, label: int) -> Moves:
        """The moves of a cluster. Of one that was judged they are gathered from its members."""
        if not self.judged.is_judged(label):
            return MoveIndex.of(self, label)
        found = self.gathered.get(label)
        if found is None:
            found = self.gathered[label] = _gather(self.chain, self.judged.members(label))
            while len(self.gathered) > MOST_GATHERED:
                self.gathered.popitem(last=False)
        return found


def _gather(chain: ChainView, scripts: U32) -> Moves:
    """The moves of some scripts together, in time in proportion to their number."""
    pieces = [np.empty(0, np.uint64)]
    for run in chain.runs("history"):
        first, last = (np.searchsorted(run.keys, scripts, side) for side in ("left", "right"))
        pieces.append(run.numbers[rows_between(first, last)[1]].astype(np.uint64))
    paid = np.sort(np.concatenate(pieces))
    values = chain.column("outputs.value").take(paid)
    spends = chain.spent_by_many(paid)
    gone = spends != NOT_YET
    debits = np.sort(spends[gone])
    return Moves(Ascending((paid,)), Ascending((debits,)), int(values.sum()), int(values[gone].sum()))


@dataclass(frozen=True)
class ClustersUnder(Clusters):
    """Clusters whose headline tier is as judgements leave it; the other tiers are as they were."""

    judged: JudgedClusters | None = None

    @property
    def _own(self) -> JudgedClusters:
        assert self.judged is not None, "made by `under`"
        return self.judged

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        """The smallest script number of the cluster."""
        return self._own.label(script_num, tier)

    def labels(self, tier: Tier = Tier.T2) -> U32:
        """The label of every script, by script number; of the headline tier it is a copy of them all."""
        return self._headline if tier is Tier.T2 else super().labels(tier)

    @cached_property
    def _headline(self) -> U32:
        labels = np.array(super().labels())
        labels[self._own.judged_members] = self._own.judged_labels
        return labels

    def labels_of(self, scripts: npt.NDArray[np.integer], tier: Tier = Tier.T2) -> U32:
        """The labels of some scripts."""
        found = super().labels_of(scripts, tier)
        members = self._own.judged_members
        if tier is not Tier.T2 or not len(members):
            return found
        place = np.searchsorted(members, scripts)
        place[place == len(members)] = 0
        return np.where(members[place] == scripts, self._own.judged_labels[place], found)

    def members(self, label: int, tier: Tier = Tier.T2) -> U32:
        """The script numbers of a cluster, ascending."""
        return self._own.members(label, tier)

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        """How many scripts a cluster has."""
        return self._own.size(label, tier)

    def change(self, tx_num: int) -> Change | Abstained:
        """The vote on change; it abstains on a transaction that was cut."""
        return self._own.change(tx_num)

    def explain(self, a: int, b: int, tier: Tier = Tier.T2) -> tuple[ProofStep, ...] | None:
        """The links that join two scripts; None when none do."""
        return self._own.explain(a, b) if tier is Tier.T2 else super().explain(a, b, tier)


def under(clusters: Clusters, judged: JudgedClusters) -> ClustersUnder:
    """The same clusters with the headline tier as judgements leave it."""
    same: dict[str, Any] = {field.name: getattr(clusters, field.name) for field in fields(Clusters)}
    moves = clusters.moves
    same["moves"] = JudgedMoves(moves.chain, moves.partition, moves.arrays, moves.sum_every, judged=judged)
    same["digest"] = judged.digest
    return ClustersUnder(**same, judged=judged)


def unjudged(clusters: Clusters) -> tuple[Clusters, Rulings]:
    """Clusters as links alone have them, and the judgements that look-ups see them under, if any."""
    if not isinstance(clusters, ClustersUnder):
        return clusters, Rulings()
    judged = clusters.judged
    assert judged is not None, "made by `under`"
    return judged.base, judged.rulings
