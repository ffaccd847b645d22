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
def join_parties(one: U32, other: U32, weak: int, parent: U32, party: U32, mixed: int, found: U32) -> int:
    """Join along links in their order, and note those between different parties.

    Args:
        one: of each link a member.
        other: of each link the other.
        weak: links from this one on do not join different parties; those before it do.
        parent: a row for each member, its own parent; keeps what was joined.
        party: of each member its party, 0 where nobody claims it; used up.
        mixed: a party of its own, for clusters of several.
        found: a row for each link; gets those between different parties.

    Returns:
        How many of those there are.
    """
    count = 0
    for k in range(len(one)):
        a, b = find_root(parent, int64(one[k])), find_root(parent, int64(other[k]))
        if a == b:
            continue
        differ = party[a] != 0 and party[b] != 0 and (party[a] != party[b] or party[a] == mixed)
        if differ:
            found[count] = k
            count += 1
            if k >= weak:
                continue
        root, gone = min(a, b), max(a, b)
        parent[gone] = root
        party[root] = mixed if differ else max(party[a], party[b])
    return count
