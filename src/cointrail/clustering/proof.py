"""Why two scripts are in one cluster: the edges that joined it, as trees that lead to its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.partition import Partition
from cointrail.clustering.shelf import PIECE, Shelf
from cointrail.clustering.spill import Log, Spill, bits_of
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.kernel import proof as kernel
from cointrail.kernel.proof import NO_TX

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

LINK_RULES = ("same_key", "inner_script", "common_input")
"""The rules that make edges, by the number that stands for them in a proof."""

EDGE_TYPES = ("<u4", "<u4", "<u4", "u1")
"""An edge: two scripts, the transaction that shows it, the rule."""


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
        rule: its rule, a number of `LINK_RULES`.
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
        rule = REGISTRY[LINK_RULES[int(self.rule[row])]]
        assert rule.tier is not None
        tx = int(self.tx[row])
        ends = int(members[below]), int(members[self.parent[row]])
        return ProofStep(*(ends if upward else ends[::-1]), rule.name, rule.tier, None if tx == NO_TX else tx)


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


def write_proof(shelf: Shelf, edges: Log, partition: Partition, cluster: U32) -> Proof:
    """Make trees of the edges that joined the clusters of a partition.

    Memory: one bucket of edges, and 21 bytes for each member of its clusters.

    Args:
        shelf: gets `proof_parent`, `proof_tx` and `proof_rule`.
        edges: `EDGE_TYPES`; used up.
        partition: the clusters that they made.
        cluster: per script the number of its cluster.

    Raises:
        OSError: the disk is full.
    """
    buckets = Spill(shelf.folder, "edges-of", bits_of(len(partition.labels)), ("<u4", *EDGE_TYPES))
    one, other, tx, rule = edges.read()
    for first in range(0, len(one), PIECE):
        own = slice(first, first + PIECE)
        buckets.add(cluster[one[own]], one[own], other[own], tx[own], rule[own])
    edges.remove()
    writers = [
        shelf.open(f"proof_{name}", dtype)
        for name, dtype in zip(("parent", "tx", "rule"), EDGE_TYPES[1:], strict=True)
    ]
    for bucket in buckets.filled():  # every cluster has an edge
        first = bucket << buckets.shift
        last = min(first + (1 << buckets.shift), len(partition.labels))
        trees = _trees(partition, first, last, kernel.Edges(*buckets.take(bucket)))
        made: tuple[Array, ...] = trees.parent, trees.tx, trees.rule
        for writer, rows in zip(writers, made, strict=True):
            writer.add(rows)
    return Proof(partition, *(writer.close() for writer in writers))


def _trees(partition: Partition, first: int, last: int, edges: kernel.Edges) -> kernel.Trees:
    """The trees of clusters first..last - 1."""
    start = partition.members.start[first : last + 1]
    members = partition.members.numbers[start[0] : start[-1]]
    start = start - start[0]
    sums = kernel.Sums(*(np.zeros(len(members), np.uint32) for _ in range(3)))
    trees = kernel.Trees(*(np.empty(len(members), dtype) for dtype in EDGE_TYPES[1:]))
    kernel.add_edges(edges, first, start, members, sums)
    kernel.hang_trees(edges, start, sums, trees)
    return trees
