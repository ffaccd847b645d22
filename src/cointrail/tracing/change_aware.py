"""Where change is known: how much each output has at least and at most, whatever was paid first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.chain.types import Sat
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.tracing.taint import Segment, Segments, fifo_forward

WEAKEST_CHANGE = Tier.T3
"""The weakest tier of a change verdict that makes an interval; methods 4.6."""


class Interval(NamedTuple):
    """Satoshi of one label in one part: at least, at most."""

    low: int
    high: int


def payment_first(
    inputs: Sequence[Sequence[Segment]], outputs: Sequence[Sat], fee: Sat, change: int
) -> tuple[Segments, ...]:
    """FIFO in which the first satoshi pay others, and the change takes what comes after them.

    Args:
        inputs: labelled runs of each input, in input order.
        outputs: satoshi of each output.
        fee: satoshi of the fee, which comes last.
        change: the place of the change output.

    Returns:
        The runs of each output, in their own order, then of the fee.

    Raises:
        BadInput: inputs and parts do not add up to the same, or there is no such output.
    """
    others = [place for place in range(len(outputs)) if place != change]
    return _filled(inputs, outputs, fee, change, [*others, change])


def change_first(
    inputs: Sequence[Sequence[Segment]], outputs: Sequence[Sat], fee: Sat, change: int
) -> tuple[Segments, ...]:
    """FIFO in which the first satoshi go back to the sender; see `payment_first`."""
    others = [place for place in range(len(outputs)) if place != change]
    return _filled(inputs, outputs, fee, change, [change, *others])


def _filled(
    inputs: Sequence[Sequence[Segment]], outputs: Sequence[Sat], fee: Sat, change: int, order: Sequence[int]
) -> tuple[Segments, ...]:
    if not 0 <= change < len(outputs):
        raise BadInput(f"there is no output {change} among {len(outputs)}", change=change)
    *filled, paid = fifo_forward(inputs, [*(outputs[place] for place in order), fee])
    by_place = dict(zip(order, filled, strict=True))
    return (*(by_place[place] for place in range(len(outputs))), paid)


def change_interval(
    inputs: Sequence[Sequence[Segment]], outputs: Sequence[Sat], fee: Sat, change: int, label: str
) -> tuple[Interval, ...]:
    """How much of one label each output and the fee have, between payment first and change first.

    With two outputs FIFO is one of the two, so its share lies in the interval; with more it need not.

    Raises:
        BadInput: inputs and parts do not add up to the same, or there is no such output.
    """
    ways = (payment_first(inputs, outputs, fee, change), change_first(inputs, outputs, fee, change))
    sums = [[sum(run.length for run in part if run.label == label) for part in way] for way in ways]
    return tuple(Interval(min(pair), max(pair)) for pair in zip(*sums, strict=True))
