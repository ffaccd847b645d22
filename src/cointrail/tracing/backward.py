"""From a payment back to where its value came from."""

from __future__ import annotations

from cointrail.heuristics.base import Tier
from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand, Trace
from cointrail.tracing.walk import Direction, Reach, Walker


def trace_back(near: Neighbourhood, output_num: int, limits: Limits) -> Trace:
    """Follow one output back to its origins, hop by hop over outputs.

    A lead is an output that a tagged custodial service created: a withdrawal. It is in the same
    hand when every transaction from there on was signed by the cluster that made the payment, or by
    one whose change at T3 that cluster, or another in the same hand, spent. A payment that the
    service made itself is its own withdrawal, at 0 hops.

    Facts: the path and the values (by a named policy). Inference: clusters, and with them `hand`.
    Attribution: which clusters are custodial services.

    Args:
        near: the chain around the payment.
        output_num: the payment.
        limits: how far to walk.
    """
    paying_tx = near.maker(output_num)
    value = near.output(output_num).value
    paying = near.back(paying_tx)
    hand = None if paying.stop in {Stop.COINJOIN, Stop.SWAP} else paying.cluster
    start = Reach(output_num, 0, True, [(0, value)], value)  # noqa: FBT003  read with its field name above
    least = -(-value * limits.upstream_min_percent // 100)

    def kept(output: int) -> Tier | None:
        """The payment was made by the hand that the walk begins in, whoever holds it now."""
        return Tier.T0 if output == output_num else near.kept(output)

    walker = Walker(Direction(-1, near.back, kept), limits, least)
    ends = walker.walk(start, paying_tx)
    return Trace(output_num, value, hand, Hand.UPSTREAM, ends, tuple(walker.steps), tuple(walker.ends))
