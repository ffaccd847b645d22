"""Why two scripts are in one cluster: the edges that joined it, as trees that lead to its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.partition import Partition
from cointrail.clustering.rules import Link
from cointrail.heuristics.base import Tier

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

NO_TX = 0xFFFFFFFF
"""The transaction of an edge that needs none, as stored."""


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
class Proof:
    """The edges that joined clusters, one row for each member of each cluster, in the order of the lists.

    Attributes:
        partition: the clusters.
        parent: the place in its cluster of the next member on the way to the label, which is place 0.
        tx: the transaction that shows that edge, `NO_TX` where none is needed.
        rule: the number of its `Link`.
    """

    partition: Partition
    parent: U32
    tx: U32
    rule: U8

    def path(self, label: int, a: int, b: int) -> tuple[ProofStep, ...]:
        """The edges from member `a` to member `b` of the cluster with this label."""
        cluster = self.partition.find(label)
        if cluster is None:
            return ()
        first = int(self.partition.members.start[cluster])
        members = self.partition.members.of(cluster)
        ends = (int(np.searchsorted(members, np.uint32(script))) for script in (a, b))
        up, down = _meet(self.parent[first : first + len(members)], *ends)
        climb = [self._step(first, members, place, upward=True) for place in up]
        descend = [self._step(first, members, place, upward=False) for place in reversed(down)]
        return (*climb, *descend)

    def _step(self, first: int, members: U32, below: int, *, upward: bool) -> ProofStep:
        row = first + below
        link = Link(int(self.rule[row]))
        tx = int(self.tx[row])
        ends = int(members[below]), int(members[self.parent[row]])
        return ProofStep(
            *(ends if upward else ends[::-1]), link.rule.name, link.tier, None if tx == NO_TX else tx
        )


def _meet(parent: U32, a: int, b: int) -> tuple[list[int], list[int]]:
    """Walk up from both places in turn until the paths meet; the places passed on each side."""
    paths: tuple[dict[int, None], dict[int, None]] = ({a: None}, {b: None})
    heads = [a, b]
    side = 0
    while heads[side] not in paths[1 - side]:
        above = int(parent[heads[side]])
        if above != heads[side]:
            heads[side] = above
            paths[side][above] = None
        if heads[side] not in paths[1 - side]:
            side = 1 - side
    meeting = heads[side]
    up, down = (list(path)[: list(path).index(meeting)] for path in paths)
    return up, down
