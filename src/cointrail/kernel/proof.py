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
from cointrail.kernel.union import find_root

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
def place_edges(edges: Edges, first: int, start: I64, members: U32, index: U32) -> None:
    """Write over both scripts of each edge the rows that they have among the members.

    Args:
        edges: of clusters `first` and after.
        first: the cluster that `start[0]` is of.
        start: where each cluster begins in `members`, and where the last one ends.
        members: of all these clusters, ascending in each.
        index: of `index_members`.
    """
    for e in range(len(edges.one)):
        cluster = int64(edges.cluster[e]) - first
        low, high = start[cluster], start[cluster + 1]
        edges.one[e] = place_of(members, index, low, high, int64(edges.one[e]))
        edges.other[e] = place_of(members, index, low, high, int64(edges.other[e]))


@kernel
def add_edges(edges: Edges, sums: Sums) -> None:
    """Add edges to the sums of both their ends, which are rows of `sums`."""
    for e in range(len(edges.one)):
        a, b = edges.one[e], edges.other[e]
        sums.degree[a] += np.uint32(1)
        sums.degree[b] += np.uint32(1)
        sums.near[a] ^= np.uint32(b)
        sums.near[b] ^= np.uint32(a)
        sums.via[a] ^= np.uint32(e)
        sums.via[b] ^= np.uint32(e)


class Unions(NamedTuple):
    """What `watch_unions` writes: the edges that joined two large clusters, with the size of each."""

    edge: U32
    size_one: U32
    size_other: U32


@kernel
def watch_unions(
    edges: Edges, parent: U32, size: U32, large: int, period: I64, largest: U32, found: Unions
) -> int:
    """Join along the edges in their order once more, and look at how large what they join is.

    Args:
        edges: their ends are rows; each of them joins two clusters.
        parent: a row for each member, its own parent.
        size: of each member, 1.
        large: a cluster of more members is large.
        period: of each edge, which part of the chain it is from; -1: it is not asked for.
        largest: per period; raised to the size of the largest cluster that was made in it.
        found: gets the unions of two large clusters; there are fewer than members / `large`.

    Returns:
        How many of those there are.
    """
    count = 0
    for e in range(len(edges.one)):
        a, b = find_root(parent, int64(edges.one[e])), find_root(parent, int64(edges.other[e]))
        if size[a] > large and size[b] > large:
            found.edge[count], found.size_one[count], found.size_other[count] = e, size[a], size[b]
            count += 1
        root, gone = min(a, b), max(a, b)
        parent[gone] = root
        size[root] += size[gone]
        if period[e] >= 0 and size[root] > largest[period[e]]:
            largest[period[e]] = size[root]
    return count


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
