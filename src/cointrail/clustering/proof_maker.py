"""Proofs made of the edges that joined something; and what the guards see on the way."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.guards import LARGE, Reviews
from cointrail.clustering.partition import Partition
from cointrail.clustering.proof import NO_TX, Proof
from cointrail.clustering.rules import Link
from cointrail.clustering.shelf import PIECE, Shelf
from cointrail.clustering.spill import Log, Spill, bits_of
from cointrail.kernel import proof as kernel

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

EDGE_TYPES = ("<u4", "<u4", "<u4", "u1")
"""An edge: two scripts, the transaction that shows it or `NO_TX`, the number of its `Link`."""


class Watched(NamedTuple):
    """Proofs, and what was seen when the edges joined again in their order."""

    proof: Proof
    reviews: Reviews
    largest: U32
    """Per period the members of the largest headline cluster that was made in it; 0: none was."""


def write_proof(
    shelf: Shelf, edges: Log, partition: Partition, cluster: U32, period_starts: npt.ArrayLike = (0,)
) -> Watched:
    """Make trees of the edges that joined the clusters of a partition, and look at every union again.

    Memory: one bucket of edges, and 33 bytes for each member of its clusters.

    Args:
        shelf: gets `proof_parent`, `proof_tx` and `proof_rule`.
        edges: `EDGE_TYPES`, by tier and then in the order of the chain; used up.
        partition: the clusters that they made.
        cluster: per script the number of its cluster.
        period_starts: the first transaction of each period of the chain.

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
    starts = np.asarray(period_starts, np.int64)
    largest = np.zeros(len(starts), np.uint32)
    reviews = [Reviews(*(np.empty(0, dtype) for dtype in ("u4", "u4", "u4", "u1", "u4", "u4")))]
    for bucket in buckets.filled():  # every cluster has an edge
        first = bucket << buckets.shift
        trees, seen = _trees(partition, first, kernel.Edges(*buckets.take(bucket)), starts, largest)
        made: tuple[Array, ...] = trees.parent, trees.tx, trees.rule
        for writer, rows in zip(writers, made, strict=True):
            writer.add(rows)
        reviews.append(seen)
    buckets.close()
    proof = Proof(partition, *(writer.close() for writer in writers))
    return Watched(proof, Reviews(*map(np.concatenate, zip(*reviews, strict=True))), largest)


def _trees(
    partition: Partition, first: int, edges: kernel.Edges, starts: I64, largest: U32
) -> tuple[kernel.Trees, Reviews]:
    """The trees of the clusters from `first` on that these are all edges of, and their unions to review."""
    start = partition.members.start[first : int(edges.cluster.max()) + 2]
    members = partition.members.numbers[start[0] : start[-1]]
    start = start - start[0]
    sums = kernel.Sums(*(np.zeros(len(members), np.uint32) for _ in range(3)))
    trees = kernel.Trees(*(np.empty(len(members), dtype) for dtype in EDGE_TYPES[1:]))
    index = np.empty(len(members), np.uint32)
    kernel.index_members(start, members, index)
    kernel.place_edges(edges, first, start, members, index)
    kernel.add_edges(edges, sums)
    kernel.hang_trees(edges, start, sums, trees)
    return trees, _reviews(members, edges, starts, largest)


def _reviews(members: U32, edges: kernel.Edges, starts: I64, largest: U32) -> Reviews:
    headline = np.flatnonzero((edges.rule <= Link.COMMON_INPUT) & (edges.tx != NO_TX))
    period = np.full(len(edges.tx), -1)
    later = np.array([*starts[1:], NO_TX], np.uint32)
    ends = np.searchsorted(edges.tx[headline], later)  # they stand in chain order
    period[headline] = np.repeat(np.arange(len(starts)), np.diff(ends, prepend=0))
    found = kernel.Unions(*(np.empty(len(members) // LARGE + 1, np.uint32) for _ in range(3)))
    parent, size = np.arange(len(members), dtype=np.uint32), np.ones(len(members), np.uint32)
    count = kernel.watch_unions(edges, parent, size, LARGE, period, largest, found)
    edge, size_one, size_other = (column[:count] for column in found)
    sides = members[edges.one[edge]], members[edges.other[edge]]
    return Reviews(*sides, edges.tx[edge], edges.rule[edge], size_one, size_other)
