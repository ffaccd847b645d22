"""Joining by weak links: what would bring together two that must stay apart is refused, and listed.

Most links contradict nothing, so first all of them join. Only the clusters in which that brought a pair
together are joined again, link by link in their order, now with an eye on the pairs: nothing outside of
them can be contradicted, for a union that contradicts a pair leaves the pair in one cluster.

A refusal stays right whatever joins later: clusters only grow, and so the pair stays between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.shelf import PIECE
from cointrail.kernel.apart import JOINED, REFUSED, Apart, join_apart
from cointrail.kernel.union import flatten, join_pairs

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class Table(NamedTuple):
    """Links or pairs: two scripts, the transaction that shows it, and the rule or the reason."""

    one: U32
    other: U32
    tx: U32
    kind: U8

    def take(self, rows: I64) -> Table:
        """Some rows."""
        columns: list[Array] = [column[rows] for column in self]
        return Table(*columns)


class Joined(NamedTuple):
    """What came of some links."""

    parent: U32
    """Per script the smallest member of its cluster."""
    outcome: U8
    """Of each link: `NOTHING`, `JOINED` or `REFUSED`."""
    refused: I64
    """The links that were refused, ascending."""
    against: I64
    """For each of them the pair that it contradicts."""


def join_weak(label: U32, links: Table, pairs: Table) -> Joined:
    """Join clusters by links in their order, and refuse what contradicts a pair.

    Pairs that are together already are void: what joined them was stronger.

    Memory: 5 bytes a script and 1 a link; where something is contradicted, 60 bytes for each link and each
    pair of the clusters that it is contradicted in.

    Args:
        label: of the clusters so far.
        links: of one tier; may be mapped.
        pairs: to be kept apart; may be mapped.
    """
    parent = np.array(label)
    outcome = np.zeros(len(links.one), np.uint8)
    for own in _pieces(len(links.one)):
        one, other = (np.array(column[own]) for column in (links.one, links.other))
        join_pairs(parent, one, other, outcome[own].view(np.bool_))
    flatten(parent)
    doubtful = np.zeros(len(label), np.bool_)
    for own in _pieces(len(pairs.one)):
        doubtful[parent[_contradicted(label, parent, pairs, own)]] = True
    if not doubtful.any():
        return Joined(parent, outcome, *(np.empty(0, np.int64) for _ in range(2)))
    return _join_again(label, links, pairs, Joined(parent, outcome, *(np.empty(0, np.int64),) * 2), doubtful)


def _contradicted(label: U32, parent: U32, pairs: Table, own: slice) -> U32:
    """One end of each pair that the unions have brought together."""
    one, other = pairs.one[own], pairs.other[own]
    ends: U32 = one[(label[one] != label[other]) & (parent[one] == parent[other])]
    return ends


def _join_again(label: U32, links: Table, pairs: Table, first: Joined, doubtful: Bools) -> Joined:
    """Take the unions in doubtful clusters back, and join those again."""
    parent, outcome = first.parent, first.outcome
    rows = _where(links, lambda one, _: doubtful[parent[one]])
    kept = _where(
        pairs,
        lambda one, other: (
            doubtful[parent[one]] & (label[one] != label[other]) & (parent[one] == parent[other])
        ),
    )
    for own in _pieces(len(label)):
        parent[own] = np.where(doubtful[parent[own]], label[own], parent[own])
    ends = [
        label[column] for table, chosen in ((links, rows), (pairs, kept)) for column in _ends(table, chosen)
    ]
    nodes, places = np.unique(np.concatenate(ends), return_inverse=True)
    one, other, pair_one, pair_other = (
        places.astype(np.uint32)[a:b] for a, b in _spans([len(rows), len(rows), len(kept), len(kept)])
    )
    again, against = np.zeros(len(rows), np.uint8), np.zeros(len(rows), np.uint32)
    join_apart(
        np.arange(len(nodes), dtype=np.uint32),
        one,
        other,
        apart_of(len(nodes), pair_one, pair_other),
        again,
        against,
    )
    outcome[rows] = again
    held = rows[again == JOINED]
    join_pairs(parent, links.one[held], links.other[held], np.empty(len(held), np.bool_))
    flatten(parent)
    refused = again == REFUSED
    return Joined(parent, outcome, rows[refused], kept[against[refused]])


def apart_of(nodes: int, one: U32, other: U32) -> Apart:
    """Pairs of nodes as `join_apart` takes them, by their place."""
    ends = np.concatenate([one, other])
    order = np.argsort(ends, kind="stable")
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=start[1:])
    near = np.concatenate([other, one])[order]
    pair = np.tile(np.arange(len(one), dtype=np.uint32), 2)[order]
    following = np.arange(nodes, dtype=np.uint32)
    nobody = np.full(nodes, nodes, np.uint32)
    return Apart(start, near, pair, following, 1 + np.diff(start), nobody, np.zeros(nodes, np.uint32))


def _pieces(rows: int) -> Iterator[slice]:
    return (slice(first, first + PIECE) for first in range(0, rows, PIECE))


def _where(table: Table, test: Any) -> I64:
    found = [np.empty(0, np.int64)]
    found += [
        own.start + np.flatnonzero(test(table.one[own], table.other[own])) for own in _pieces(len(table.one))
    ]
    return np.concatenate(found)


def _ends(table: Table, rows: I64) -> tuple[U32, U32]:
    return table.one[rows], table.other[rows]


def _spans(lengths: list[int]) -> Iterator[tuple[int, int]]:
    ends = np.cumsum(lengths).tolist()
    return zip([0, *ends[:-1]], ends, strict=True)
