"""The partition search of the gate, over columns.

The definition is `cointrail.heuristics.partition`; names here are its names. Limits and bits come in
as arguments, so a cached build never holds an old one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import kernel
from cointrail.kernel.sorting import sort_first

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]

_NO_HEIGHT = 0xFFFFFFFF
_NO_SCRIPT = 0xFFFFFFFF
_OP_RETURN = 9


class PartitionLimits(NamedTuple):
    """The named constants of the partition rules, and the bits of their reasons."""

    first: int
    last: int
    min_side: int
    max_parts: int
    chance: int
    sharedcoin_bit: int
    balanced_bit: int


class Scratch(NamedTuple):
    """Room for the parts of one transaction and for the sums of their subsets."""

    scripts: U32
    hands: I64
    outs: I64
    brought: I64
    paid: I64


@kernel
def gather_hands(in_script: U32, in_value: I64, i0: int, i1: int, limit: int, room: Scratch) -> int:
    """Sum input values by script; how many scripts, limit + 1 when more, -1 when one is unknown."""
    signers = 0
    for k in range(i0, i1):
        if in_script[k] == _NO_SCRIPT or in_value[k] < 0:
            return -1
    for k in range(i0, i1):
        at = 0
        while at < signers and room.scripts[at] != in_script[k]:
            at += 1
        if at == signers:
            if signers == limit:
                return limit + 1
            room.scripts[at], room.hands[at] = in_script[k], 0
            signers += 1
        room.hands[at] += in_value[k]
    return signers


@kernel
def gather_outputs(out_value: I64, out_type: U8, o0: int, o1: int, limit: int, room: Scratch) -> int:
    """Copy spendable values; how many, limit + 1 when more."""
    n = 0
    for k in range(o0, o1):
        if out_type[k] != _OP_RETURN:
            if n == limit:
                return limit + 1
            room.outs[n] = out_value[k]
            n += 1
    return n


@kernel
def drop_zeros(values: I64, n: int) -> int:
    """Move the values that are not zero to the front; how many."""
    kept = 0
    for k in range(n):
        if values[k] != 0:
            values[kept] = values[k]
            kept += 1
    return kept


@kernel
def sum_subsets(values: I64, first: int, n: int, base: int, sums: I64) -> int:
    """All sums of `base` and a subset of `values[first:n]`, ascending; how many."""
    sums[0] = base
    count = 1
    for k in range(first, n):
        for s in range(count):
            sums[count + s] = sums[s] + values[k]
        count *= 2
    sort_first(sums, count)
    return count


@kernel
def balances(room: Scratch, hands: int, outs: int, slack: int) -> bool:
    """Twin of `_balances`: the part that holds the first hand, within the whole fee."""
    brought = sum_subsets(room.hands, 1, hands, room.hands[0], room.brought) - 1
    paid = sum_subsets(room.outs, 0, outs, 0, room.paid) - 1
    at = 1
    for k in range(brought):
        while at < paid and room.paid[at] <= room.brought[k]:
            at += 1
        if at > 1 and room.brought[k] - room.paid[at - 1] <= slack:
            return True
    return False


@kernel
def judge_partition(
    height: int, n_in: int, signers: int, n_out: int, lim: PartitionLimits, room: Scratch
) -> int:
    """The reasons of one transaction whose hands and outputs are in scratch."""
    window = height != _NO_HEIGHT and lim.first <= height <= lim.last
    window = window and n_in >= lim.min_side and n_out >= lim.min_side
    if signers > lim.max_parts or n_out > lim.max_parts:
        return lim.sharedcoin_bit if window and signers > 1 else 0
    hands, outs = drop_zeros(room.hands, signers), drop_zeros(room.outs, n_out)
    if hands < 2 or outs < 2:
        return 0
    total = slack = 0
    for k in range(hands):
        total += room.hands[k]
    slack = total
    for k in range(outs):
        slack -= room.outs[k]
    unlikely = slack >= 0 and total // ((slack + 1) * lim.chance) >= 1 << (hands + outs)
    if not (window or unlikely) or not balances(room, hands, outs, slack):
        return 0
    return (lim.sharedcoin_bit if window else 0) | (lim.balanced_bit if unlikely else 0)


@kernel
def judge_partitions(
    height: U32,
    in_start: I64,
    in_value: I64,
    in_script: U32,
    out_start: I64,
    out_value: I64,
    out_type: U8,
    lim: PartitionLimits,
    room: Scratch,
    reasons: U32,
) -> None:
    """Add the partition reasons to every transaction's bit set."""
    for t in range(len(reasons)):
        i0, i1, o0, o1 = in_start[t], in_start[t + 1], out_start[t], out_start[t + 1]
        if i1 - i0 < 2 or o1 - o0 < 2:
            continue
        signers = gather_hands(in_script, in_value, i0, i1, lim.max_parts, room)
        if signers < 2:
            continue
        n_out = gather_outputs(out_value, out_type, o0, o1, lim.max_parts, room)
        reasons[t] |= np.uint32(judge_partition(height[t], i1 - i0, signers, n_out, lim, room))
