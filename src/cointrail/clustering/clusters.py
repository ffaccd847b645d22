"""Clusters: scripts joined by stated rules, each with the proof of every join."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.heuristics.gate import GateVerdict, verdict_of

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

NO_TX = 0xFFFFFFFF
"""The transaction of an edge that needs none, as stored."""

LINK_RULES = ("same_key", "inner_script", "common_input")
"""The rules that make edges, by their number in the proof forest."""


class ProofStep(NamedTuple):
    """One edge on the path between two scripts: the rule that joined them, and where."""

    from_script: int
    to_script: int
    rule: str
    """Id and version."""
    tier: Tier
    tx_num: int | None
    """None where the scripts alone are the proof."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The clusters of one tier and all stronger ones.

    `label` has one row a script; the smallest member is the label. Clusters of two and more are
    listed: cluster c has label `labels[c]` and members `members[start[c]:start[c + 1]]`, ascending.
    """

    label: U32
    labels: U32
    start: I64
    members: U32

    @classmethod
    def of(cls, label: U32) -> Partition:
        """List the clusters that these labels make."""
        own = np.arange(len(label), dtype=np.uint32)
        joined = label != own
        joined[label[joined]] = True
        members = own[joined]
        members = members[np.argsort(label[members], kind="stable")]
        labels, first = np.unique(label[members], return_index=True)
        return cls(label, labels, np.append(first, len(members)).astype(np.int64), members)


@dataclass(frozen=True)
class Clusters:
    """The nested clusterings of a chain state, with the gate's verdicts and the proof forest."""

    partitions: dict[Tier, Partition]
    """T1: same key or script. T2: these and inputs signed together."""
    proof_parent: U32
    proof_tx: U32
    proof_rule: U8
    reasons: U32
    """Per transaction the bit set of the gate's reasons."""
    rules: tuple[str, ...]
    """Every rule that had a say, with its version."""
    digest: str
    """SHA-256 over the rules and the labels, in hex: same digest, same clusters."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Transactions of two known input scripts or more that the gate kept from linking, by reason."""

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        """The smallest script number of the cluster; a script that nothing joined is its own."""
        label = self._partition(tier).label
        if not 0 <= script_num < len(label):
            raise NotFound(f"there is no script {script_num}, only 0..{len(label) - 1}", script=script_num)
        return int(label[script_num])

    def labels(self, tier: Tier = Tier.T2) -> U32:
        """The label of every script, by script number."""
        return self._partition(tier).label

    def members(self, label: int, tier: Tier = Tier.T2) -> U32:
        """The script numbers of a cluster, ascending.

        Raises:
            BadInput: not a label: the script belongs to a cluster with a smaller one.
        """
        found = self._find_cluster(label, tier)
        if found is None:
            return np.array([label], dtype=np.uint32)
        part = self._partition(tier)
        return part.members[part.start[found] : part.start[found + 1]]

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        """How many scripts a cluster has."""
        found = self._find_cluster(label, tier)
        if found is None:
            return 1
        start = self._partition(tier).start
        return int(start[found + 1] - start[found])

    def gate(self, tx_num: int) -> GateVerdict:
        """The verdict on one transaction's inputs."""
        if not 0 <= tx_num < len(self.reasons):
            raise NotFound(f"there is no transaction {tx_num}, only 0..{len(self.reasons) - 1}", tx=tx_num)
        return verdict_of(int(self.reasons[tx_num]))

    def explain(self, a: int, b: int) -> tuple[ProofStep, ...] | None:
        """The edges that join two scripts, from `a` to `b`; None when nothing joins them.

        Of all paths it is one whose weakest tier is the strongest possible. Empty when a is b.
        """
        if self.label(a) != self.label(b):
            return None
        up, down = self._meet(a, b)
        climb = [self._step(x, upward=True) for x in up]
        descend = [self._step(x, upward=False) for x in reversed(down)]
        return (*climb, *descend)

    def _partition(self, tier: Tier) -> Partition:
        if tier not in self.partitions:
            raise BadInput(
                f"there are no clusters of tier {tier.name}", hint="choose T1 or T2", tier=tier.name
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
        labels = self._partition(tier).labels
        at = int(np.searchsorted(labels, label))
        return at if at < len(labels) and labels[at] == label else None

    def _meet(self, a: int, b: int) -> tuple[list[int], list[int]]:
        """Walk up from both in turn until the paths meet; the scripts passed on each side."""
        paths: tuple[dict[int, None], dict[int, None]] = ({a: None}, {b: None})
        heads = [a, b]
        side = 0
        while heads[side] not in paths[1 - side]:
            above = int(self.proof_parent[heads[side]])
            if above != heads[side]:
                heads[side] = above
                paths[side][above] = None
            if heads[side] not in paths[1 - side]:
                side = 1 - side
        meeting = heads[side]
        up, down = (list(path)[: list(path).index(meeting)] for path in paths)
        return up, down

    def _step(self, below: int, *, upward: bool) -> ProofStep:
        above = int(self.proof_parent[below])
        rule = REGISTRY[LINK_RULES[int(self.proof_rule[below])]]
        assert rule.tier is not None
        tx = int(self.proof_tx[below])
        ends = (below, above) if upward else (above, below)
        return ProofStep(*ends, rule.name, rule.tier, None if tx == NO_TX else tx)
