"""Samourai's Whirlpool: the mix, and the tx0 that prepares coins for it. Figures in sat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape, most_frequent


class Pool(NamedTuple):
    """A pool: what every mix output holds, and the coordinator's fee for entering."""

    denomination: int
    fee: int


POOLS = (
    Pool(100_000, 5_000),
    Pool(1_000_000, 50_000),
    Pool(5_000_000, 175_000),
    Pool(50_000_000, 1_750_000),
)
"""0.001, 0.01, 0.05 and 0.5 BTC. Source: graphsense-lib, heuristics service."""

WHIRLPOOL_FIRST_HEIGHT = 570_000
"""Source: nopara73/Dumplings, FirstSamouraiBlock; April 2019."""

MIX_SIZES = (5, 8)
"""Fewest and most participants of the strict form. Source: graphsense-lib."""

MIX_SIZES_NATIVE = (5, 10)
"""The same of the form with native segwit scripts only. Source: Dumplings."""

MIX_NEW_ENTRANTS = (1, 4)
PREMIX_MIN_EXTRA = 100
PREMIX_MAX_EXTRA = 110_000
"""What a coin may bring above the denomination for the mining fee: 0.0011 BTC. Source: Dumplings."""

TX0_MAX_PREMIX = 70
TX0_MAX_OTHERS = 2
"""The coordinator's fee and one change. A second change means two senders (Tx0x2)."""


@rule("coinjoin.whirlpool", version=1)
def whirlpool(shape: Shape) -> bool:
    """A Whirlpool mix: as many inputs as outputs, every output one pool's denomination.

    Source: graphsense-lib, heuristics service (5 to 8, any script types); Dumplings (5 to 10, native
        segwit only, from height 570,000).
    Wrong when: no false positive is on record. Blind to pools of other sizes.
    Abstains on: counts outside the limits, a value that no pool has, an unknown input value.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    denomination = shape.out_values[0] if shape.out_values else 0
    if denomination not in {pool.denomination for pool in POOLS} or len(shape.counts) != 1:
        return False
    if shape.n_inputs != shape.n_outputs or not shape.complete:
        return False
    extras = [value - denomination for value in shape.in_values]
    return _strict_mix(shape, extras) or _native_mix(shape, extras)


def _strict_mix(shape: Shape, extras: list[int]) -> bool:
    fewest, most = MIX_SIZES
    entrants = sum(extra >= PREMIX_MIN_EXTRA for extra in extras)
    return (
        fewest <= shape.n_inputs <= most
        and shape.signers == shape.n_inputs
        and shape.outputs_distinct
        and all(0 <= extra <= PREMIX_MAX_EXTRA for extra in extras)
        and MIX_NEW_ENTRANTS[0] <= entrants <= MIX_NEW_ENTRANTS[1]
        and 0 in extras
    )


def _native_mix(shape: Shape, extras: list[int]) -> bool:
    fewest, most = MIX_SIZES_NATIVE
    return (
        not shape.before(WHIRLPOOL_FIRST_HEIGHT)
        and fewest <= shape.n_inputs <= most
        and set(shape.in_types) | set(shape.out_types) == {ScriptType.P2WPKH}
        and all(abs(extra) <= PREMIX_MAX_EXTRA for extra in extras)
        and 0 in extras
    )


@rule("whirlpool.tx0", version=1)
def tx0(shape: Shape) -> bool:
    """A tx0: one owner cuts coins to a pool's size, pays the pool, keeps one change.

    It is no join: one hand signed, and the shape rules that its equal outputs would trip do not count.

    Source: graphsense-lib, heuristics service.
    Wrong when: a payment with an OP_RETURN has one output of about a pool's size and one of about its
        fee; with a single premix output that is common, so the gate names a tx0 only where it clears.
    Abstains on: heights below 570,000; more than one change, as in a tx0 of two senders.
    Needs: output values and the OP_RETURN; the answer never changes as the chain grows.
    """
    if shape.before(WHIRLPOOL_FIRST_HEIGHT) or shape.n_notes != 1 or not shape.n_inputs:
        return False
    return prepares(shape.out_values)


def prepares(values: Sequence[int]) -> bool:
    """Whether spendable outputs of these values prepare coins for some pool."""
    return any(_prepares(values, pool) for pool in POOLS)


def _prepares(values: Sequence[int], pool: Pool) -> bool:
    low, high = pool.denomination + PREMIX_MIN_EXTRA, pool.denomination + PREMIX_MAX_EXTRA
    _, premix = most_frequent(v for v in values if low <= v <= high)
    fees = sum(pool.fee <= 2 * v <= 6 * pool.fee for v in values)
    return 1 <= premix <= TX0_MAX_PREMIX and len(values) - premix <= TX0_MAX_OTHERS and fees == 1
