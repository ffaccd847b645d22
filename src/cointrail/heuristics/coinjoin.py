"""Joins told by equal outputs: the generic test, JoinMarket, unknown coordinators, Stonewall.

A detector fires on a shape. It names no owner, and ordinary payments can have the same shape; what
each is blind to stands in its docstring. Figures in sat unless said otherwise.
"""

from __future__ import annotations

from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape, most_frequent

DUST_MODES = (546, 2_730)
"""Equal outputs of these values are dust notes of token protocols. Source: BlockSci, isCoinjoin."""

JOINMARKET_DUST = 2_730
"""Values up to this are no denomination. Source: graphsense-lib, heuristics service."""

JOINMARKET_MIN_EQUAL = 3
"""A taker and two makers; two equal outputs are too common. Source: graphsense-lib."""

JOINMARKET_LARGE = 50
"""From so many inputs on, the two ratio limits below apply. Source: graphsense-lib."""

JOINMARKET_LARGE_INPUTS_PER_EQUAL = 20
JOINMARKET_LARGE_OUTPUTS_PER_TEN_EQUAL = 17
"""1.7 outputs per equal output, in tenths. Source: graphsense-lib."""

JOINMARKET_MAX_RATIO = 4
JOINMARKET_MAX_SIDE = 100
JOINMARKET_MAX_REUSE_PERCENT = 34
"""Source: crocs-muni/coinjoin-analysis, CJ_TX_CHECK_JOINMARKET_DEFAULTS."""

COORDINATOR_MIN_EQUAL = 5
"""Our choice: five equal outputs for five hands."""

STONEWALL_OUTPUTS = (3, 4)
STONEWALL_DUST = 5_000
"""Source: graphsense-lib, heuristics service."""


@rule("coinjoin.equal_outputs", version=1)
def equal_outputs(shape: Shape) -> bool:
    """Half of all outputs, rounded up, are equal: one per participant, the rest is change.

    Source: BlockSci, tx_identification.cpp, isCoinjoin; frequency ties go to the lowest value as in
        graphsense-lib. OP_RETURN outputs count, as they do there.
    Wrong when: a payroll or an exchange pays equal amounts from several addresses. Blind to
        Whirlpool, to most Wasabi rounds and to JoinMarket rounds with two makers without change.
    Abstains on: fewer than two inputs or three outputs, equal values of 546 or 2,730 sat.
    Needs: output values and input scripts; a script that is not known is not counted as a hand.
    """
    participants = (len(shape.all_out_values) + 1) // 2
    if shape.n_inputs < 2 or len(shape.all_out_values) < 3 or participants > shape.signers:
        return False
    value, count = most_frequent(shape.all_out_values)
    return count == participants and value not in DUST_MODES


@rule("coinjoin.joinmarket", version=1)
def joinmarket(shape: Shape) -> bool:
    """At least half of the outputs are equal, each with a hand to pay it, and something is left over.

    Source: graphsense-lib, heuristics service (core); crocs-muni/coinjoin-analysis (look-alike
        filters: ratio, size, reuse, one class of equal values, no OP_RETURN).
    Wrong when: a payroll or batch pays equal amounts from as many addresses; a Stonewall with three
        equal outputs. Blind to rounds of two.
    Abstains on: fewer than three equal outputs; the look-alikes that the filters name.
    Needs: output values and scripts, input scripts; the answer never changes as the chain grows.
    """
    return _joinmarket_core(shape) and not _joinmarket_lookalike(shape)


def _joinmarket_core(shape: Shape) -> bool:
    _, equal = shape.mode(low=JOINMARKET_DUST + 1)
    outs = shape.n_outputs
    if not (JOINMARKET_MIN_EQUAL <= equal <= shape.signers and outs <= 2 * equal and equal < outs):
        return False
    if shape.n_inputs >= JOINMARKET_LARGE and (
        shape.n_inputs > JOINMARKET_LARGE_INPUTS_PER_EQUAL * equal
        or 10 * outs < JOINMARKET_LARGE_OUTPUTS_PER_TEN_EQUAL * equal
    ):
        return False
    return shape.outputs_distinct


def _joinmarket_lookalike(shape: Shape) -> bool:
    ins, outs = shape.n_inputs, shape.n_outputs
    return (
        max(ins, outs) > JOINMARKET_MAX_RATIO * min(ins, outs)
        or max(ins, outs) > JOINMARKET_MAX_SIDE
        or 100 * shape.reused_places > JOINMARKET_MAX_REUSE_PERCENT * shape.places
        or sum(count > 1 for count in shape.counts.values()) != 1
        or shape.n_notes > 0
    )


@rule("coinjoin.coordinator", version=1)
def coordinator(shape: Shape) -> bool:
    """Five or more equal outputs, five or more hands, every output script new to the transaction.

    Source: our choice, for clones and coordinators that nobody described. That an output script was
        never seen before on the chain is not asked: one transaction cannot tell.
    Wrong when: a service pays a batch of equal amounts from five addresses. Blind to rounds of
        fewer than five and to unequal denominations.
    Abstains on: an output that repeats another's script or pays an input script.
    Needs: output values and scripts, input scripts; the answer never changes as the chain grows.
    """
    _, equal = shape.mode()
    return (
        COORDINATOR_MIN_EQUAL <= equal <= shape.n_inputs
        and shape.signers >= COORDINATOR_MIN_EQUAL
        and shape.outputs_distinct
        and set(shape.in_scripts).isdisjoint(shape.out_scripts)
    )


@rule("coinjoin.stonewall", version=1)
def stonewall(shape: Shape) -> bool:
    """Three or four outputs, exactly one value exactly twice: one owner feigning a join, or two.

    Source: graphsense-lib, where the shape vetoes other detectors; Samourai Wallet, Stonewall.
    Wrong when: an ordinary payment pays two people the same amount.
    Abstains on: one input; an equal value of 5,000 sat or less.
    Needs: output values and scripts. One owner or two cannot be decided from the chain.
    """
    if shape.n_inputs < 2 or shape.n_outputs not in STONEWALL_OUTPUTS or not shape.outputs_distinct:
        return False
    value, count = shape.mode()
    return count == 2 and value > STONEWALL_DUST and len(shape.counts) == shape.n_outputs - 1
