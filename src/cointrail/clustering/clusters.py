"""Clusters: scripts joined by stated rules, each with the proof of every join."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cointrail.clustering.change_columns import ChangeColumns
from cointrail.clustering.guards import Guards
from cointrail.clustering.moves import MoveIndex
from cointrail.clustering.partition import Partition
from cointrail.clustering.proof import Proof, ProofStep
from cointrail.clustering.rules import TIERS
from cointrail.clustering.standing import Standing
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.change.vote import Change
from cointrail.heuristics.gate import GateVerdict, verdict_of

U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Clusters:
    """The nested clusterings of a chain state, with the gate's verdicts, the proofs and the moves."""

    partitions: dict[Tier, Partition]
    """T1: same key or script. T2: these and inputs signed together: the headline clusters. T3: these and
    change that stays with the sender. T4: these and leads. Each holds those before it."""
    proof: Proof
    """Of the clusters of T4; the path between two scripts of a stronger tier needs no weaker link."""
    moves: MoveIndex
    """What the clusters of T2, and single scripts, received and spent."""
    reasons: U32
    """Per transaction the bit set of the gate's reasons."""
    change_columns: ChangeColumns
    """Per transaction the verdict of the vote on change, as of the chain's tip."""
    guards: Guards
    """What the guards against collapse found."""
    rules: tuple[str, ...]
    """Every rule that had a say, with its version."""
    tip_height: int
    """Of the chain; what is dynamic was judged there."""
    digest: str
    """SHA-256 over the rules and the labels, in hex: same digest, same clusters."""
    standing: Standing
    """At which tier each rule stands, by the table of measured error."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Transactions of two known input scripts or more that the gate kept from linking, by reason."""
    model: ForestModel | None = None
    """The learned change model that had a say; whoever asks the vote again asks it too."""

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        """The smallest script number of the cluster; a script that nothing joined is its own."""
        label = self._partition(tier).label
        if not 0 <= script_num < len(label):
            raise NotFound(f"there is no script {script_num}, only 0..{len(label) - 1}", script=script_num)
        return int(label[script_num])

    def labels(self, tier: Tier = Tier.T2) -> U32:
        """The label of every script, by script number."""
        return self._partition(tier).label

    def labels_of(self, scripts: npt.NDArray[np.integer], tier: Tier = Tier.T2) -> U32:
        """The labels of some scripts."""
        found: U32 = self.labels(tier)[scripts]
        return found

    def members(self, label: int, tier: Tier = Tier.T2) -> U32:
        """The script numbers of a cluster, ascending; mapped, so a part of it is as cheap as it is short.

        Raises:
            BadInput: not a label: the script belongs to a cluster with a smaller one.
        """
        found = self._find_cluster(label, tier)
        if found is None:
            return np.array([label], dtype=np.uint32)
        members: U32 = self._partition(tier).members.of(found)
        return members

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        """How many scripts a cluster has."""
        found = self._find_cluster(label, tier)
        return 1 if found is None else self._partition(tier).members.size(found)

    def gate(self, tx_num: int) -> GateVerdict:
        """The verdict on one transaction's inputs."""
        if not 0 <= tx_num < len(self.reasons):
            raise NotFound(f"there is no transaction {tx_num}, only 0..{len(self.reasons) - 1}", tx=tx_num)
        return verdict_of(int(self.reasons[tx_num]))

    def change(self, tx_num: int) -> Change | Abstained:
        """Which output of a transaction stays with its sender, as the vote found as of the chain's tip."""
        self.gate(tx_num)
        return self.change_columns.verdict(tx_num, self.tip_height)

    def explain(self, a: int, b: int, tier: Tier = Tier.T2) -> tuple[ProofStep, ...] | None:
        """The edges that join two scripts, from `a` to `b`; None when no links up to that tier join them.

        Of all paths it is one whose weakest tier is the strongest possible. Empty when a is b.
        """
        if self.label(a, tier) != self.label(b, tier):
            return None
        return self.proof.path(self.label(a, Tier.T4), a, b)

    def joined_at(self, a: int, b: int) -> Tier | None:
        """The strongest tier at which two scripts are in one cluster; None when they never are."""
        return next((tier for tier in TIERS if self.label(a, tier) == self.label(b, tier)), None)

    def _partition(self, tier: Tier) -> Partition:
        if tier not in self.partitions:
            raise BadInput(
                f"there are no clusters of tier {tier.name}", hint="choose T1, T2, T3 or T4", tier=tier.name
            )
        return self.partitions[tier]

    def _find_cluster(self, label: int, tier: Tier) -> int | None:
        """The place of a cluster of two and more; None for a single script."""
        if (smaller := self.label(label, tier)) != label:
            raise BadInput(
                f"{label} is no cluster label: that script is in cluster {smaller}",
                hint="ask for the label of a script first",
                script=label,
                label=smaller,
            )
        return self._partition(tier).find(label)
