"""The clusters of one tier and all stronger ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.clustering.lists import Lists

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
