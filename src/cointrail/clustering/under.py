"""Clusters under an analyst's judgements, as look-ups ask for clusters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.moves import Array, Ascending, MoveIndex, Moves
from cointrail.clustering.proof import ProofStep
from cointrail.clustering.rules import TIERS
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import Change

U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class JudgedMoves(MoveIndex):
    """The moves of every cluster as judgements leave it; those of scripts are as they were."""

    judged: JudgedClusters

    def of(self, label: int) -> Moves:
        """The moves of a cluster. Of one that was judged they are gathered from its members."""
        if not self.judged.is_judged(label):
            return MoveIndex.of(self, label)
        parts = [self.of_script(int(member)) for member in self.judged.members(label)]
        return Moves(
            Ascending((_merged([one.credits for one in parts]),)),
            Ascending((_merged([one.debits for one in parts]),)),
            sum(one.received_sat for one in parts),
            sum(one.spent_sat for one in parts),
        )


def _merged(lists: list[Ascending]) -> Array:
    found: Array = np.sort(np.concatenate([one.slice(0, len(one)) for one in lists]))
    return found


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
        """The label of every script, by script number."""
        return self._headline if tier is Tier.T2 else super().labels(tier)

    @cached_property
    def _headline(self) -> U32:
        labels = np.array(super().labels())
        members = self._own.judged_members
        labels[members] = self._own.judged_labels
        return labels

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

    def joined_at(self, a: int, b: int) -> Tier | None:
        """The strongest tier at which two scripts are in one cluster; None when they never are."""
        return next((tier for tier in TIERS if self.label(a, tier) == self.label(b, tier)), None)


def under(clusters: Clusters, judged: JudgedClusters) -> ClustersUnder:
    """The same clusters with the headline tier as judgements leave it."""
    same: dict[str, Any] = {field.name: getattr(clusters, field.name) for field in fields(Clusters)}
    moves = clusters.moves
    same["moves"] = JudgedMoves(moves.chain, moves.partition, moves.arrays, judged)
    same["digest"] = judged.digest
    return ClustersUnder(**same, judged=judged)
