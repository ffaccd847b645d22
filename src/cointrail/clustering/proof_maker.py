"""Proofs made of the edges that joined something."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.partition import Partition
from cointrail.clustering.proof import Proof
from cointrail.clustering.shelf import PIECE, Shelf
from cointrail.clustering.spill import Log, Spill, bits_of
from cointrail.kernel import proof as kernel

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]

EDGE_TYPES = ("<u4", "<u4", "<u4", "u1")
"""An edge: two scripts, the transaction that shows it or `NO_TX`, the rule by its place in `LINK_RULES`."""


def write_proof(shelf: Shelf, edges: Log, partition: Partition, cluster: U32) -> Proof:
    """Make trees of the edges that joined the clusters of a partition.

    Memory: one bucket of edges, and 25 bytes for each member of its clusters.

    Args:
        shelf: gets `proof_parent`, `proof_tx` and `proof_rule`.
        edges: `EDGE_TYPES`; used up.
        partition: the clusters that they made.
        cluster: per script the number of its cluster.

    Raises:
        OSError: the disk is full.
    """
    buckets = Spill(shelf, bits_of(len(partition.labels)), ("<u4", *EDGE_TYPES))
    one, other, tx, rule = edges.close()
    for first in range(0, len(one), PIECE):
        own = slice(first, first + PIECE)
        buckets.add(cluster[one[own]], one[own], other[own], tx[own], rule[own])
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
    buckets.close()
    return Proof(partition, *(writer.close() for writer in writers))


def _trees(partition: Partition, first: int, last: int, edges: kernel.Edges) -> kernel.Trees:
    """The trees of clusters first..last - 1."""
    start = partition.members.start[first : last + 1]
    members = partition.members.numbers[start[0] : start[-1]]
    start = start - start[0]
    sums = kernel.Sums(*(np.zeros(len(members), np.uint32) for _ in range(3)))
    trees = kernel.Trees(*(np.empty(len(members), dtype) for dtype in EDGE_TYPES[1:]))
    index = np.empty(len(members), np.uint32)
    kernel.index_members(start, members, index)
    kernel.add_edges(edges, first, start, members, index, sums)
    kernel.hang_trees(edges, start, sums, trees)
    return trees
