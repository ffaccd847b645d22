"""Rows for what came in: every payment with its outcome, every withdrawal that it leads back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cointrail.casework.charges import LEAD, PAYMENT
from cointrail.casework.desk import Desk
from cointrail.casework.money_flows import Inflow, InflowClass
from cointrail.casework.rows import ErrorColumns, LeadRow, PaymentRow
from cointrail.casework.statements import state_withdrawal
from cointrail.tracing.backward import trace_back
from cointrail.tracing.hand import change_hops, weakest_tier
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand, Trace
from cointrail.tracing.walk import End


@dataclass(frozen=True, slots=True)
class TracedInflow:
    """An output to the service, what it turned out to be, and its walk back."""

    inflow: Inflow
    kind: InflowClass
    trace: Trace


def trace_inflow(desk: Desk, inflow: Inflow) -> TracedInflow:
    """Walk back from an output to the service; a payment that is all the service's own is a return."""
    trace = trace_back(desk.near, inflow.row.output_num, desk.limits)
    kind = inflow.kind
    if kind is InflowClass.PAYMENT and trace.all_own():
        kind = InflowClass.RETURN
    return TracedInflow(inflow, kind, trace)


def outcome_of(trace: Trace, primary: Policy) -> str:
    """The one name by which a trace is counted: its best lead, else where most value ended.

    Only a lead that carries value by the primary policy counts.
    """
    lead = trace.best_lead(primary)
    return trace.main_stop(primary).value if lead is None else f"{trace.hand_of(lead)}_lead"


def payment_row(desk: Desk, traced: TracedInflow) -> PaymentRow:
    """The row of `payments.csv`."""
    trace = traced.trace
    place = desk.places.of(trace.output_num)
    payer = trace.hand
    led = trace.best_lead(desk.primary) is not None
    return PaymentRow(
        payment=place,
        worth=desk.valuer.at(place.value_sat, place.time_utc),
        report=desk.valuer.at_report(place.value_sat),
        class_=traced.kind,
        payer_cluster=payer,
        payer_cluster_size=None if payer is None else desk.cluster_size(payer),
        payer_cluster_address="" if payer is None else desk.places.address(payer),
        outcome=outcome_of(trace, desk.primary),
        stop_reason="" if led else trace.main_stop(desk.primary).value,
        leads=len(trace.leads()),
        ends_fifo_sat=_sums(trace, Policy.FIFO),
        ends_haircut_sat=_sums(trace, Policy.HAIRCUT),
        note=_note(desk, traced),
        error=None
        if desk.charges is None
        else desk.charges.columns(place.time_utc, PAYMENT, desk.charges.member(traced.inflow.row.script_num)),
    )


def _sums(trace: Trace, policy: Policy) -> str:
    return " ".join(f"{stop.value}={sat}" for stop, sat in trace.sums(policy).items())


def _note(desk: Desk, traced: TracedInflow) -> str:
    notes: list[str] = []
    if traced.trace.hand is None and traced.kind is not InflowClass.MINED:
        verdict = desk.near.clusters.gate(traced.inflow.tx_num)
        notes.append(
            f"no payer cluster: gate {verdict.gate.name} by {', '.join(verdict.reasons) or 'no rule'}"
        )
    own = any(end.stop is Stop.OWN_SERVICE for end in traced.trace.ends)
    if own and traced.kind is InflowClass.PAYMENT:
        notes.append("partly the service's own value")
    return "; ".join(notes)


def lead_rows(desk: Desk, traced: TracedInflow) -> list[LeadRow]:
    """The rows of `leads.csv` for one payment, best first."""
    return [_lead_row(desk, traced.trace, end) for end in traced.trace.leads()]


def _lead_row(desk: Desk, trace: Trace, end: End) -> LeadRow:
    payment = desk.places.of(trace.output_num)
    withdrawal = desk.places.of(end.reach.output_num)
    path = end.reach.path()
    hand = trace.hand_of(end)
    tied = weakest_tier(desk.near, path) if end.reach.in_hand or end.reach.dashed else None
    tier = tied if hand is Hand.SAME_HAND else None
    signer = desk.near.facts(desk.near.maker(end.reach.output_num)).inputs[0].script_num
    assert signer is not None, "a custodian's transaction has known inputs"
    return LeadRow(
        payment=payment.outpoint,
        hand=hand,
        withdrawal=withdrawal,
        worth=desk.valuer.at(withdrawal.value_sat, withdrawal.time_utc),
        report=desk.valuer.at_report(withdrawal.value_sat),
        service=desk.services.of_script(signer),
        hops=end.reach.hops,
        weakest_tier=tier,
        fifo_sat=end.fifo_sat,
        haircut_sat=end.haircut_sat,
        path=desk.places.path(path, "<-"),
        statement=state_withdrawal(payment, withdrawal, end, desk.services.claim_of_script(signer), tier),
        change_hops=None if tied is None else change_hops(desk.near, path[1:]),
        dashed_tier=tied if end.reach.dashed else None,
        error=_lead_error(desk, path, signer, in_hand=tied is not None, when=payment.time_utc),
    )


def _lead_error(
    desk: Desk, path: tuple[int, ...], signer: int, *, in_hand: bool, when: datetime
) -> ErrorColumns | None:
    """Of a lead: that the payment is the service's, the hand between where one is claimed, and the claim."""
    if desk.charges is None:
        return None
    received = desk.near.output(path[0]).script_num
    hand = desk.charges.back(path) if in_hand else ()
    return desk.charges.columns(when, LEAD, desk.charges.member(received), hand, desk.charges.claim(signer))
