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

Under judgements the same links join as the judgements leave them. They are not of then but of the case that
looks back: one counts at every height at which what it names was in the chain.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.links import (
    LinkTable,
    count_outputs,
    end_to_end,
    links_among,
    signed_scripts,
    spends_of,
)
from cointrail.clustering.rules import Link
from cointrail.clustering.rulings import Rulings, in_order
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.channels import OPEN, known_since
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of

U32 = npt.NDArray[np.uint32]


def members_at(
    chain: ChainView,
    clusters: Clusters,
    script_num: int,
    txs: int,
    rulings: Rulings | None = None,
    *,
    most_outputs: int | None = None,
) -> U32:
    """The headline cluster of a script when the chain held its first `txs` transactions; ascending.

    Time: in proportion to the outputs of the clusters of today that are looked at.

    Args:
        chain: the chain as it is now.
        clusters: of it, as links alone have them.
        script_num: the script.
        txs: how many transactions the chain held.
        rulings: judgements that count; None: there are none.
        most_outputs: outputs that those clusters may have; None: any number.

    Raises:
        BadInput: they have more.
        NotFound: the script had not appeared by then.
    """
    rulings = rulings or Rulings()
    groups, openings = _held_together(chain, clusters, script_num, txs, rulings, most_outputs=most_outputs)
    members = np.sort(np.concatenate(groups))
    first_outputs = chain.column("scripts.first_output").take(members)
    seen = members[: int(np.searchsorted(first_outputs, np.uint64(_outputs_of(chain, txs))))]
    if not len(seen) or seen[-1] < script_num:
        raise NotFound(f"script {script_num} had not appeared by then", script=script_num)
    parts = [_known_by(chain, clusters, group, seen, txs) for group in groups]
    parts += [_opening_links(seen, tx, scripts) for tx, scripts in openings.items() if len(scripts)]
    parent = rulings.hold(seen, in_order(end_to_end(*parts))).join(len(seen)).parent
    found: U32 = seen[parent == parent[int(np.searchsorted(seen, np.uint32(script_num)))]]
    return found


def _known_by(chain: ChainView, clusters: Clusters, group: U32, seen: U32, txs: int) -> LinkTable:
    """The links among a cluster of today that could be told by then; places are those of what was seen."""
    links = links_among(chain, clusters, group)
    return _put(links.take(links.since < txs), group, seen)


def _opening_links(seen: U32, tx: int, scripts: U32) -> LinkTable:
    """The links of the inputs of an opening that was not known to be one."""
    ends = np.zeros(len(scripts), np.uint32), np.arange(len(scripts), dtype=np.uint32)
    made = np.full(len(scripts), tx, np.uint32)
    rule = np.full(len(scripts), Link.COMMON_INPUT, np.uint8)
    return _put(LinkTable(*ends, made, rule, made.astype(np.int64)), scripts, seen)


def _put(links: LinkTable, group: U32, seen: U32) -> LinkTable:
    one, other = (np.searchsorted(seen, group[ends]).astype(np.uint32) for ends in (links.one, links.other))
    return links._replace(one=one, other=other)


def _held_together(
    chain: ChainView,
    clusters: Clusters,
    script_num: int,
    txs: int,
    rulings: Rulings,
    *,
    most_outputs: int | None,
) -> tuple[list[U32], dict[int, U32]]:
    """The clusters of today that openings then, or pins, joined; and the scripts that each opening joined."""
    waiting = [clusters.label(script_num)]
    groups: dict[int, U32] = {}
    openings: dict[int, U32] = {}
    outputs = 0
    while waiting:
        label = waiting.pop()
        if label in groups:
            continue
        groups[label] = clusters.members(label)
        waiting.extend(clusters.label(script) for script in rulings.pins.beside(groups[label]))
        if most_outputs is not None:
            outputs += count_outputs(chain, groups[label])
            _require_at_most(most_outputs, outputs)
        for tx in _openings_of(chain, clusters, groups[label], txs):
            if tx not in openings:
                openings[tx] = signed_scripts(chain, tx)
                waiting.extend(clusters.label(int(script)) for script in openings[tx])
    return list(groups.values()), openings


def _require_at_most(most: int, outputs: int) -> None:
    if outputs > most:
        raise BadInput(
            f"as it was at a height is found by looking at {outputs:,} outputs or more, and {most:,} may be",
            hint="let more be looked at with `most_outputs`, a million in about two seconds; or ask on the "
            "command line, where there is no bound",
            outputs=outputs,
            most_outputs=most,
        )


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
