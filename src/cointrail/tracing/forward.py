"""From an outflow of the service forward to where its value went."""

from __future__ import annotations

from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand, Trace
from cointrail.tracing.walk import Direction, End, Reach, Walker


def trace_forward(near: Neighbourhood, output_num: int, limits: Limits) -> Trace:
    """Follow one outflow forward, hop by hop over outputs.

    A lead is an output to a tagged custodial service: a deposit. It is in the same hand when the
    service under investigation made it itself: at 0 hops, or out of its own change at T3.

    Facts: the path and the values (by a named policy). Inference: clusters. Attribution: which
    clusters are custodial services.

    Args:
        near: the chain around the outflow.
        output_num: the outflow.
        limits: how far to walk.
    """
    row = near.output(output_num)
    start = Reach(output_num, 0, True, [(0, row.value)], row.value)  # noqa: FBT003  read with its field name
    stop = near.receiver_stop(row.script_num)
    if stop is None and row.spent_by_tx is None:
        stop = Stop.UNSPENT
    if stop is not None or row.spent_by_tx is None:
        end = (End(stop or Stop.UNSPENT, start, row.value, row.value),)
        return Trace(output_num, row.value, None, Hand.DOWNSTREAM, end, (), end)
    walker = Walker(Direction(1, near.forth, near.kept), limits)
    ends = walker.walk(start, row.spent_by_tx)
    return Trace(output_num, row.value, None, Hand.DOWNSTREAM, ends, tuple(walker.steps), tuple(walker.ends))
