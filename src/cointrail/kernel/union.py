"""Union-find with a proof forest: which scripts are joined, and by which edge each was.

`parent` and `size` are the partition: path halving, union by size. The proof forest beside it holds
only edges that joined something. To link two trees, the one of the smaller side is turned until the
edge's own end is its root; then it hangs from the other end. Every script is turned at most log2(n)
times. Source: Nieuwenhuis & Oliveras, Proof-producing congruence closure, RTA 2005, sec. 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import kernel

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

NO_TX = 0xFFFFFFFF
"""The transaction of an edge that needs none."""

_NO_SCRIPT = 0xFFFFFFFF
_SAFE = 0


class Forest(NamedTuple):
    """The partition and its proof, one row a script; 17 bytes each.

    Row x of the proof is the edge from x to `proof_parent[x]`; a root is its own parent.
    """

    parent: U32
    size: U32
    proof_parent: U32
    proof_tx: U32
    proof_rule: U8


@kernel
def find_root(parent: U32, x: int) -> int:
    """The root of x; halves the path on the way."""
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@kernel
def turn(forest: Forest, x: int) -> None:
    """Make x the root of its proof tree: reverse the edges from x to the old root."""
    below = x
    above = forest.proof_parent[x]
    tx, rule = forest.proof_tx[x], forest.proof_rule[x]
    forest.proof_parent[x] = x
    while above != below:
        next_above, next_tx, next_rule = (
            forest.proof_parent[above],
            forest.proof_tx[above],
            forest.proof_rule[above],
        )
        forest.proof_parent[above], forest.proof_tx[above], forest.proof_rule[above] = below, tx, rule
        below, above, tx, rule = above, next_above, next_tx, next_rule


@kernel
def join(forest: Forest, a: int, b: int, tx: int, rule: int) -> bool:
    """Join two scripts by an edge; False when they were joined before."""
    root_a, root_b = find_root(forest.parent, a), find_root(forest.parent, b)
    if root_a == root_b:
        return False
    if forest.size[root_a] > forest.size[root_b]:
        a, b, root_a, root_b = b, a, root_b, root_a
    turn(forest, a)
    forest.proof_parent[a], forest.proof_tx[a], forest.proof_rule[a] = b, tx, rule
    forest.parent[root_a] = root_b
    forest.size[root_b] += forest.size[root_a]
    return True


@kernel
def join_pairs(forest: Forest, left: U32, right: U32, tx: U32, rule: U8) -> int:
    """Join `left[k]` with `right[k]` in order; how many edges joined something."""
    joined = 0
    for k in range(len(left)):
        joined += join(forest, left[k], right[k], tx[k], rule[k])
    return joined


@kernel
def join_inputs(
    forest: Forest,
    first_tx: int,
    in_start: I64,
    in_script: U32,
    gate: U8,
    reasons: U32,
    rule: int,
    skipped: I64,
) -> int:
    """Join the input scripts of each transaction that the gate calls safe, to the first of them.

    A transaction that has two known scripts or more and is not safe adds one to `skipped[k]` for
    each reason k. Returns how many edges joined something.
    """
    joined = 0
    for t in range(len(gate)):
        first = _NO_SCRIPT
        several = False
        for k in range(in_start[t], in_start[t + 1]):
            script = in_script[k]
            if script in (_NO_SCRIPT, first):
                continue
            if first == _NO_SCRIPT:
                first = script
                continue
            several = True
            if gate[t] == _SAFE:
                joined += join(forest, first, script, first_tx + t, rule)
        if several and gate[t] != _SAFE:
            for bit in range(len(skipped)):
                skipped[bit] += (reasons[t] >> bit) & 1
    return joined


@kernel
def label_smallest(parent: U32, label: U32) -> None:
    """Label every script with the smallest member of its tree."""
    label[:] = _NO_SCRIPT
    for x in range(len(parent)):
        root = find_root(parent, x)
        if label[root] == _NO_SCRIPT:
            label[root] = x
        label[x] = label[root]


def new_forest(n: int) -> Forest:
    """A forest of `n` single scripts."""
    return Forest(
        np.arange(n, dtype=np.uint32),
        np.ones(n, dtype=np.uint32),
        np.arange(n, dtype=np.uint32),
        np.full(n, NO_TX, dtype=np.uint32),
        np.zeros(n, dtype=np.uint8),
    )
