"""Options of the analysis of a join as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cointrail.coinjoin.analysis import JoinOptions


def join_options(
    *,
    merge_inputs: bool,
    fee_as_output: bool,
    fee_only: bool,
    maker_fee: int | None,
    common: Sequence[int],
    steps: int | None,
    seconds: float | None,
) -> JoinOptions:
    """How to read amounts, and how far to count.

    Args:
        merge_inputs: take inputs of one script as one.
        fee_as_output: take the fee as one more output, of one party.
        fee_only: whether a party may do no more than pay towards the fee.
        maker_fee: most that one party may pay another, satoshi; None: as JoinMarket's limits where they fit.
        common: outputs that all paid together.
        steps: where to give a count up; None: the usual place.
        seconds: the guard behind that; None: the usual one.
    """
    options = JoinOptions(fee_only=fee_only, auto_maker_fee=maker_fee is None)
    limits = options.limits
    return replace(
        options,
        amounts=replace(
            options.amounts,
            merge_inputs=merge_inputs,
            fee_as_output=fee_as_output,
            maker_fee=maker_fee or 0,
            common_outputs=tuple(common),
        ),
        limits=replace(
            limits,
            steps=limits.steps if steps is None else steps,
            seconds=limits.seconds if seconds is None else seconds,
        ),
    )
