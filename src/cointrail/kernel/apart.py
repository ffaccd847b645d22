"""Union that keeps some pairs apart: an edge whose union would bring such a pair together is refused.

Nodes are few and numbered from 0: the clusters that weak edges and pairs touch. Each cluster is a ring of
its nodes. Before a union the nodes of the lighter cluster are looked through for a pair with one end in the
other; a node counts 1 and its pairs 1 each. So n nodes and k pairs are looked at (n + k) log (n + k) times
for all unions that happen (weighted union: each look at least doubles the weight of the cluster that the
node is in). A refusal is remembered, so two clusters that stay are not looked at twice.
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

NOTHING, JOINED, REFUSED, MIXED, DIFFERENT = range(5)
"""What came of an edge: its ends were joined before, it joined them, it may not join them for a pair, it
joined two parties, it may not join two parties."""


class Apart(NamedTuple):
    """Pairs of nodes that may not come together, and the state of the clusters.

    The pairs of node x are those of rows `start[x]:start[x + 1]`: with node `near[row]`, and number
    `pair[row]`. The rest is written: `following` is the ring of each cluster (each node itself at first);
    `weight`, of a root, its nodes and their rows (1 + rows at first); `refused_by` and `refused_for`, of a
    root, the other root and the pair of its last refusal (`len(parent)` and 0 at first).
    """

    start: I64
    near: U32
    pair: U32
    following: U32
    weight: I64
    refused_by: U32
    refused_for: U32


@kernel
def find_pair(parent: U32, apart: Apart, a: int, b: int) -> int:
    """The number of a pair with one end in the cluster of root a and one in that of b; -1 without one."""
    if apart.weight[b] < apart.weight[a]:
        a, b = b, a
    if apart.refused_by[a] == b:
        return int64(apart.refused_for[a])
    node = a
    while True:
        for row in range(apart.start[node], apart.start[node + 1]):
            if find_root(parent, int64(apart.near[row])) == b:
                apart.refused_by[a], apart.refused_for[a] = b, apart.pair[row]
                return int64(apart.pair[row])
        node = int64(apart.following[node])
        if node == a:
            return -1


@kernel
def unite(parent: U32, apart: Apart, a: int, b: int) -> int:
    """Join the clusters of two roots; the root of both."""
    root, gone = min(a, b), max(a, b)
    parent[gone] = root
    apart.weight[root] += apart.weight[gone]
    apart.following[root], apart.following[gone] = apart.following[gone], apart.following[root]
    return root


@kernel
def join_apart(parent: U32, one: U32, other: U32, apart: Apart, outcome: U8, against: U32) -> None:
    """Join `one[k]` with `other[k]` in order, except where that would bring a pair together.

    Args:
        parent: as `cointrail.kernel.union` keeps it, one row a node; every node its own root.
        one: nodes.
        other: nodes.
        apart: the pairs and the state; used up.
        outcome: gets `NOTHING`, `JOINED` or `REFUSED` for each edge.
        against: gets the number of a pair that a refused edge would have brought together.
    """
    for k in range(len(one)):
        a, b = find_root(parent, int64(one[k])), find_root(parent, int64(other[k]))
        if a == b:
            outcome[k] = NOTHING
            continue
        pair = find_pair(parent, apart, a, b)
        if pair >= 0:
            outcome[k], against[k] = REFUSED, pair
            continue
        outcome[k] = JOINED
        unite(parent, apart, a, b)


@kernel
def join_parties(
    parent: U32,
    one: U32,
    other: U32,
    weak: int,
    party: U32,
    mixed: int,
    apart: Apart,
    outcome: U8,
    against: U32,
) -> None:
    """Join as `join_apart` does, with an eye on whose the nodes are said to be.

    Args:
        parent: as there.
        one: nodes.
        other: nodes.
        weak: edges from this one on do not join different parties; those before it do.
        party: of each node its party, 0 where nobody claims it; used up.
        mixed: a party of its own, for clusters of several.
        apart: the pairs and the state; used up.
        outcome: as there; `MIXED` or `DIFFERENT` where the two sides are different parties'.
        against: as there.
    """
    for k in range(len(one)):
        a, b = find_root(parent, int64(one[k])), find_root(parent, int64(other[k]))
        if a == b:
            outcome[k] = NOTHING
            continue
        differ = party[a] != 0 and party[b] != 0 and (party[a] != party[b] or party[a] == mixed)
        if differ and k >= weak:
            outcome[k] = DIFFERENT
            continue
        pair = find_pair(parent, apart, a, b)
        if pair >= 0:
            outcome[k], against[k] = REFUSED, pair
            continue
        outcome[k] = MIXED if differ else JOINED
        whose = mixed if differ else max(party[a], party[b])
        party[unite(parent, apart, a, b)] = whose
