"""The clusters of one tier and all stronger ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.clustering.lists import ListMaker, Lists
from cointrail.clustering.shelf import PIECE, Shelf, in_pieces, put
from cointrail.kernel.grouping import mark_labels, number_clusters

U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Partition:
    """Who is with whom. Clusters of two scripts and more are numbered, in the order of their labels.

    Attributes:
        label: per script the smallest member of its cluster, itself where it is alone.
        labels: per cluster its label, ascending.
        members: per cluster its scripts, ascending.
    """

    label: U32
    labels: U32
    members: Lists

    def find(self, label: int) -> int | None:
        """The number of the cluster with this label; None where its script is alone."""
        at = int(np.searchsorted(self.labels, np.uint32(label)))
        return at if at < len(self.labels) and self.labels[at] == label else None


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
