"""What the headline clusters that make up a weaker cluster received and spent, from their kept sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.clustering.clusters import Clusters
from cointrail.heuristics.base import Tier

U32 = npt.NDArray[np.uint32]


def sums_of_clusters(clusters: Clusters, members: U32, most: int) -> tuple[int, int] | None:
    """Satoshi that some whole headline clusters received and spent.

    Args:
        clusters: of the chain.
        members: all scripts of these clusters, ascending.
        most: look at no more scripts that are alone in theirs.

    Returns:
        Both sums; None where more are alone.
    """
    headline = clusters.partitions[Tier.T2]
    heads = members[headline.label[members] == members]
    places = np.searchsorted(headline.labels, heads)
    several = np.zeros(len(heads), np.bool_)
    inside = places < len(headline.labels)
    several[inside] = headline.labels[places[inside]] == heads[inside]
    alone = heads[~several]
    if len(alone) > most:
        return None
    moves = clusters.moves
    _, received, spent = moves.sums_of_scripts(alone)
    numbers = places[several]
    return (
        int(received.sum() + moves.arrays.received[numbers].sum()),
        int(spent.sum() + moves.arrays.spent[numbers].sum()),
    )
