"""Intervals of what is said of whole partitions, by drawing hands again with all their scripts.

What a script's cluster and its hand hold stays as it is; the hands whose scripts are asked about are drawn.
V-measure, variation, the Rand index and the largest cluster are no means over scripts, and a hand that is
drawn twice would look like a wrong cluster: these have the interval of a jackknife over groups of hands
(Efron and Stein 1981).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cointrail.evaluate.agreement import CommonTable, add_up, adjusted_rand, v_measure, variation, worst_mean
from cointrail.evaluate.bootstrap import Interval, ratio_interval
from cointrail.evaluate.intervals import CONFIDENCE

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

WORST_DRAWS = 200
"""Samples for means that are put together anew from each."""

GROUPS = 100
"""Groups of hands that a jackknife leaves out, one at a time."""

_Z = 1.959964
"""Two-sided, for `CONFIDENCE`, of the normal distribution."""


def cluster_intervals(
    table: CommonTable, tagged: npt.NDArray[np.bool_], seed: int
) -> dict[str, Interval | None]:
    """The interval of every figure that has one, by the figure's name.

    Args:
        table: clusters and hands.
        tagged: of each hand whether it is publicly tagged.
        seed: of the draws.
    """
    found: dict[str, Interval | None] = {}
    for name, above, below in _shares(table, tagged):
        per_hand = np.bincount(table.hand, above), np.bincount(table.hand, below)
        found[name] = ratio_interval(*per_hand, seed=seed)
    return found | _worst(table, seed) | _left_out(table, seed)


def outside_intervals(table: CommonTable, seed: int) -> dict[str, Interval | None]:
    """The intervals of what clusters are outside PayJoin and custody."""
    items = table.items.astype(np.float64)
    below = np.bincount(table.hand, items)
    return {
        name: ratio_interval(np.bincount(table.hand, items * items / whole), below, seed=seed)
        for name, whole in (
            ("outside_precision", table.of_clusters(table.items)),
            ("outside_recall", table.of_hands(table.items)),
        )
    }


def tag_contaminated(table: CommonTable, tagged: npt.NDArray[np.bool_]) -> float | None:
    """The share of items whose cluster has an item of another hand that is tagged."""
    n = int(table.items.sum())
    return int(table.items[_foreign_tag(table, tagged)].sum()) / n if n else None


def _foreign_tag(table: CommonTable, tagged: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    mine = tagged[table.hand].astype(np.int64)
    others: npt.NDArray[np.bool_] = table.of_clusters(mine) > mine
    return others


def _shares(table: CommonTable, tagged: npt.NDArray[np.bool_]) -> Iterator[tuple[str, F64, F64]]:
    """Name, what counts and out of how much, for each cell of the table."""
    items, weight = table.items.astype(np.float64), table.weight.astype(np.float64)
    in_cluster, of_hand = table.of_clusters(table.items), table.of_hands(table.items)
    yield "bcubed_precision", items * items / in_cluster, items
    yield "bcubed_recall", items * items / of_hand, items
    yield "value_precision", weight * weight / np.maximum(table.of_clusters(table.weight), 1), weight
    yield "value_recall", weight * weight / np.maximum(table.of_hands(table.weight), 1), weight
    yield "pair_precision", items * (items - 1), items * (in_cluster - 1)
    yield "pair_recall", items * (items - 1), items * (of_hand - 1)
    yield "contaminated", np.where(in_cluster > table.items, items, 0.0), items
    yield "tag_contaminated", np.where(_foreign_tag(table, tagged), items, 0.0), items


def _worst(table: CommonTable, seed: int) -> dict[str, Interval | None]:
    """Of the worst tenth, which another draw of hands puts together anew."""
    hands = int(table.hand.max(initial=-1)) + 1
    if not hands:
        return {}
    dice = np.random.default_rng(seed)
    precision = table.items / table.of_clusters(table.items)
    recall = table.items / table.of_hands(table.items)
    found = []
    for _ in range(WORST_DRAWS):
        times = np.bincount(dice.integers(0, hands, hands), minlength=hands)
        drawn = table.items * times[table.hand]
        found.append((worst_mean(precision, drawn), worst_mean(recall, drawn)))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(np.array(found, np.float64), [tail, 100 - tail], axis=0)
    return {
        name: (float(low[place]), float(high[place]))
        for place, name in enumerate(("worst_precision", "worst_recall"))
    }


def _left_out(table: CommonTable, seed: int) -> dict[str, Interval | None]:
    """Of figures of the partition as a whole: a jackknife that leaves out a group of hands at a time."""
    hands = int(table.hand.max(initial=-1)) + 1
    groups = min(hands, GROUPS)
    if groups < 2:
        return {}
    group = np.random.default_rng(seed).permutation(hands) % groups
    whole = _of_whole(table.items, table)
    parts = np.array(
        [_of_whole(np.where(group[table.hand] == one, 0, table.items), table) for one in range(groups)]
    )
    spread = _Z * np.sqrt((groups - 1) / groups * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0))
    return {
        name: (max(least, float(whole[k] - spread[k])), min(most, float(whole[k] + spread[k])))
        for k, (name, least, most) in enumerate(_WHOLE)
    }


_WHOLE = (
    ("v_measure", 0.0, 1.0),
    ("variation", 0.0, np.inf),
    ("largest_cluster", 0.0, 1.0),
    ("adjusted_rand", -1.0, 1.0),
)
"""Figures of a partition as a whole, in the order of `_of_whole`, and between what they lie."""


def _of_whole(items: I64, table: CommonTable) -> tuple[float, ...]:
    clusters = add_up(table.cluster, items, int(table.cluster.max()) + 1)
    hands = add_up(table.hand, items, int(table.hand.max()) + 1)
    return (
        v_measure(items, clusters, hands) or 0.0,
        variation(items, clusters, hands) or 0.0,
        float(clusters.max() / max(1, items.sum())),
        adjusted_rand(table.cluster, table.hand, items) or 0.0,
    )
