"""Sums over everything that hangs below a member of a tree, whatever order the members stand in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.union import find_root

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


@kernel
def sum_below(parent: U32, waiting: U32, sums: I64, marks: U64) -> None:
    """Add to every member what all members below it have.

    Args:
        parent: of each member the next one up; the root, row 0, is its own.
        waiting: zeros, one for each member; used up.
        sums: per member and quantity, its own amount; gets that of all below it too.
        marks: per member its own mark; gets the exclusive or with those of all below it.
    """
    for member in range(1, len(parent)):
        waiting[parent[member]] += np.uint32(1)
    for member in range(1, len(parent)):
        leaf = member
        while leaf != 0 and waiting[leaf] == 0:
            waiting[leaf] = len(parent)
            above = int64(parent[leaf])
            for k in range(sums.shape[1]):
                sums[above, k] += sums[leaf, k]
            marks[above] ^= marks[leaf]
            waiting[above] -= np.uint32(1)
            if above > member:
                break
            leaf = above


@kernel
def watch_parties(one: U32, other: U32, parent: U32, party: U32, mixed: int, found: U32) -> int:
    """Join along edges in their order, and note those that bring different parties together.

    Args:
        one: of each edge a member; each edge joins two clusters.
        other: of each edge the other.
        parent: a row for each member, its own parent.
        party: of each member its party, 0 where nobody claims it; used up.
        mixed: a party of its own, for clusters of several.
        found: gets the edges; there are fewer than members with a party.

    Returns:
        How many of those there are.
    """
    count = 0
    for e in range(len(one)):
        a, b = find_root(parent, int64(one[e])), find_root(parent, int64(other[e]))
        root, gone = min(a, b), max(a, b)
        parent[gone] = root
        if party[a] != 0 and party[b] != 0 and (party[a] != party[b] or party[a] == mixed):
            found[count] = e
            count += 1
            party[root] = mixed
        else:
            party[root] = max(party[a], party[b])
    return count
