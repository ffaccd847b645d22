"""Sums over everything that hangs below a member of a tree, whatever order the members stand in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

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
