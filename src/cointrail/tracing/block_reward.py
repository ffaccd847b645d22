"""What a coinbase passes on where fees are followed to the miner."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from cointrail.chain.types import Sat
from cointrail.errors import BadInput
from cointrail.tracing.taint import Segment, Segments, fifo_forward

NEW = "new"
"""The label of coins that a block makes; they are clean."""


class CoinbaseOrder(StrEnum):
    """Which come first in a coinbase: the fees of its block, or the coins that it makes. A convention."""

    FEES_FIRST = "fees_first"
    """Fees in block order, then the subsidy. Source: Anderson, Shumailov & Ahmed 2018 (TaintChain)."""
    SUBSIDY_FIRST = "subsidy_first"
    """The subsidy, then fees in block order. Source: Kalodner et al. 2020 (BlockSci)."""


def coinbase_forward(
    fees: Sequence[Sequence[Segment]], subsidy: Sat, outputs: Sequence[Sat], order: CoinbaseOrder
) -> tuple[Segments, ...]:
    """Fill the outputs of a coinbase, by FIFO, from the fees of its block and the coins that it makes.

    A miner may claim less than both together: what is left was never claimed, and is lost for good.

    Args:
        fees: labelled runs of each fee, in block order.
        subsidy: satoshi that the block makes.
        outputs: satoshi of the coinbase's outputs.
        order: which come first.

    Returns:
        The runs of each output, then those that nobody claimed.

    Raises:
        BadInput: the outputs are worth more than fees and subsidy.
    """
    new = [Segment(NEW, subsidy)]
    line = [*fees, new] if order is CoinbaseOrder.FEES_FIRST else [new, *fees]
    unclaimed = sum(run.length for runs in line for run in runs) - sum(outputs)
    if unclaimed < 0:
        raise BadInput(f"the coinbase pays {-unclaimed} sat more than its block gives")
    return fifo_forward(line, [*outputs, Sat(unclaimed)])
