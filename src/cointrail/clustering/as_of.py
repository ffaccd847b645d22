"""Headline clusters as they were at an earlier height.

A cluster only grows: scripts are added, links are added, and but for one no verdict of the gate is ever taken
back. So what it was then is a part of what it is now, and is found among its members alone: those that had
appeared, joined by the links that could be told by then. That is exact.

The one is `lightning.open`: inputs that were joined until the channel they fund was spent. So the clusters
that such inputs lie in today are looked at together, as far as openings lead that were not known then.

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
from cointrail.clustering.links import links_among, signed_scripts, spends_of
from cointrail.errors import NotFound
from cointrail.heuristics.channels import OPEN, known_since
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of
from cointrail.kernel.union import flatten, join_pairs

U32 = npt.NDArray[np.uint32]


def members_at(chain: ChainView, clusters: Clusters, script_num: int, txs: int) -> U32:
    """The headline cluster of a script when the chain held its first `txs` transactions; ascending.

    Raises:
        NotFound: the script had not appeared by then.
    """
    groups, openings = _held_together(chain, clusters, script_num, txs)
    members = np.sort(np.concatenate(groups))
    first_outputs = chain.column("scripts.first_output").take(members)
    seen = members[: int(np.searchsorted(first_outputs, np.uint64(_outputs_of(chain, txs))))]
    if not len(seen) or seen[-1] < script_num:
        raise NotFound(f"script {script_num} had not appeared by then", script=script_num)
    parent = np.arange(len(members), dtype=np.uint32)
    for group in groups:
        links = links_among(chain, clusters, group)
        links = links.take(links.since < txs)
        _join(parent, members, group[links.one], group[links.other])
    for scripts in openings:
        _join(parent, members, np.repeat(scripts[:1], len(scripts)), scripts)
    flatten(parent)
    own = parent[int(np.searchsorted(members, np.uint32(script_num)))]
    found: U32 = seen[parent[: len(seen)] == own]
    return found


def _join(parent: U32, members: U32, one: U32, other: U32) -> None:
    left, right = (np.searchsorted(members, ends).astype(np.uint32) for ends in (one, other))
    join_pairs(parent, left, right, np.empty(len(one), np.bool_))


def _held_together(
    chain: ChainView, clusters: Clusters, script_num: int, txs: int
) -> tuple[list[U32], list[U32]]:
    """The clusters of today that openings joined then, and the scripts that each opening joined."""
    waiting = [clusters.label(script_num)]
    groups: dict[int, U32] = {}
    openings: dict[int, U32] = {}
    while waiting:
        label = waiting.pop()
        if label in groups:
            continue
        groups[label] = clusters.members(label)
        for tx in _openings_of(chain, clusters, groups[label], txs):
            if tx not in openings:
                openings[tx] = signed_scripts(chain, tx)
                waiting.extend(clusters.label(int(script)) for script in openings[tx])
    return list(groups.values()), [scripts for scripts in openings.values() if len(scripts)]


def _openings_of(chain: ChainView, clusters: Clusters, members: U32, txs: int) -> list[int]:
    """The transactions that spend from members and were safe then, but open a channel as is known now."""
    spent = np.unique(spends_of(chain, members).tx)
    spent = spent[spent < txs]
    reasons = np.array(clusters.reasons[spent])
    heights = clusters.standing.heights(chain, spent)
    before = clusters.standing.gates(chain, gates_of(reasons & ~OPEN), heights)
    doubted = spent[((reasons & OPEN) != 0) & (before == Gate.SAFE)]
    return [tx for tx in doubted.tolist() if known_since(chain, tx) >= txs]


def _outputs_of(chain: ChainView, txs: int) -> int:
    """How many outputs the first `txs` transactions have."""
    return chain.n_outputs if txs >= chain.n_txs else int(chain.column("txs.first_output")[txs])
