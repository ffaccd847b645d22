"""How far two partitions of the same items agree: clusters that were found, and hands that are true.

All of it is computed from one table: how many items each pair of a cluster and a hand has in common.
Sources: Bagga and Baldwin 1998 (BCubed); Rosenberg and Hirschberg 2007 (V-measure); Hubert and Arabie 1985
(adjusted Rand index); Meila 2007 (variation of information); methods.md 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.integer[Any]]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Counts = npt.NDArray[Any]

WORST = 0.1
"""The share of items that the worst decile is the mean of."""


@dataclass(frozen=True, slots=True)
class CommonTable:
    """Pairs of a cluster and a hand with items in common, each side numbered from 0.

    Attributes:
        cluster: of each pair.
        hand: of each pair.
        items: how many they have in common.
        weight: what these weigh together.
    """

    cluster: I64
    hand: I64
    items: I64
    weight: I64

    @classmethod
    def of(cls, clusters: Numbers, hands: Numbers, weights: Numbers | None = None) -> CommonTable:
        """Count pairs; without weights every item weighs 1."""
        _, cluster = np.unique(clusters, return_inverse=True)
        _, hand = np.unique(hands, return_inverse=True)
        width = int(hand.max(initial=-1)) + 1
        keys, place, items = np.unique(cluster * width + hand, return_inverse=True, return_counts=True)
        weight = items if weights is None else add_up(place, weights.astype(np.int64), len(keys))
        width = max(width, 1)
        return cls(keys // width, keys % width, items.astype(np.int64), weight.astype(np.int64))

    def of_clusters(self, column: I64) -> I64:
        """For each pair the sum of a column over all pairs with its cluster."""
        return _total(self.cluster, column)[self.cluster]

    def of_hands(self, column: I64) -> I64:
        """For each pair the sum of a column over all pairs with its hand."""
        return _total(self.hand, column)[self.hand]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A partition against the true one. Shares are 0 to 1; None where there is nothing to share.

    Attributes:
        items: how many.
        clusters: found.
        hands: true.
        bcubed_precision: mean share of an item's cluster that is its own hand's.
        bcubed_recall: mean share of its hand that is in its cluster.
        value_precision: the same of a satoshi received, in place of an item.
        value_recall: the same.
        worst_precision: mean precision of the worst tenth of all items.
        worst_recall: mean recall of the worst tenth.
        pair_precision: share of pairs in one cluster that have one hand.
        pair_recall: share of pairs of one hand that are in one cluster.
        v_measure: harmonic mean of homogeneity and completeness.
        adjusted_rand: the adjusted Rand index of the items that are not alone in both partitions.
        variation: variation of information, in bits: what either partition leaves unknown of the other.
        largest_cluster: share of all items in the largest cluster.
        hands_in_largest: how many hands are in it; of several of one size, in that with most.
        false_merges: hands too many in clusters: so many links at least are wrong.
        contaminated: share of items whose cluster has an item of another hand.
    """

    items: int
    clusters: int
    hands: int
    bcubed_precision: float | None
    bcubed_recall: float | None
    value_precision: float | None
    value_recall: float | None
    worst_precision: float | None
    worst_recall: float | None
    pair_precision: float | None
    pair_recall: float | None
    v_measure: float | None
    adjusted_rand: float | None
    variation: float | None
    largest_cluster: float | None
    hands_in_largest: int | None
    false_merges: int
    contaminated: float | None


def agreement(table: CommonTable) -> Agreement:
    """Every figure from one table."""
    items, weight = table.items, table.weight
    n, in_cluster, of_hand = int(items.sum()), table.of_clusters(items), table.of_hands(items)
    precision, recall = items / in_cluster, items / of_hand
    clusters, hands = _total(table.cluster, items), _total(table.hand, items)
    right, together, own = _pairs(items), _pairs(clusters), _pairs(hands)
    return Agreement(
        items=n,
        clusters=len(clusters),
        hands=len(hands),
        bcubed_precision=_mean(precision, items),
        bcubed_recall=_mean(recall, items),
        value_precision=_mean(weight / np.maximum(table.of_clusters(weight), 1), weight),
        value_recall=_mean(weight / np.maximum(table.of_hands(weight), 1), weight),
        worst_precision=worst_mean(precision, items),
        worst_recall=worst_mean(recall, items),
        pair_precision=right / together if together else None,
        pair_recall=right / own if own else None,
        v_measure=v_measure(items, clusters, hands),
        adjusted_rand=adjusted_rand(table.cluster, table.hand, items),
        variation=variation(items, clusters, hands),
        largest_cluster=int(clusters.max()) / n if n else None,
        hands_in_largest=_hands_in_largest(table, clusters) if n else None,
        false_merges=len(items) - len(clusters),
        contaminated=int(items[in_cluster > items].sum()) / n if n else None,
    )


def worst_mean(values: F64, counts: I64, share: float = WORST) -> float | None:
    """The mean over the items with the lowest values, a share of all items, at least one."""
    total = int(counts.sum())
    if not total:
        return None
    order = np.argsort(values, kind="stable")
    wanted = max(1.0, share * total)
    before = np.cumsum(counts[order]) - counts[order]
    taken = np.clip(wanted - before, 0, counts[order])
    return float((values[order] * taken).sum() / wanted)


def add_up(place: Numbers, values: I64, length: int) -> I64:
    """Sums of values by place, exact."""
    out = np.zeros(length, np.int64)
    np.add.at(out, place, values)
    return out


def _total(place: I64, column: I64) -> I64:
    return add_up(place, column, int(place.max(initial=-1)) + 1)


def _mean(values: F64, counts: I64) -> float | None:
    total = int(counts.sum())
    return float((values * counts).sum() / total) if total else None


def _pairs(counts: I64) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _hands_in_largest(table: CommonTable, clusters: I64) -> int:
    inside = np.bincount(table.cluster)
    return int(inside[clusters == clusters.max()].max())


def adjusted_rand(cluster: I64, hand: I64, items: I64) -> float | None:
    """The adjusted Rand index of items that are not alone on both sides, from how many each pair has.

    None where all are alone, or chance alone explains all of it.
    """
    in_cluster, of_hand = _total(cluster, items)[cluster], _total(hand, items)[hand]
    kept = (in_cluster > 1) | (of_hand > 1)
    items, cluster, hand = items[kept], cluster[kept], hand[kept]
    together, merged, own = (_pairs(one) for one in (items, _total(cluster, items), _total(hand, items)))
    pairs = int(items.sum()) * (int(items.sum()) - 1) // 2
    chance = merged * own / pairs if pairs else 0.0
    most = (merged + own) / 2
    return (together - chance) / (most - chance) if most != chance else None


def v_measure(cells: Counts, clusters: Counts, hands: Counts) -> float | None:
    """The harmonic mean of homogeneity and completeness, from how many items each has."""
    if not cells.sum():
        return None
    joint, found, true = map(entropy, (cells, clusters, hands))
    homogeneity = 1.0 if true == 0 else 1 - (joint - found) / true
    completeness = 1.0 if found == 0 else 1 - (joint - true) / found
    both = homogeneity + completeness
    return 2 * homogeneity * completeness / both if both else 0.0


def variation(cells: Counts, clusters: Counts, hands: Counts) -> float | None:
    """The variation of information, in bits; never below 0."""
    if not cells.sum():
        return None
    joint, found, true = map(entropy, (cells, clusters, hands))
    return max(0.0, (2 * joint - found - true) / log(2))


def entropy(counts: Counts) -> float:
    """In nats."""
    held = counts[counts > 0]
    share = held / held.sum()
    return float(-(share * np.log(share)).sum())
