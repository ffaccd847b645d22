"""The gate over a batch of columns: what `judge` says of each transaction, hundreds of times faster."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.heuristics import coinjoin, inputs, lightning, partition, wasabi, whirlpool
from cointrail.heuristics.gate import REASONS, TX0
from cointrail.heuristics.gate_bits import gates_of
from cointrail.kernel.gate import judge_columns
from cointrail.kernel.gate_shape import NO_HEIGHT, Columns, GateBits, GateLimits, Scratch
from cointrail.kernel.partition import PartitionLimits, judge_partitions
from cointrail.kernel.partition import Scratch as PartitionScratch
from cointrail.store.batch import TxBatch

_BIT = {reason.id: 1 << k for k, reason in enumerate(REASONS)}

_BITS = GateBits(
    wasabi1=_BIT["coinjoin.wasabi1"],
    whirlpool=_BIT["coinjoin.whirlpool"],
    joinmarket=_BIT["coinjoin.joinmarket"],
    coordinator=_BIT["coinjoin.coordinator"],
    anyone_can_pay=_BIT["sighash.anyone_can_pay"],
    sighash_none=_BIT["sighash.none"],
    equal_outputs=_BIT["coinjoin.equal_outputs"],
    wasabi1_sparse=_BIT["coinjoin.wasabi1_sparse"],
    wasabi2=_BIT["coinjoin.wasabi2"],
    stonewall=_BIT["coinjoin.stonewall"],
    missing_prevout=_BIT["gate.missing_prevout"],
    tx0=_BIT[TX0],
    preimage=_BIT["swap.preimage"],
    commitment=_BIT["lightning.commitment"],
    close=_BIT["lightning.close"],
    conflict=_BIT["fingerprint.conflict"],
    extra_input=_BIT["payjoin.extra_input"],
    dual_funding=_BIT["lightning.dual_funding"],
    splice=_BIT["lightning.splice"],
)

_LIMITS = GateLimits(
    dust_low=coinjoin.DUST_MODES[0],
    dust_high=coinjoin.DUST_MODES[1],
    jm_dust=coinjoin.JOINMARKET_DUST,
    jm_min_equal=coinjoin.JOINMARKET_MIN_EQUAL,
    jm_large=coinjoin.JOINMARKET_LARGE,
    jm_large_inputs=coinjoin.JOINMARKET_LARGE_INPUTS_PER_EQUAL,
    jm_large_outputs=coinjoin.JOINMARKET_LARGE_OUTPUTS_PER_TEN_EQUAL,
    jm_ratio=coinjoin.JOINMARKET_MAX_RATIO,
    jm_side=coinjoin.JOINMARKET_MAX_SIDE,
    jm_reuse=coinjoin.JOINMARKET_MAX_REUSE_PERCENT,
    coordinator_min=coinjoin.COORDINATOR_MIN_EQUAL,
    stonewall_low=coinjoin.STONEWALL_OUTPUTS[0],
    stonewall_high=coinjoin.STONEWALL_OUTPUTS[-1],
    stonewall_dust=coinjoin.STONEWALL_DUST,
    w1_first=wasabi.WASABI1_FIRST_HEIGHT,
    w1_native_first=wasabi.WASABI1_NATIVE_HEIGHT,
    w1_denomination=wasabi.WASABI1_DENOMINATION,
    w1_tolerance=wasabi.WASABI1_TOLERANCE_TWENTIETHS,
    w1_min_inputs=wasabi.WASABI1_MIN_INPUTS,
    w1_min_equal=wasabi.WASABI1_MIN_EQUAL,
    w1_each=wasabi.WASABI1_MAX_INPUTS_EACH,
    w1_small=wasabi.WASABI1_SMALL,
    w1_round=wasabi.WASABI1_ROUND_PARTS,
    w1_native_low=wasabi.WASABI1_NATIVE_LOW,
    w1_native_high=wasabi.WASABI1_NATIVE_HIGH,
    w1_native_equal=wasabi.WASABI1_NATIVE_MIN_EQUAL,
    w1_native_unique=wasabi.WASABI1_NATIVE_MIN_UNIQUE,
    share=wasabi.MAX_SHARE_OF_INPUTS,
    w2_first=wasabi.WASABI2_FIRST_HEIGHT,
    w2_sorted_inputs=wasabi.WASABI2_MIN_INPUTS_SORTED,
    w2_inputs=wasabi.WASABI2_MIN_INPUTS,
    w2_small_hands=wasabi.WASABI2_SMALL_HANDS,
    w2_min_output=wasabi.WASABI2_MIN_OUTPUT,
    w2_min_denominations=wasabi.WASABI2_MIN_DENOMINATIONS,
    mix_first=whirlpool.WHIRLPOOL_FIRST_HEIGHT,
    mix_low=whirlpool.MIX_SIZES[0],
    mix_high=whirlpool.MIX_SIZES[1],
    mix_native_low=whirlpool.MIX_SIZES_NATIVE[0],
    mix_native_high=whirlpool.MIX_SIZES_NATIVE[1],
    entrants_low=whirlpool.MIX_NEW_ENTRANTS[0],
    entrants_high=whirlpool.MIX_NEW_ENTRANTS[1],
    premix_low=whirlpool.PREMIX_MIN_EXTRA,
    premix_high=whirlpool.PREMIX_MAX_EXTRA,
    tx0_premix=whirlpool.TX0_MAX_PREMIX,
    tx0_others=whirlpool.TX0_MAX_OTHERS,
    max_conflicts=inputs.MAX_CONFLICTS,
    payjoin_outputs=inputs.PAYJOIN_OUTPUTS,
    closing_outputs=lightning.CLOSING_OUTPUTS,
    commitment_locktime=lightning.COMMITMENT_LOCKTIME,
    commitment_sequence=lightning.COMMITMENT_SEQUENCE,
    dual_first=lightning.DUAL_FUNDING_FIRST_HEIGHT,
    dual_version=lightning.DUAL_FUNDING_VERSION,
    dual_sequence=lightning.DUAL_FUNDING_MAX_SEQUENCE,
    dual_outputs=lightning.DUAL_FUNDING_MAX_OUTPUTS,
)

_PARTITION = PartitionLimits(
    first=partition.SHAREDCOIN_FIRST_HEIGHT,
    last=partition.SHAREDCOIN_LAST_HEIGHT,
    min_side=partition.SHAREDCOIN_MIN_SIDE,
    max_parts=partition.MAX_PARTS,
    chance=partition.CHANCE_ONE_IN,
    sharedcoin_bit=_BIT["partition.sharedcoin"],
    balanced_bit=_BIT["partition.balanced"],
)

DENOMINATIONS = np.array(sorted(wasabi.WASABI2_DENOMINATIONS), dtype=np.int64)
"""Standard amounts of Wasabi 2, ascending."""

_POOLS = np.array([number for pool in whirlpool.POOLS for number in pool], dtype=np.int64)

_BY_SHAPE = np.uint32(sum(_BIT[reason.id] for reason in REASONS if reason.by_shape))
_LEVELS = 64


def judge_batch(
    batch: TxBatch, *, dated: bool = True
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """Judge every transaction of a batch; equal to `judge` on each, with nothing around it.

    What the chain adds is in `cointrail.heuristics.gate_chain`. Releases the interpreter lock.

    Args:
        batch: columns in chain order.
        dated: whether its heights are those of the main network.

    Returns:
        Per transaction its `Gate` (uint8) and the bit set of its reasons (uint32; bit k is
        `REASONS[k]`).
    """
    height = batch.height if dated else np.full(batch.count, NO_HEIGHT, dtype=np.uint32)
    reasons = np.zeros(batch.count, dtype=np.uint32)
    columns = Columns(
        height,
        batch.version,
        batch.locktime,
        batch.in_start,
        batch.in_value,
        batch.in_script,
        batch.in_type,
        batch.in_sequence,
        batch.in_marks,
        batch.out_start,
        batch.out_value,
        batch.out_script,
        batch.out_type,
    )
    judge_columns(columns, _LIMITS, _BITS, DENOMINATIONS, _POOLS, _scratch(batch), reasons)
    judge_partitions(
        height,
        batch.in_start,
        batch.in_value,
        batch.in_script,
        batch.out_start,
        batch.out_value,
        batch.out_type,
        _PARTITION,
        _partition_scratch(),
        reasons,
    )
    tx0, by_shape = (reasons & np.uint32(_BITS.tx0)) != 0, (reasons & _BY_SHAPE) != 0
    reasons[tx0 & by_shape] &= ~_BY_SHAPE
    reasons[tx0 & ~by_shape] &= ~np.uint32(_BITS.tx0)
    return gates_of(reasons), reasons


def _scratch(batch: TxBatch) -> Scratch:
    """Room for the largest transaction of the batch."""
    ins = int(np.diff(batch.in_start).max(initial=0))
    outs = int(np.diff(batch.out_start).max(initial=0))
    return Scratch(
        np.zeros(ins, dtype=np.uint32),
        np.zeros(outs, dtype=np.uint32),
        np.zeros(outs, dtype=np.int64),
        np.zeros(outs, dtype=np.int64),
        np.zeros(_LEVELS, dtype=np.int64),
    )


def _partition_scratch() -> PartitionScratch:
    parts = partition.MAX_PARTS
    return PartitionScratch(
        np.zeros(parts, dtype=np.uint32),
        np.zeros(parts, dtype=np.int64),
        np.zeros(parts, dtype=np.int64),
        np.zeros(1 << parts, dtype=np.int64),
        np.zeros(1 << parts, dtype=np.int64),
    )
