"""Where value went, or where it came from: one flow for each policy, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cointrail.error_rates.combine import bound_of
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_says import Conclusions, exposures, find_actors
from cointrail.lookups.trace_table import NOWHERE, EndTable, holders, table_of_ends
from cointrail.lookups.trace_tiers import TraceTiers
from cointrail.lookups.trace_views import (
    CollisionLine,
    Direction,
    EndLine,
    PolicyView,
    StopLine,
    TraceBounds,
    TraceView,
)
from cointrail.lookups.trace_walk import TraceWalk
from cointrail.lookups.views import Page
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.policy import Policy

FEES = "dropped: a fee ends under `fee`, and is not followed to the miner"


def trace_view(walk: TraceWalk, *, start: int, limit: int) -> TraceView:
    """What a trace has come to, with some of its ends; it was followed before.

    Args:
        walk: the trace.
        start: how many ends to skip.
        limit: how many to show.
    """
    assert walk.bounds is not None, "a trace is followed before it is told"
    desk, flows, forward = walk.desk, walk.flows, walk.question.forward
    table = table_of_ends(flows)
    lines = _stop_lines(flows)
    teller = _Teller(desk, table, flows, walk.stops.found, forward=forward)
    found = exposures(table, teller.actors)
    cut = frozenset(policy for policy, flow in flows.items() if flow.cut is not None)
    says = Conclusions(table, cut, forward=forward)
    order = table.order()
    shown = order[start : start + limit].tolist()
    return TraceView(
        direction=Direction.FORWARD if forward else Direction.BACKWARD,
        policies=tuple(flows),
        seeds=tuple(walk.seen),
        traced_sat=sum(one.value_sat for one in walk.seen),
        bounds=TraceBounds(**{name: getattr(walk.bounds, name) for name in Bounds.__slots__}),
        fees=FEES,
        deposits_not_judged=walk.not_judged,
        runs=tuple(policy_view(desk, flow) for flow in flows.values()),
        stops=lines,
        exposures=found,
        conclusions=says.all(lines, found, teller.holders, desk.name),
        ends=tuple(teller.line(row) for row in shown),
        page=Page(start, len(shown), len(table)),
        collisions=tuple(_collisions(desk, flows, limit)),
        collisions_total=sum(len(flow.collisions) for flow in flows.values()),
        basis=desk.basis,
    )


def _stop_lines(flows: Mapping[Policy, Flow]) -> tuple[StopLine, ...]:
    sums = {policy: flow.sums() for policy, flow in flows.items()}
    lines: list[StopLine] = []
    for place, stop in enumerate(STOPS):
        sat = {policy: found.get(stop, 0) for policy, found in sums.items()}
        if any(sat.values()):
            ends = {policy: int((flow.ends.stop == place).sum()) for policy, flow in flows.items()}
            lines.append(StopLine(stop=stop, ends=ends, sat=sat))
    return tuple(sorted(lines, key=lambda line: (-next(iter(line.sat.values())), line.stop.value)))


def policy_view(desk: LookupDesk, flow: Flow) -> PolicyView:
    """How far a flow came."""
    cut = flow.cut is not None and flow.next_tx is not None
    return PolicyView(
        policy=flow.policy,
        outputs=flow.outputs,
        transactions=flow.txs,
        cut=flow.cut,
        followed_to=desk.snapshot.txid(flow.next_tx) if cut and flow.next_tx is not None else None,
        followed_to_block=desk.block_of_tx(flow.next_tx) if cut and flow.next_tx is not None else None,
        frontier=len(flow.frontier),
        frontier_sat=int(flow.frontier.sat.sum()),
    )


def _collisions(desk: LookupDesk, flows: Mapping[Policy, Flow], limit: int) -> Iterator[CollisionLine]:
    """The first of them."""
    for policy, flow in flows.items():
        lost = flow.collisions
        for at in range(min(limit, len(lost))):
            limit -= 1
            yield CollisionLine(
                policy=policy,
                outpoint=desk.snapshot.outpoint(int(lost.output[at])),
                seed=flow.sources[int(lost.source[at])].label,
                counts_under=flow.winner(int(lost.row[at])).label,
                sat=int(lost.sat[at]),
            )


class _Teller:
    """Names what a row of the table is about."""

    def __init__(
        self,
        desk: LookupDesk,
        table: EndTable,
        flows: Mapping[Policy, Flow],
        deposits: Mapping[int, RecognisedDeposit],
        *,
        forward: bool,
    ) -> None:
        self._desk = desk
        self._table = table
        self._flows = tuple(flows.values())
        self._forward = forward
        self._tiers = TraceTiers(desk, deposits, forward=forward)
        self.holders = holders(desk.snapshot, desk.clusters.labels(), table.output, forward=forward)
        self.actors = find_actors(desk.snapshot, desk.attribution, table, self.holders, deposits)

    def line(self, row: int) -> EndLine:
        """One row with its names, and the path by the first policy that came there."""
        table, desk = self._table, self._desk
        output, stop = int(table.output[row]), STOPS[table.stop[row]]
        came = [place for place in range(len(table.policies)) if table.flow_row[place][row] != NOWHERE]
        flow = self._flows[came[0]]
        path = flow.path(int(table.flow_row[came[0]][row]))
        tier = max(
            self._tiers.of_path(path), self._tiers.of_claim(int(self.holders[row]), output, stop), Tier.T0
        )
        bound = bound_of(
            (
                *self._tiers.links_of_path(path),
                *self._tiers.links_of_claim(int(self.holders[row]), output, stop),
            )
        )
        block = desk.block_of_tx(desk.snapshot.output_tx(output))
        return EndLine(
            seed=flow.sources[int(table.source[row])].label,
            stop=stop,
            outpoint=desk.snapshot.outpoint(output),
            address=desk.name(desk.snapshot.output_script(output)),
            cluster=None if self.holders[row] == NOWHERE else int(self.holders[row]),
            actor=self.actors.name(row),
            block=block,
            value_sat=desk.snapshot.output_value(output),
            sat={policy: int(table.sat[place][row]) for place, policy in enumerate(table.policies)},
            policies=tuple(table.policies[place] for place in came),
            hops=int(table.hops[row]),
            weakest_tier=tier,
            path=tuple(desk.snapshot.outpoint(one) for one in path),
            bound=bound,
            says_error=self._tiers.rates.say(bound, int(block.time_utc.timestamp())),
        )
