"""The nested clusterings of a world against its hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.rules import TIERS, Link
from cointrail.evaluate.agreement import Agreement, CommonTable, add_up, agreement
from cointrail.evaluate.bootstrap import Interval
from cointrail.evaluate.worlds.cluster_intervals import cluster_intervals, outside_intervals, tag_contaminated
from cointrail.evaluate.worlds.links import proof_edges, shown_in
from cointrail.evaluate.worlds.truth import Truth
from cointrail.heuristics.base import Tier
from cointrail.store.reader import Snapshot

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

TAGGED = frozenset({"exchange", "custodian", "pool", "mixer", "market", "casino", "swap_service", "shop"})
"""Kinds of hands whose addresses are publicly tagged: a cluster with two of them cannot be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierAgreement:
    """Clusters of one tier and all stronger ones.

    Attributes:
        tier: the weakest.
        left_out: scripts that changed hands: no partition can be right about them.
        agreement: of all others.
        tag_contaminated: share of scripts whose cluster has a script of another hand that is publicly tagged:
            how often a seed's cluster would carry a stranger's name.
        intervals: of the figures by name, by drawing hands again.
        outside_precision: BCubed precision outside PayJoin and custody: of what is left when links made by
            PayJoins and by scripts that changed hands are cut from the proof.
        outside_recall: BCubed recall of the same.
        unexplained: false merges of the same.
    """

    tier: str
    left_out: int
    agreement: Agreement
    tag_contaminated: float | None
    intervals: dict[str, Interval | None]
    outside_precision: float | None
    outside_recall: float | None
    unexplained: int


def judge_tiers(snapshot: Snapshot, clusters: Clusters, truth: Truth, seed: int) -> tuple[TierAgreement, ...]:
    """Every tier. Scripts that nobody can spend from are no items; a script weighs what it received."""
    spendable = snapshot.column("scripts.type").all() != ScriptType.OP_RETURN
    items = np.flatnonzero(spendable & ~truth.moved)
    values = snapshot.column("outputs.value").all()
    received = add_up(snapshot.column("outputs.script").all(), values, snapshot.n_scripts)[items]
    left_out = int((spendable & truth.moved).sum())
    hands = truth.script_hand[items]
    known = np.array([kind in TAGGED for kind in truth.hand_kinds], np.bool_)
    tagged = known[np.unique(hands)]
    found = []
    for tier in TIERS:
        table = CommonTable.of(clusters.labels(tier)[items], hands, received)
        outside_table = CommonTable.of(_outside(clusters, truth, tier)[items], hands)
        outside = agreement(outside_table)
        found.append(
            TierAgreement(
                tier=tier.name,
                left_out=left_out,
                agreement=agreement(table),
                tag_contaminated=tag_contaminated(table, tagged),
                intervals=cluster_intervals(table, tagged, seed) | outside_intervals(outside_table, seed),
                outside_precision=outside.bcubed_precision,
                outside_recall=outside.bcubed_recall,
                unexplained=outside.false_merges,
            )
        )
    return tuple(found)


def _outside(clusters: Clusters, truth: Truth, tier: Tier) -> I64:
    """Per script a label of the clusters without the edges that PayJoins and changes of custody made.

    The proof is a forest: what another link holds together beside such an edge falls apart here too, so
    recall is a lower bound. Wrong links beside it are counted with all others, by stratum and by kind.
    """
    child, parent, rule, txs = proof_edges(clusters)
    tiers = np.array([link.tier for link in Link], np.uint8)[rule]
    cut = (tiers > tier) | truth.moved[child] | truth.moved[parent]
    shown = np.flatnonzero(shown_in(txs))
    cut[shown[truth.is_payjoin(txs[shown].astype(np.int64))]] = True
    above = np.arange(len(truth.script_hand), dtype=np.int64)
    above[child[~cut]] = parent[~cut]
    return roots(above)


def roots(above: I64) -> I64:
    """The root of every node of a forest, given what each hangs on; a root hangs on itself."""
    while True:
        higher = above[above]
        if (higher == above).all():
            return above
        above = higher
