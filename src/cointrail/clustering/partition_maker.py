"""The clusters that labels make, numbered and listed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.clustering.list_maker import ListMaker
from cointrail.clustering.partition import Partition
from cointrail.clustering.shelf import PIECE, Shelf, in_pieces, put
from cointrail.kernel.grouping import mark_labels, number_clusters

U32 = npt.NDArray[np.uint32]


def write_partition(shelf: Shelf, name: str, label: U32) -> tuple[Partition, U32]:
    """List the clusters that labels make.

    Memory: 4 bytes a script and 12 a cluster.

    Args:
        shelf: gets `<name>_labels`, `<name>_members` and `<name>_members_start`.
        name: stem of the arrays.
        label: per script, kept already; none is greater than its script.

    Returns:
        The clusters, and per script the number of its cluster or `NONE`.

    Raises:
        OSError: the disk is full.
    """
    cluster = np.empty(len(label), np.uint32)
    labels = np.empty(mark_labels(label, cluster), np.uint32)
    number_clusters(label, cluster, labels)
    members = ListMaker(shelf, f"{name}_members", len(labels), "<u4")
    for first in range(0, len(label), PIECE):
        members.add(cluster[first : first + PIECE], first)
    return Partition(label, put(shelf, f"{name}_labels", "<u4", in_pieces(labels)), members.finish()), cluster
