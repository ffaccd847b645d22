"""Rows for what went out: every outflow followed to its deposits and its other ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cointrail.casework.charges import DEPOSIT
from cointrail.casework.desk import Desk
from cointrail.casework.money_flows import Outflow, OutflowClass
from cointrail.casework.rows import ErrorColumns, ProceedRow
from cointrail.casework.statements import state_deposit
from cointrail.tracing.forward import trace_forward
from cointrail.tracing.hand import change_hops, kept_tier
from cointrail.tracing.stops import LEADS, Stop
from cointrail.tracing.trace import Hand, Trace
from cointrail.tracing.walk import End, Reach


@dataclass(frozen=True, slots=True)
class TracedOutflow:
    """An outflow and its walk forward."""

    outflow: Outflow
    trace: Trace


def trace_outflow(desk: Desk, outflow: Outflow) -> TracedOutflow:
    """Walk forward from an outflow. Outputs of other classes end where they are."""
    row = outflow.row
    if outflow.kind is OutflowClass.OUTFLOW:
        return TracedOutflow(outflow, trace_forward(desk.near, row.output_num, desk.limits))
    stop = Stop.UNSPENT
    if outflow.kind is OutflowClass.CHANGE:
        stop = Stop.OWN_SERVICE
    elif outflow.kind is OutflowClass.MIXED:
        stop = desk.near.forth(outflow.tx_num).stop or Stop.MULTIPARTY
    start = Reach(row.output_num, 0, True, [(0, row.value)], row.value)  # noqa: FBT003  in the hand of the service
    end = End(stop, start, row.value, row.value)
    return TracedOutflow(outflow, Trace(row.output_num, row.value, None, Hand.DOWNSTREAM, (end,), (), (end,)))


def proceed_rows(desk: Desk, traced: TracedOutflow) -> list[ProceedRow]:
    """The rows of `proceeds.csv` for one outflow: deposits first, then one row a stop reason.

    Their values add up to the outflow, by each policy.
    """
    deposits = [_row(desk, traced, [end]) for end in traced.trace.leads()]
    by_stop: dict[Stop, list[End]] = {}
    for end in traced.trace.ends:
        if end.stop not in LEADS:
            by_stop.setdefault(end.stop, []).append(end)
    stops = [_row(desk, traced, by_stop[stop]) for stop in sorted(by_stop)]
    return deposits + stops


def _row(desk: Desk, traced: TracedOutflow, ends: list[End]) -> ProceedRow:
    nearest = min(ends, key=lambda end: (end.reach.hops, end.reach.output_num))
    outflow = desk.places.of(traced.trace.output_num)
    place = desk.places.of(nearest.reach.output_num)
    path = nearest.reach.path()
    hand = service = statement = hops = tier = tied = dashed = None
    outcome = nearest.stop.value
    if nearest.stop in LEADS:
        hand = traced.trace.hand_of(nearest)
        outcome = f"{hand}_lead"
        receiver = desk.near.output(nearest.reach.output_num).script_num
        service = desk.services.of_script(receiver)
        claim = desk.services.claim_of_script(receiver)
        tied = kept_tier(desk.near, path) if nearest.reach.in_hand or nearest.reach.dashed else None
        tier = tied if hand is Hand.SAME_HAND else None
        dashed = tied if nearest.reach.dashed else None
        statement = state_deposit(outflow, place, nearest, claim, tier)
        hops = None if tied is None else change_hops(desk.near, path[:-1])
    return ProceedRow(
        class_=traced.outflow.kind,
        outflow=outflow,
        outflow_worth=desk.valuer.at(outflow.value_sat, outflow.time_utc),
        outcome=outcome,
        hand=hand,
        branches=len(ends),
        end=place,
        worth=desk.valuer.at(place.value_sat, place.time_utc),
        report=desk.valuer.at_report(place.value_sat),
        service=service,
        hops=nearest.reach.hops,
        fifo_sat=sum(end.fifo_sat for end in ends),
        haircut_sat=sum(end.haircut_sat for end in ends),
        path=desk.places.path(path, "->"),
        statement=statement,
        weakest_tier=tier,
        change_hops=hops,
        dashed_tier=dashed,
        error=_error(desk, path, in_hand=tied is not None, when=place.time_utc) if hand is not None else None,
    )


def _error(desk: Desk, path: tuple[int, ...], *, in_hand: bool, when: datetime) -> ErrorColumns | None:
    """Of a deposit: that the outflow is the service's, the hand where one is claimed, and the claim."""
    if desk.charges is None:
        return None
    left = desk.near.facts(desk.near.maker(path[0]))
    signer = next((row.script_num for row in left.inputs if row.script_num is not None), None)
    own = () if signer is None else desk.charges.member(signer)
    hand = desk.charges.forward(path) if in_hand else ()
    receiver = desk.near.output(path[-1]).script_num
    return desk.charges.columns(when, DEPOSIT, own, hand, desk.charges.claim(receiver))
