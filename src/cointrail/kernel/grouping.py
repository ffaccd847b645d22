"""Scripts by cluster: clusters of two and more numbered, and the clusters of what is paid and spent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import kernel

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


class Groups(NamedTuple):
    """Which group a script's moves belong to: its cluster, and itself where it is heavy.

    `code` is per script: the number of its cluster, `NONE`, or, for heavy script h, the number of clusters
    plus h. `heavy_cluster[h]` then is its cluster or `NONE`. The sums are satoshi.
    """

    code: U32
    heavy_cluster: U32
    cluster_sums: I64
    heavy_sums: I64


@kernel
def find_groups(scripts: U32, values: I64, groups: Groups, cluster: U32, heavy: U32) -> None:
    """The cluster of every script and its number among the heavy ones, `NONE` where it has none.

    Every value is added to the sums of both. A script that is `NONE` is one that is not known.
    """
    clusters = len(groups.cluster_sums)
    for k in range(len(scripts)):
        cluster[k], heavy[k] = NONE, NONE
        if scripts[k] == NONE:
            continue
        code = groups.code[scripts[k]]
        if code != NONE and code >= clusters:
            heavy[k] = code - clusters
            groups.heavy_sums[heavy[k]] += values[k]
            code = groups.heavy_cluster[heavy[k]]
        if code != NONE:
            cluster[k] = code
            groups.cluster_sums[code] += values[k]
