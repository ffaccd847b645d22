"""The edges that joined clusters, turned into trees that can be walked: each script knows its next one up.

A cluster of n scripts has n - 1 edges and no cycle. Every script adds up (by exclusive or) its neighbours
and its edges; one that has a single edge left then knows both, hangs itself there and is taken off its
neighbour's sums. What remains in the end is the script that was never taken: the label. Linear, and no
queue. Source: the leaf peeling of invertible Bloom look-up tables (Goodrich & Mitzenmacher 2011), on trees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

NO_TX = 0xFFFFFFFF
"""The transaction of an edge that needs none, as stored; also that of a root, which has no edge."""


class Edges(NamedTuple):
    """Edges of some clusters that follow each other: the cluster, its two scripts, what shows it."""

    cluster: U32
    one: U32
    other: U32
    tx: U32
    rule: U8


class Sums(NamedTuple):
    """Per member: how many edges it has left, and the exclusive or of its neighbours and of its edges."""

    degree: U32
    near: U32
    via: U32


class Trees(NamedTuple):
    """Per member the edge to the next one up: its place in the cluster, the transaction, the rule."""

    parent: U32
    tx: U32
    rule: U8


@kernel
def index_members(start: I64, members: U32, index: U32) -> None:
    """Divide each cluster's range of script numbers into as many cells as it has members.

    Args:
        start: where each cluster begins in `members`, and where the last one ends.
        members: ascending in each cluster.
        index: per cell the row of the first member that is not in a cell before.
    """
    for cluster in range(len(start) - 1):
        first, last = start[cluster], start[cluster + 1]
        width = (int64(members[last - 1]) - int64(members[first])) // (last - first) + 1
        row = first
        for cell in range(last - first):
            while row < last and (int64(members[row]) - int64(members[first])) // width < cell:
                row += 1
            index[first + cell] = row


@kernel
def place_of(members: U32, index: U32, first: int, last: int, script: int) -> int:
    """The row of `script` among the ascending `members[first:last]`, where it is; searched in its cell."""
    width = (int64(members[last - 1]) - int64(members[first])) // (last - first) + 1
    cell = (script - int64(members[first])) // width
    low = int64(index[first + cell])
    high = int64(index[first + cell + 1]) if first + cell + 1 < last else last
    while high - low > 1:
        middle = (low + high) // 2
        if members[middle] <= script:
            low = middle
        else:
            high = middle
    return low


@kernel
def add_edges(edges: Edges, first: int, start: I64, members: U32, index: U32, sums: Sums) -> None:
    """Add edges to the sums of both their ends.

    Args:
        edges: of clusters `first` and after.
        first: the cluster that `start[0]` is of.
        start: where each cluster begins in `members`, and where the last one ends.
        members: of all these clusters, ascending in each.
        index: of `index_members`.
        sums: a row for each member.
    """
    for e in range(len(edges.one)):
        cluster = int64(edges.cluster[e]) - first
        low, high = start[cluster], start[cluster + 1]
        a = place_of(members, index, low, high, int64(edges.one[e]))
        b = place_of(members, index, low, high, int64(edges.other[e]))
        sums.degree[a] += np.uint32(1)
        sums.degree[b] += np.uint32(1)
        sums.near[a] ^= np.uint32(b)
        sums.near[b] ^= np.uint32(a)
        sums.via[a] ^= np.uint32(e)
        sums.via[b] ^= np.uint32(e)


@kernel
def hang_trees(edges: Edges, start: I64, sums: Sums, trees: Trees) -> None:
    """Hang every member of each cluster under the next one on its way to the first; uses up the sums."""
    for cluster in range(len(start) - 1):
        root = start[cluster]
        trees.parent[root], trees.tx[root], trees.rule[root] = 0, NO_TX, 0
        for member in range(root + 1, start[cluster + 1]):
            leaf = member
            while leaf != root and sums.degree[leaf] == 1:
                above, edge = int64(sums.near[leaf]), int64(sums.via[leaf])
                trees.parent[leaf] = above - root
                trees.tx[leaf], trees.rule[leaf] = edges.tx[edge], edges.rule[edge]
                sums.degree[leaf] = 0
                sums.degree[above] -= np.uint32(1)
                sums.near[above] ^= np.uint32(leaf)
                sums.via[above] ^= np.uint32(edge)
                leaf = above
