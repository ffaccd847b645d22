"""The learned change model over columns: what it sees, what its trees say, which output it picks.

The definitions are `cointrail.heuristics.change.features` and `model`. Everything is a whole number: sums of
leaves are in millionths of a logit, so their order does not matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.change_print import I64, U8, U64, ChangeColumns, Sums, sums_of, trailing_zeros
from cointrail.kernel.change_vote import BOOL, VoteLimits, hard_conflicts
from cointrail.kernel.jit import int64, kernel

I32 = npt.NDArray[np.int32]
I16 = npt.NDArray[np.int16]

_NO_TYPE, _OP_RETURN = 0xFF, 9
_SEVERAL, _UNKNOWN = 14, 15
_SPOKE = 8
_KINDS = (1 << 11) - 1


class ModelLimits(NamedTuple):
    """The named constants of the features."""

    most_inputs: int
    most_zeros: int
    most_doublings: int
    unspent: int
    cannot_tell: int
    most_outputs: int


class Trees(NamedTuple):
    """All trees behind one another, each in preorder: the left child of a node is the next node."""

    start: I32
    """The root of each tree."""
    feature: I16
    """-1 for a leaf."""
    most: I32
    """The greatest value that goes left."""
    right: I32
    """The right child."""
    leaf: I32
    """In millionths of a logit."""
    base: int
    """What the sum begins with."""
    cut: int
    """The model picks an output whose sum is at least this, where no other's is."""
    family: U8
    """Of each script type, as strata are told apart."""
    known: BOOL
    """Per stratum, whether the model may speak in it."""


@kernel
def _input_type(col: ChangeColumns, t: int) -> int:
    i0, i1 = col.in_start[t], col.in_start[t + 1]
    kind = int64(col.in_type[i0])
    several = False
    for k in range(i0, i1):
        if col.in_type[k] == _NO_TYPE:
            return _UNKNOWN
        several = several or col.in_type[k] != kind
    return _SEVERAL if several else kind


@kernel
def _bits(value: int) -> int:
    """How many binary digits a number has."""
    count = 0
    while value > 0:
        value >>= 1
        count += 1
    return count


@kernel
def _zeros(value: int, limits: ModelLimits) -> int:
    return min(trailing_zeros(value), limits.most_zeros) if value > 0 else limits.most_zeros


@kernel
def _write_tx(col: ChangeColumns, t: int, mine: int, places: int, limits: ModelLimits, row: I64) -> None:
    """The first ten columns, which are the transaction's."""
    row[0] = min(col.in_start[t + 1] - col.in_start[t], limits.most_inputs)
    row[1] = places
    row[2] = mine >> 1 & 15
    row[3] = mine >> 5 & 7
    row[4] = mine >> 8 & 15
    row[5] = mine >> 20 & 1
    row[6] = mine >> 26 & 3
    row[7] = mine >> 28 & 3
    row[8] = mine >> 30 & 3
    row[9] = _input_type(col, t)


@kernel
def _write_own(
    col: ChangeColumns,
    o: int,
    n: int,
    sums: Sums,
    sure: bool,  # noqa: FBT001
    limits: ModelLimits,
    row: I64,
) -> None:
    """The columns that need no other output; those that do hold its part of the sum or the maximum."""
    value, kind = int64(col.out_value[o]), int64(col.out_type[o])
    row[10] = kind
    row[11] = 0 if n == 0 else 2 if n == sums.places - 1 else 1
    row[12] = limits.cannot_tell if row[9] > 10 else 1 if kind == row[9] else 0
    row[16] = _zeros(value, limits)
    row[18], row[19] = limits.cannot_tell, limits.cannot_tell
    if sure:
        row[18] = 1 if value < sums.least else 0
        row[19] = 1 if value + sums.fee < sums.least else 0


@kernel
def _write_other(
    col: ChangeColumns, o: int, p: int, least: int, fresh: int, zeros: int, found: int, row: I64
) -> None:
    """Add what another output `p` says beside output `o`."""
    row[13] += 1 if col.out_type[p] == col.out_type[o] else 0
    row[15] += fresh
    row[17] = max(row[17], zeros)
    row[20] += 1 if col.out_value[p] < least else 0
    row[21] += 1 if col.out_value[p] > col.out_value[o] else 0
    row[22] = max(row[22], _bits(int64(col.out_value[p])))
    row[25] = min(row[25], found)


@kernel
def write_features(
    col: ChangeColumns,
    t: int,
    mine: int,
    fresh: BOOL,
    spender_print: U64,
    postage: I64,
    limits: ModelLimits,
    vote: VoteLimits,
    rows: I64,
) -> int:
    """Write a row for each spendable output; how many. 0 where there are not two or three, or no input."""
    sums = sums_of(col, t)
    if sums.places < 2 or sums.places > limits.most_outputs or col.in_start[t + 1] == col.in_start[t]:
        return 0
    sure = sums.known and col.in_start[t + 1] - col.in_start[t] > 1
    least = sums.least if sure else int64(0)
    o0, o1 = col.out_start[t], col.out_start[t + 1]
    n = 0
    for o in range(o0, o1):
        if col.out_type[o] == _OP_RETURN:
            continue
        row = rows[n]
        row[:] = 0
        _write_tx(col, t, mine, sums.places, limits, row)
        _write_own(col, o, n, sums, sure, limits, row)
        row[14] = 1 if fresh[o] else 0
        row[24], row[25] = _conflicts(mine, spender_print[o], limits, vote), limits.unspent
        for p in range(o0, o1):
            if p != o and col.out_type[p] != _OP_RETURN:
                found = _conflicts(mine, spender_print[p], limits, vote)
                zeros = _zeros(int64(col.out_value[p]), limits)
                _write_other(col, o, p, least, 1 if fresh[p] else 0, zeros, found, row)
        doublings = _bits(int64(col.out_value[o])) - row[22]
        row[22] = max(-limits.most_doublings, min(limits.most_doublings, doublings))
        for one in postage:
            row[23] |= 1 if one == col.out_value[o] else 0
        spender = int64(spender_print[o])
        row[26] = spender >> 32 & 15 if spender != 0 else 0
        row[27] = limits.cannot_tell
        if spender != 0:
            row[27] = 1 if (mine & spender) >> 40 & _KINDS else 0
        n += 1
    return n


@kernel
def _conflicts(mine: int, spender: int, limits: ModelLimits, vote: VoteLimits) -> int:
    other = int64(spender)
    return hard_conflicts(mine, other, vote) if other != 0 else limits.unspent


@kernel
def score_row(row: I64, trees: Trees) -> int:
    """What the trees say of one output, in millionths of a logit."""
    total = int64(trees.base)
    for root in trees.start:
        node = int64(root)
        while trees.feature[node] >= 0:
            goes_left = row[trees.feature[node]] <= trees.most[node]
            node = node + 1 if goes_left else int64(trees.right[node])
        total += trees.leaf[node]
    return total


@kernel
def stratum_of_row(row: I64, trees: Trees) -> int:
    """The place of the transaction's kind among the strata."""
    family = trees.family[row[9]] if row[9] <= 10 else trees.family[0]
    return int64(family) * 4 + (2 if row[0] > 1 else 0) + (1 if row[1] > 2 else 0)


@kernel
def ask_model(
    col: ChangeColumns,
    prints: U64,
    fresh: BOOL,
    spender_print: U64,
    postage: I64,
    limits: ModelLimits,
    vote: VoteLimits,
    trees: Trees,
    rows: I64,
    answers: U8,
) -> None:
    """Write the four bits of the model's answer on every transaction; 0 where it abstains."""
    for t in range(len(answers)):
        answers[t] = 0
        count = write_features(col, t, int64(prints[t]), fresh, spender_print, postage, limits, vote, rows)
        if count == 0 or not trees.known[stratum_of_row(rows[0], trees)]:
            continue
        mask = 0
        for n in range(count):
            mask |= 1 << n if score_row(rows[n], trees) >= trees.cut else 0
        if mask == 1 or mask == 2 or mask == 4:
            answers[t] = _SPOKE | mask


@kernel
def write_samples(
    col: ChangeColumns,
    prints: U64,
    fresh: BOOL,
    spender_print: U64,
    postage: I64,
    limits: ModelLimits,
    vote: VoteLimits,
    asked: BOOL,
    rows: I64,
    found: I16,
    place: I64,
) -> int:
    """Write the features of all spendable outputs of the transactions that are asked for; how many rows.

    `place` holds, for each row, the output's place in the batch.
    """
    at = 0
    for t in range(len(asked)):
        if not asked[t]:
            continue
        count = write_features(col, t, int64(prints[t]), fresh, spender_print, postage, limits, vote, rows)
        n = 0
        for o in range(col.out_start[t], col.out_start[t + 1]):
            if count > 0 and col.out_type[o] != _OP_RETURN:
                place[at] = o
                for k in range(rows.shape[1]):
                    found[at, k] = rows[n, k]
                n, at = n + 1, at + 1
    return at
