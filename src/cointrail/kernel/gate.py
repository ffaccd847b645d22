"""Every detector of the gate but the partition search, over columns.

The definition is `cointrail.heuristics.gate.judge`; names here are its names. All limits and bit
numbers come in as arguments, so a cached build never holds an old one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.gate_inputs import judge_inputs
from cointrail.kernel.gate_shape import (
    NO_HEIGHT,
    Columns,
    GateBits,
    GateLimits,
    Hands,
    Runs,
    Scratch,
    collect,
    measure_hands,
    measure_levels,
    measure_runs,
    most_frequent_of_all,
)
from cointrail.kernel.jit import kernel

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]

_P2WPKH, _P2TR, _OP_RETURN = 4, 6, 9


@kernel
def is_equal_outputs(mode: int, count: int, n_all: int, signers: int, lim: GateLimits) -> bool:
    """Twin of `equal_outputs` but for its counts of inputs and outputs."""
    participants = (n_all + 1) // 2
    return participants <= signers and count == participants and mode not in (lim.dust_low, lim.dust_high)


@kernel
def is_joinmarket(n_in: int, n_out: int, notes: int, runs: Runs, hands: Hands, lim: GateLimits) -> bool:
    """Twin of `joinmarket`."""
    equal = runs.jm_count
    if not (lim.jm_min_equal <= equal <= hands.signers and n_out <= 2 * equal and equal < n_out):
        return False
    if n_in >= lim.jm_large and (
        n_in > lim.jm_large_inputs * equal or 10 * n_out < lim.jm_large_outputs * equal
    ):
        return False
    places = hands.known + n_out
    reused = places - (hands.signers + hands.distinct_out - hands.shared)
    return (
        hands.distinct_out == n_out
        and max(n_in, n_out) <= lim.jm_ratio * min(n_in, n_out)
        and max(n_in, n_out) <= lim.jm_side
        and 100 * reused <= lim.jm_reuse * places
        and runs.repeated == 1
        and notes == 0
    )


@kernel
def judge_wasabi1(
    height: int,
    n_in: int,
    n_out: int,
    values: I64,
    counts: I64,
    runs: Runs,
    hands: Hands,
    lim: GateLimits,
) -> int:
    """1 where `wasabi1` holds, 2 where `wasabi1_sparse` does, else 0."""
    dated = height != NO_HEIGHT
    if n_in < lim.w1_min_inputs or (dated and height < lim.w1_first):
        return 0
    enough = lim.w1_native_equal <= runs.native_count <= n_in and runs.unique >= lim.w1_native_unique
    if hands.native and enough and not (dated and height < lim.w1_native_first):
        return 1
    if runs.w1_count < lim.w1_min_equal or hands.busiest * lim.share > n_in or hands.distinct_out != n_out:
        return 0
    total, largest = measure_levels(values, n_out, counts, lim)
    if not largest <= hands.signers <= lim.w1_each * largest:
        return 0
    paid = 0
    for k in range(n_out):
        paid += values[k]
    rest = paid % runs.w1_mode
    if n_in < lim.w1_small and min(rest, runs.w1_mode - rest) * lim.w1_round <= runs.w1_mode:
        return 0
    if 2 * total >= n_out - 1:
        return 1
    return 2 if total >= n_out - hands.signers - 1 else 0


@kernel
def is_standard(value: int, denominations: I64) -> bool:
    """Whether `value` is in the ascending table."""
    at = np.searchsorted(denominations, value)
    return bool(at < len(denominations) and denominations[at] == value)


@kernel
def is_sorted_round(
    col: Columns, t: int, hands: Hands, n_out: int, lim: GateLimits, denominations: I64
) -> bool:
    """Twin of the sorted forms of `wasabi2`."""
    i0, i1, o0, o1 = col.in_start[t], col.in_start[t + 1], col.out_start[t], col.out_start[t + 1]
    n_in, n_all = i1 - i0, o1 - o0
    native = True
    for k in range(i0, i1):
        native = native and col.in_type[k] in (_P2WPKH, _P2TR)
        if k > i0 and col.in_value[k - 1] < col.in_value[k]:
            return False
    standard = 0
    for k in range(o0, o1):
        if k > o0 and col.out_value[k - 1] < col.out_value[k]:
            return False
        standard += 1 if is_standard(col.out_value[k], denominations) else 0
    large = n_in >= lim.w2_sorted_inputs and native and 5 * standard > 4 * n_all
    small = min(hands.signers, n_all) >= lim.w2_small_hands and 2 * standard >= n_all
    return large or (small and hands.distinct_out == n_out)


@kernel
def is_repeated_round(n_in: int, n_out: int, lowest: int, runs: Runs, hands: Hands, lim: GateLimits) -> bool:
    """Twin of the form of `wasabi2` that repeats its denominations."""
    return (
        n_in >= lim.w2_inputs
        and hands.busiest * lim.share <= n_in
        and hands.distinct_out == n_out
        and lowest >= lim.w2_min_output
        and runs.repeated >= lim.w2_min_denominations
        and n_out - 1 <= 2 * runs.inside < 2 * n_out
    )


@kernel
def is_whirlpool(
    height: int, in_value: I64, first: int, n: int, size: int, hands: Hands, lim: GateLimits
) -> bool:
    """Twin of `whirlpool`: n known inputs, n outputs of `size`, which is a pool's."""
    same = entrants = 0
    above = near = True
    for k in range(first, first + n):
        extra = in_value[k] - size
        same += 1 if extra == 0 else 0
        entrants += 1 if extra >= lim.premix_low else 0
        above = above and 0 <= extra <= lim.premix_high
        near = near and abs(extra) <= lim.premix_high
    distinct = hands.signers == n and hands.distinct_out == n
    mixed = same > 0 and lim.entrants_low <= entrants <= lim.entrants_high
    strict = lim.mix_low <= n <= lim.mix_high and above and mixed and distinct
    early = height != NO_HEIGHT and height < lim.mix_first
    return strict or (
        hands.native and not early and lim.mix_native_low <= n <= lim.mix_native_high and near and same > 0
    )


@kernel
def is_tx0(values: I64, n: int, pools: I64, lim: GateLimits) -> bool:
    """Twin of `tx0` on ascending spendable values; pools are pairs (denomination, fee)."""
    for pool in range(len(pools) // 2):
        size, fee = pools[2 * pool], pools[2 * pool + 1]
        premix = run = fees = 0
        for k in range(n):
            if fee <= 2 * values[k] <= 6 * fee:
                fees += 1
            if size + lim.premix_low <= values[k] <= size + lim.premix_high:
                run = run + 1 if k > 0 and values[k] == values[k - 1] else 1
                premix = max(premix, run)
        if 1 <= premix <= lim.tx0_premix and n - premix <= lim.tx0_others and fees == 1:
            return True
    return False


@kernel
def judge_joins(
    col: Columns, t: int, lim: GateLimits, bit: GateBits, denominations: I64, pools: I64, room: Scratch
) -> int:
    """The reasons that go by shape, for a transaction of two inputs or more and three outputs or more."""
    i0, i1, o0, o1 = col.in_start[t], col.in_start[t + 1], col.out_start[t], col.out_start[t + 1]
    n_in, n_all, height = i1 - i0, o1 - o0, col.height[t]
    found = collect(col, t, room)
    n_out, complete = found.spendable, found.known == n_in
    runs = measure_runs(room.values, n_out, lim)
    hands = measure_hands(room.ins, found, room.outs)
    bits = 0
    mode, mode_count = runs.mode, runs.mode_count
    if n_out < n_all:
        mode, mode_count = most_frequent_of_all(col, t, room)
    if is_equal_outputs(mode, mode_count, n_all, hands.signers, lim):
        bits |= bit.equal_outputs
    if is_joinmarket(n_in, n_out, n_all - n_out, runs, hands, lim):
        bits |= bit.joinmarket
    distinct = hands.distinct_out == n_out
    if lim.coordinator_min <= runs.mode_count <= n_in and hands.signers >= lim.coordinator_min:
        bits |= bit.coordinator if distinct and hands.shared == 0 else 0
    if lim.stonewall_low <= n_out <= lim.stonewall_high and distinct:
        pair = runs.mode_count == 2 and runs.unique + runs.repeated == n_out - 1
        bits |= bit.stonewall if pair and runs.mode > lim.stonewall_dust else 0
    wasabi1 = judge_wasabi1(height, n_in, n_out, room.values, room.levels, runs, hands, lim)
    bits |= bit.wasabi1 if wasabi1 == 1 else (bit.wasabi1_sparse if wasabi1 == 2 else 0)
    if height == NO_HEIGHT or height >= lim.w2_first:
        lowest = room.values[0] if n_out > 0 else 0
        repeated = is_repeated_round(n_in, n_out, lowest, runs, hands, lim)
        if repeated or (complete and is_sorted_round(col, t, hands, n_out, lim, denominations)):
            bits |= bit.wasabi2
    if complete and n_in == n_out == runs.mode_count and is_pool(runs.mode, pools):
        mix = is_whirlpool(height, col.in_value, i0, n_in, runs.mode, hands, lim)
        bits |= bit.whirlpool if mix else 0
    return bits


@kernel
def is_pool(size: int, pools: I64) -> bool:
    """Whether some pool's outputs hold `size`."""
    for pool in range(len(pools) // 2):
        if pools[2 * pool] == size:
            return True
    return False


@kernel
def judge_tx0(col: Columns, t: int, lim: GateLimits, pools: I64, room: Scratch) -> bool:
    """Whether a transaction is a tx0: counts its OP_RETURN outputs first, for most have none."""
    if col.height[t] != NO_HEIGHT and col.height[t] < lim.mix_first:
        return False
    notes = 0
    for k in range(col.out_start[t], col.out_start[t + 1]):
        notes += 1 if col.out_type[k] == _OP_RETURN else 0
    if notes != 1:
        return False
    return is_tx0(room.values, collect(col, t, room).spendable, pools, lim)


@kernel
def judge_columns(
    col: Columns, lim: GateLimits, bit: GateBits, denominations: I64, pools: I64, room: Scratch, reasons: U32
) -> None:
    """Write the bit set of every transaction's reasons. A coinbase has no inputs and no reasons."""
    for t in range(len(reasons)):
        n_in = col.in_start[t + 1] - col.in_start[t]
        bits = 0
        if n_in > 0:
            bits = judge_inputs(col, t, lim, bit)
            if judge_tx0(col, t, lim, pools, room):
                bits |= bit.tx0
            if n_in > 1 and col.out_start[t + 1] - col.out_start[t] > 2:
                bits |= judge_joins(col, t, lim, bit, denominations, pools, room)
        reasons[t] = bits
