"""Scripts by cluster: clusters of two and more numbered, and the clusters of what is paid and spent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

NONE = 0xFFFFFFFF
"""In place of the number of a cluster or of a heavy script: none."""


@kernel
def mark_labels(label: U32, cluster: U32) -> int:
    """Set `cluster[x]` to 1 for every label x that is not its only member, else to 0; how many there are."""
    found = 0
    for x in range(len(label)):
        cluster[x] = 0
        if label[x] != x and cluster[label[x]] == 0:
            cluster[label[x]] = 1
            found += 1
    return found


@kernel
def number_clusters(label: U32, cluster: U32, labels: U32) -> None:
    """Number the marked labels in their order, and write every script's cluster over the marks.

    Args:
        label: per script; none is greater than its script.
        cluster: the marks; gets the number of the script's cluster, `NONE` for a script that is alone.
        labels: gets the label of each cluster.
    """
    count = 0
    for x in range(len(label)):
        if label[x] != x:
            cluster[x] = cluster[label[x]]
        elif cluster[x] == 1:
            labels[count] = x
            cluster[x] = count
            count += 1
        else:
            cluster[x] = NONE


class Sums(NamedTuple):
    """Per group how many moves there were, and what they add up to, satoshi."""

    moves: U32
    total: I64


class Groups(NamedTuple):
    """Which group a script's moves belong to: its cluster, and itself where it is heavy.

    `code` is per script: the number of its cluster, `NONE`, or, for heavy script h, the number of clusters
    plus h. `heavy_cluster[h]` then is its cluster or `NONE`.
    """

    code: U32
    heavy_cluster: U32
    clusters: Sums
    heavy: Sums


class Marks(NamedTuple):
    """What groups had added up to at some of their moves, in the order in which it came to that."""

    group: U32
    total: I64


@kernel
def find_groups(
    scripts: U32,
    values: I64,
    groups: Groups,
    every: int,
    found: tuple[U32, U32],
    marks: tuple[Marks, Marks],
) -> tuple[int, int]:
    """The cluster of every script and its number among the heavy ones, `NONE` where it has none.

    Every value is added to the sums of both. A script that is `NONE` is one that is not known.

    Args:
        scripts: of some moves.
        values: satoshi.
        groups: of all scripts.
        every: after so many moves of a group, and twice as many, and so on, its sum is marked.
        found: gets the cluster of each script, and its number among the heavy ones.
        marks: of clusters and of heavy scripts; a row for each move is enough.

    Returns:
        How many marks there are of either.
    """
    clusters = len(groups.clusters.total)
    marked, heavy_marked = 0, 0
    for k in range(len(scripts)):
        found[0][k], found[1][k] = NONE, NONE
        if scripts[k] == NONE:
            continue
        code = groups.code[scripts[k]]
        if code != NONE and code >= clusters:
            found[1][k] = code - clusters
            heavy_marked = _add(groups.heavy, found[1][k], values[k], every, marks[1], heavy_marked)
            code = groups.heavy_cluster[found[1][k]]
        if code != NONE:
            found[0][k] = code
            marked = _add(groups.clusters, code, values[k], every, marks[0], marked)
    return marked, heavy_marked


@kernel
def _add(sums: Sums, group: int, value: int, every: int, marks: Marks, marked: int) -> int:
    """Add a value to a group's sum, and mark that where it is time; how many marks there are."""
    sums.total[group] += value
    sums.moves[group] += np.uint32(1)
    if int64(sums.moves[group]) % every != 0:
        return marked
    marks.group[marked] = group
    marks.total[marked] = sums.total[group]
    return marked + 1
