"""Links that alone hold a cluster together, with what would be split off without them.

The proof of a cluster is a tree, so each of its links splits it in two. Most are backed by others: every
link beside the tree gets a random mark that is put on both its ends; where the marks below a link of the
tree cancel out, none leads across (but for chance, 2**-64 each). Linear. Source: methods.md 1.13 (d); the
test by random marks: Pritchard & Thurimella, Fast computation of small cuts, 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.links import LinkTable, outputs_of
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import Link
from cointrail.kernel import proof as kernel
from cointrail.kernel.trees import sum_below
from cointrail.kernel.union import join_pairs
from cointrail.store.schema import NOT_YET

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

_SEED = 0x6272_6964_6765
"""Of the marks: the same cluster gives the same answer."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A link without which a part of the cluster would be apart, by its row among the links.

    `scripts`, `received_sat` and `balance_sat`, compared in this order, are of the smaller part: what is at
    risk.
    """

    row: int
    scripts: int
    received_sat: int
    balance_sat: int


def sums_of(chain: ChainView, members: U32) -> I64:
    """Of each member: 1, satoshi received, satoshi unspent. Time in proportion to their outputs."""
    member, outputs = outputs_of(chain, members)
    values = chain.column("outputs.value").take(outputs)
    unspent = chain.spent_by_many(outputs) == NOT_YET
    sums = np.zeros((len(members), 3), np.int64)
    sums[:, 0] = 1
    np.add.at(sums[:, 1], member, values)
    np.add.at(sums[:, 2], member[unspent], values[unspent])
    return sums


def tree_of(members: int, links: LinkTable) -> tuple[Array, kernel.Trees]:
    """Which links joined something in their order, and the tree that they are, from member 0.

    The links must join all members.
    """
    joined = np.empty(len(links.one), np.bool_)
    join_pairs(np.arange(members, dtype=np.uint32), links.one, links.other, joined)
    rows = np.flatnonzero(joined)
    own = links.take(rows)
    nothing = np.zeros(len(rows), np.uint32)
    edges = kernel.Edges(nothing, own.one, own.other, rows.astype(np.uint32), own.rule)
    sums = kernel.Sums(*(np.zeros(members, np.uint32) for _ in range(3)))
    trees = kernel.Trees(*(np.empty(members, dtype) for dtype in ("u4", "u4", "u1")))
    kernel.add_edges(edges, sums)
    kernel.hang_trees(edges, np.array([0, members]), sums, trees)
    return joined, trees


def find_bridges(members: U32, links: LinkTable, sums: I64, limit: int) -> tuple[tuple[Bridge, ...], int]:
    """The bridges of a cluster, worst first: what splits off the largest share of its scripts or its value.

    Args:
        members: script numbers, ascending; all joined by the links.
        links: all links among them.
        sums: of `sums_of`.
        limit: how many at most.

    Returns:
        The bridges, and how many there are in all.
    """
    if len(members) == 1:
        return (), 0
    trees, bridges, below = _split(len(members), links, sums)
    part = below[bridges]
    smaller = np.minimum(part, below[0] - part)
    share = np.maximum(smaller[:, 0] / len(members), smaller[:, 1] / max(1, int(below[0, 1])))
    worst = np.lexsort((bridges, -share))[:limit]
    found = (_bridge(trees, int(bridges[k]), below) for k in worst)
    return tuple(found), len(bridges)


@dataclass(frozen=True, slots=True)
class CutOff:
    """A bridge, and what only it joins to the anchors: `near` is on their side, `far` on the other.

    `sums` are of the part that would be apart, in the order that they were given in.
    """

    near: int
    far: int
    tx_num: int | None
    link: Link
    sums: tuple[int, ...]


def find_cut_off(members: U32, links: LinkTable, sums: I64, anchors: U32) -> list[CutOff]:
    """What each bridge of a cluster joins to some of its members, the part with the largest first sum first.

    A bridge with anchors on both sides cuts nothing off.

    Args:
        members: script numbers, ascending; all joined by the links.
        links: all links among them.
        sums: per member its quantities.
        anchors: scripts among the members, at least one.
    """
    if len(members) == 1:
        return []
    anchored = np.isin(members, anchors).astype(np.int64)
    trees, bridges, below = _split(len(members), links, np.column_stack((sums, anchored)))
    found = [_cut_off(members, links, trees, child, below) for child in bridges.tolist()]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (-one.sums[0], one.near, one.far)
    )


def _cut_off(members: U32, links: LinkTable, trees: kernel.Trees, child: int, below: I64) -> CutOff | None:
    part, rest = below[child], below[0] - below[child]
    ends = (int(members[trees.parent[child]]), int(members[child]))
    if part[-1] and rest[-1]:
        return None
    (near, far), lost = (ends, part) if rest[-1] else (ends[::-1], rest)
    row = int(trees.tx[child])
    tx = int(links.tx[row])
    sums = tuple(map(int, lost[:-1]))
    return CutOff(near, far, None if tx == NO_TX else tx, Link(int(links.rule[row])), sums)


def _split(members: int, links: LinkTable, sums: I64) -> tuple[kernel.Trees, Array, I64]:
    """The tree of the links, the members whose link to the next one up is a bridge, and sums below each."""
    joined, trees = tree_of(members, links)
    marks = np.zeros(members, np.uint64)
    beside = np.flatnonzero(~joined)
    dice = np.random.default_rng(_SEED).integers(0, 1 << 64, len(beside), np.uint64)
    for ends in (links.one, links.other):
        np.bitwise_xor.at(marks, ends[beside], dice)
    below = sums.copy()
    sum_below(trees.parent, np.zeros(members, np.uint32), below, marks)
    return trees, 1 + np.flatnonzero(marks[1:] == 0), below


def _bridge(trees: kernel.Trees, child: int, below: I64) -> Bridge:
    part, rest = below[child], below[0] - below[child]
    return Bridge(int(trees.tx[child]), *map(int, part if tuple(part) <= tuple(rest) else rest))
