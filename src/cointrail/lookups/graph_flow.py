"""A trace for a drawing: what the outputs on the way carry, by each policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cointrail.kernel.flow_state import CROSSED
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.graph_views import CarriedLine, GraphFlow
from cointrail.lookups.trace import policy_view
from cointrail.lookups.trace_views import Direction
from cointrail.lookups.trace_walk import follow
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import CODES, STOPS
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop

I64 = npt.NDArray[np.int64]


def graph_flow(
    desk: LookupDesk,
    seeds: Sequence[str],
    *,
    forward: bool,
    policies: Sequence[Policy],
    bounds: Bounds,
    limit: int,
) -> GraphFlow:
    """Follow value from some outputs, and tell what each output on the way carries.

    Args:
        desk: the chain, its clusters and tags.
        seeds: outpoints, addresses or transaction ids, in the order in which they were reported.
        forward: along the chain, else back to where it came from.
        policies: how value divides.
        bounds: how far, for each policy by itself.
        limit: outputs to list: the largest by any policy, each with its way from the seeds.

    Raises:
        BadInput: a seed cannot be read.
        NotFound: the chain does not hold a seed.
    """
    walk = follow(desk, seeds, forward=forward, policies=policies, bounds=bounds)
    flows = walk.flows
    carried = [_Carried(flow) for flow in flows.values()]
    outputs = np.unique(np.concatenate([one.outputs for one in carried]))
    listed = _listed(carried, outputs, limit)
    return GraphFlow(
        direction=Direction.FORWARD if forward else Direction.BACKWARD,
        policies=tuple(flows),
        traced_sat=sum(one.value_sat for one in walk.seen),
        carried=tuple(_line(desk, carried, output) for output in listed),
        total=len(outputs),
        left_out=len(outputs) - len(listed),
        runs=tuple(policy_view(desk, flow) for flow in flows.values()),
        basis=desk.basis,
    )


class _Carried:
    """What the outputs of one flow carry, whatever became of it; fees and collisions apart.

    Attributes:
        outputs: ascending.
        sat: satoshi of the seeds at each.
        rows: of each, the flow's row with the fewest hops.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        rows = flow.rows
        at = np.flatnonzero((rows.runs > 0) & (rows.output >= 0) & (rows.stop != CODES.collision))
        counts = rows.runs[at]
        owner = np.repeat(np.arange(len(at)), counts)
        run = rows.first[at][owner] + np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        outputs, place = np.unique(rows.output[at], return_inverse=True)
        self.outputs = outputs.astype(np.int64)
        self.sat = np.zeros(len(outputs), np.int64)
        np.add.at(self.sat, place[owner], rows.run_size[run])
        self.rows = np.zeros(len(outputs), np.int64)
        nearest_last = np.lexsort([-at, -rows.hops[at].astype(np.int64)])
        self.rows[place[nearest_last]] = at[nearest_last]

    def at(self, output: int) -> int | None:
        """The place of an output in the columns; None: the flow did not come there."""
        place = int(np.searchsorted(self.outputs, output))
        return place if place < len(self.outputs) and self.outputs[place] == output else None

    def stop(self, place: int) -> Stop | None:
        """Why the flow ended at an output; None: it went on."""
        code = int(self.flow.rows.stop[self.rows[place]])
        if code == CROSSED:
            return None
        return STOPS[code - 1] if code else self.flow.cut


def _listed(carried: Sequence[_Carried], outputs: I64, limit: int) -> list[int]:
    """The largest outputs with those on their way, as many as there is room for; along the chain."""
    most = np.zeros(len(outputs), np.int64)
    for one in carried:
        at = np.searchsorted(outputs, one.outputs)
        most[at] = np.maximum(most[at], one.sat)
    chosen: set[int] = set()
    for place in np.lexsort([outputs, -most]).tolist():
        if len(chosen) >= limit:
            break
        with_way = chosen | _way(carried, int(outputs[place]))
        if len(with_way) <= limit:
            chosen = with_way
    return sorted(chosen)


def _way(carried: Sequence[_Carried], output: int) -> set[int]:
    """The outputs from a seed to one, by the first flow that came there."""
    places = ((one, one.at(output)) for one in carried)
    flow, row = next((one.flow, int(one.rows[place])) for one, place in places if place is not None)
    return set(flow.path(row))


def _line(desk: LookupDesk, carried: Sequence[_Carried], output: int) -> CarriedLine:
    snapshot = desk.snapshot
    places = [one.at(output) for one in carried]
    came = [(one, place) for one, place in zip(carried, places, strict=True) if place is not None]
    stops = [stop for one, place in came if (stop := one.stop(place)) is not None]
    return CarriedLine(
        outpoint=snapshot.outpoint(output),
        made_in=snapshot.txid(snapshot.output_tx(output)),
        value_sat=snapshot.output_value(output),
        sat={
            one.flow.policy: 0 if place is None else int(one.sat[place])
            for one, place in zip(carried, places, strict=True)
        },
        hops=min(int(one.flow.rows.hops[one.rows[place]]) for one, place in came),
        stop=stops[0] if stops else None,
    )
