"""Union-find by the smallest number: which scripts are joined, and which edges joined them.

`parent` is all of the state: uint32, one row a script, a root is its own parent, and no parent is greater
than its script. So the root of a tree is its smallest member, which is the label of a cluster, and
flattening is one pass. Paths are halved on the way. Source: Tarjan & van Leeuwen, Worst-case analysis of
set union algorithms, JACM 1984; GraphSense links by the smaller number too.

Every edge that joins something is written out. Those edges are a forest whatever the order of roots is:
the proofs are made of it afterwards (`cointrail.kernel.proof`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

_NO_SCRIPT = 0xFFFFFFFF
_SAFE = 0
_AHEAD = 12
"""Inputs: so far ahead their parents are asked for, which lie anywhere in memory."""


class Edges(NamedTuple):
    """Room for edges that joined something: two scripts, and the transaction that shows it."""

    one: U32
    other: U32
    tx: U32


@kernel
def find_root(parent: U32, x: int) -> int:
    """The root of x; halves the path on the way."""
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@kernel
def join(parent: U32, a: int, b: int) -> bool:
    """Join two scripts; False when they were joined before."""
    a, b = find_root(parent, a), find_root(parent, b)
    if a == b:
        return False
    if a < b:
        parent[b] = a
    else:
        parent[a] = b
    return True


@kernel
def join_pairs(parent: U32, left: U32, right: U32, joined: npt.NDArray[np.bool_]) -> None:
    """Join `left[k]` with `right[k]` in order; `joined[k]` says whether that joined something."""
    for k in range(len(left)):
        joined[k] = join(parent, left[k], right[k])


@kernel
def _fetch_ahead(parent: U32, in_script: U32, k: int) -> None:
    """Ask for the parents of scripts that come soon, and for the parents of those that come sooner."""
    if k + 2 * _AHEAD < len(in_script):
        prefetch(address_of(parent) + 4 * int64(in_script[k + 2 * _AHEAD]))
        near = in_script[k + _AHEAD]
        if near != _NO_SCRIPT:
            prefetch(address_of(parent) + 4 * int64(parent[near]))


@kernel
def join_inputs(
    parent: U32,
    first_tx: int,
    in_start: I64,
    in_script: U32,
    gate: U8,
    reasons: U32,
    skipped: I64,
    edges: Edges,
) -> int:
    """Join the input scripts of each transaction that the gate calls safe, to the first of them.

    A transaction that has two known scripts or more and is not safe adds one to `skipped[k]` for
    each reason k.

    Returns:
        How many edges joined something; those are in the first rows of `edges`, which has a row for
        every input.
    """
    joined = 0
    for t in range(len(gate)):
        first = _NO_SCRIPT
        several = False
        for k in range(in_start[t], in_start[t + 1]):
            script = in_script[k]
            _fetch_ahead(parent, in_script, k)
            if script in (_NO_SCRIPT, first):
                continue
            if first == _NO_SCRIPT:
                first = script
                continue
            several = True
            if gate[t] == _SAFE and join(parent, first, script):
                edges.one[joined] = first
                edges.other[joined] = script
                edges.tx[joined] = first_tx + t
                joined += 1
        if several and gate[t] != _SAFE:
            for bit in range(len(skipped)):
                skipped[bit] += (reasons[t] >> bit) & 1
    return joined


@kernel
def flatten(parent: U32) -> None:
    """Make every script's parent the smallest member of its tree."""
    for x in range(len(parent)):
        parent[x] = parent[parent[x]]
