"""Headline clusters as they were at an earlier height.

A cluster only grows: scripts are added, links are added, and no verdict of the gate is ever taken back. So
what it was then is a part of what it is now, and is found among its members alone: those that had appeared,
joined by the links that could be told by then. That is exact, and no other cluster is looked at.

Why the kept proof alone would not do: it was built tier by tier. Cut at a height, a forest built in the
order (tier, height) is right for its first tier only. Two scripts that a payment joined at height 5 and a
key at height 9 are joined in it by the key alone, so at height 7 they would look apart. `links_among`
therefore reads the links again. Clusters of T3 and T4 rest on votes that later blocks can change; how they
were needs the votes as they were, so for those the store must be rewound.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.links import links_among
from cointrail.errors import NotFound
from cointrail.kernel.union import flatten, join_pairs

U32 = npt.NDArray[np.uint32]


def members_at(chain: ChainView, clusters: Clusters, script_num: int, txs: int) -> U32:
    """The headline cluster of a script when the chain held its first `txs` transactions; ascending.

    Raises:
        NotFound: the script had not appeared by then.
    """
    members = clusters.members(clusters.label(script_num))
    first_outputs = chain.column("scripts.first_output").take(members)
    seen = members[: int(np.searchsorted(first_outputs, np.uint64(_outputs_of(chain, txs))))]
    if not len(seen) or seen[-1] < script_num:
        raise NotFound(f"script {script_num} had not appeared by then", script=script_num)
    links = links_among(chain, clusters, members)
    links = links.take(links.since < txs)
    parent = np.arange(len(members), dtype=np.uint32)
    join_pairs(parent, links.one, links.other, np.empty(len(links.one), np.bool_))
    flatten(parent)
    own = parent[int(np.searchsorted(members, np.uint32(script_num)))]
    found: U32 = seen[parent[: len(seen)] == own]
    return found


def _outputs_of(chain: ChainView, txs: int) -> int:
    """How many outputs the first `txs` transactions have."""
    return chain.n_outputs if txs >= chain.n_txs else int(chain.column("txs.first_output")[txs])
