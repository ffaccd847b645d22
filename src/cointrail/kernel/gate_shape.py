"""What the gate's detectors measure of a transaction, over columns. The definition is `Shape`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import kernel
from cointrail.kernel.sorting import sort_first

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U32 = npt.NDArray[np.uint32]
U16 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint8]

NO_HEIGHT = 0xFFFFFFFF
"""The height of a transaction that has none, or one that tells no date."""

_NO_SCRIPT = 0xFFFFFFFF
_P2WPKH, _OP_RETURN = 4, 9


class GateLimits(NamedTuple):
    """The named constants of the detectors; meanings and sources stand beside them there."""

    dust_low: int
    dust_high: int
    jm_dust: int
    jm_min_equal: int
    jm_large: int
    jm_large_inputs: int
    jm_large_outputs: int
    jm_ratio: int
    jm_side: int
    jm_reuse: int
    coordinator_min: int
    stonewall_low: int
    stonewall_high: int
    stonewall_dust: int
    w1_first: int
    w1_native_first: int
    w1_denomination: int
    w1_tolerance: int
    w1_min_inputs: int
    w1_min_equal: int
    w1_each: int
    w1_small: int
    w1_round: int
    w1_native_low: int
    w1_native_high: int
    w1_native_equal: int
    w1_native_unique: int
    share: int
    w2_first: int
    w2_sorted_inputs: int
    w2_inputs: int
    w2_small_hands: int
    w2_min_output: int
    w2_min_denominations: int
    mix_first: int
    mix_low: int
    mix_high: int
    mix_native_low: int
    mix_native_high: int
    entrants_low: int
    entrants_high: int
    premix_low: int
    premix_high: int
    tx0_premix: int
    tx0_others: int
    max_conflicts: int
    payjoin_outputs: int
    closing_outputs: int
    commitment_locktime: int
    commitment_sequence: int
    dual_first: int
    dual_version: int
    dual_sequence: int
    dual_outputs: int


class GateBits(NamedTuple):
    """The bit of each reason."""

    wasabi1: int
    whirlpool: int
    joinmarket: int
    coordinator: int
    anyone_can_pay: int
    sighash_none: int
    equal_outputs: int
    wasabi1_sparse: int
    wasabi2: int
    stonewall: int
    missing_prevout: int
    tx0: int
    preimage: int
    commitment: int
    close: int
    conflict: int
    extra_input: int
    dual_funding: int
    splice: int


class Columns(NamedTuple):
    """The columns of a `TxBatch` that the gate reads."""

    height: U32
    version: I32
    locktime: U32
    in_start: I64
    in_value: I64
    in_script: U32
    in_type: U8
    in_sequence: U32
    in_marks: U16
    out_start: I64
    out_value: I64
    out_script: U32
    out_type: U8


class Scratch(NamedTuple):
    """Room for the largest transaction of a batch: its scripts and values, sorted; 64 levels."""

    ins: U32
    outs: U32
    values: I64
    all_values: I64
    levels: I64


class Found(NamedTuple):
    """What `collect` found: known inputs, spendable outputs, and whether all of both are P2WPKH."""

    known: int
    spendable: int
    native: bool


class Runs(NamedTuple):
    """What the sorted spendable output values show."""

    mode: int
    mode_count: int
    jm_count: int
    w1_mode: int
    w1_count: int
    native_count: int
    unique: int
    repeated: int
    inside: int


class Hands(NamedTuple):
    """What the sorted scripts of both sides show."""

    known: int
    signers: int
    busiest: int
    distinct_out: int
    shared: int
    native: bool


@kernel
def collect(col: Columns, t: int, room: Scratch) -> Found:
    """Copy one transaction's known input scripts and spendable outputs into scratch, sorted."""
    known = spendable = 0
    native = True
    for k in range(col.in_start[t], col.in_start[t + 1]):
        native = native and col.in_type[k] == _P2WPKH
        if col.in_script[k] != _NO_SCRIPT and col.in_value[k] >= 0:
            room.ins[known] = col.in_script[k]
            known += 1
    for k in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[k] != _OP_RETURN:
            native = native and col.out_type[k] == _P2WPKH
            room.outs[spendable] = col.out_script[k]
            room.values[spendable] = col.out_value[k]
            spendable += 1
    sort_first(room.ins, known)
    sort_first(room.outs, spendable)
    sort_first(room.values, spendable)
    return Found(known, spendable, native)


@kernel
def most_frequent_of_all(col: Columns, t: int, room: Scratch) -> tuple[int, int]:
    """The most frequent value of all outputs, the lowest of equals, and its count."""
    start = col.out_start[t]
    n = col.out_start[t + 1] - start
    for k in range(n):
        room.all_values[k] = col.out_value[start + k]
    sort_first(room.all_values, n)
    mode = best = run = 0
    for k in range(n):
        run = run + 1 if k > 0 and room.all_values[k] == room.all_values[k - 1] else 1
        if run > best:
            mode, best = room.all_values[k], run
    return mode, best


@kernel
def measure_runs(values: I64, n: int, lim: GateLimits) -> Runs:
    """Count equal values in `values[:n]`, ascending. The lowest of equals is the mode."""
    low = lim.w1_denomination * (20 - lim.w1_tolerance) // 20
    high = lim.w1_denomination * (20 + lim.w1_tolerance) // 20
    mode = mode_count = jm = w1_mode = w1 = native = unique = repeated = inside = 0
    at = 0
    while at < n:
        value, start = values[at], at
        while at < n and values[at] == value:
            at += 1
        count = at - start
        if count > mode_count:
            mode, mode_count = value, count
        if value > lim.jm_dust and count > jm:
            jm = count
        if low <= value <= high and count > w1:
            w1_mode, w1 = value, count
        if lim.w1_native_low <= value <= lim.w1_native_high and count > native:
            native = count
        if count == 1:
            unique += 1
        else:
            repeated += 1
            inside += count
    return Runs(mode, mode_count, jm, w1_mode, w1, native, unique, repeated, inside)


@kernel
def measure_hands(ins: U32, found: Found, outs: U32) -> Hands:
    """Count distinct scripts among the known inputs and the spendable outputs, both ascending."""
    known, n_out = found.known, found.spendable
    signers = busiest = distinct = shared = 0
    i = j = 0
    while i < known or j < n_out:
        take_in = j >= n_out or (i < known and ins[i] <= outs[j])
        script = ins[i] if take_in else outs[j]
        start = i
        while i < known and ins[i] == script:
            i += 1
        from_out = j
        while j < n_out and outs[j] == script:
            j += 1
        signers += 1 if i > start else 0
        distinct += 1 if j > from_out else 0
        shared += 1 if i > start and j > from_out else 0
        busiest = max(busiest, i - start)
    return Hands(known, signers, busiest, distinct, shared, found.native)


@kernel
def measure_levels(values: I64, n: int, counts: I64, lim: GateLimits) -> tuple[int, int]:
    """Outputs at all Wasabi levels that have two or more, and at the fullest of them."""
    counts[:] = 0
    for k in range(n):
        level, centre = 0, lim.w1_denomination
        while 20 * values[k] > (20 + lim.w1_tolerance) * centre:
            level, centre = level + 1, 2 * centre
        if 20 * values[k] >= (20 - lim.w1_tolerance) * centre:
            counts[level] += 1
    total = largest = 0
    for level in range(len(counts)):
        if counts[level] > 1:
            total += counts[level]
            largest = max(largest, counts[level])
    return total, largest
