"""Run a case: from seeds to payments, payers' withdrawals and proceeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cointrail.casework.basis import basis_of
from cointrail.casework.bridges import LinksOf, describe_bridges
from cointrail.casework.case import Case
from cointrail.casework.desk import Desk
from cointrail.casework.judged_clusters import Judged, describe_judgements
from cointrail.casework.money_flows import InflowClass, MoneyFlows, list_flows
from cointrail.casework.payer_leads import lead_rows, payment_row, trace_inflow
from cointrail.casework.proceeds import TracedOutflow, proceed_rows, trace_outflow
from cointrail.casework.remarks import check_period, describe_remarks, describe_tags
from cointrail.casework.result import CaseResult
from cointrail.casework.rows import LeadRow, PaymentRow
from cointrail.casework.sight import CaseClusters, CaseLedger, CaseRates, CaseTags
from cointrail.casework.subject import find_subject
from cointrail.casework.summary import (
    describe_case,
    describe_conflicts,
    describe_inflows,
    describe_leads,
    describe_outflows,
    describe_subject,
)
from cointrail.tracing.ledger import Changes
from cointrail.tracing.link_rates import LinkRates
from cointrail.tracing.trace import Trace

Progress = Callable[[int, int], None]
"""Called with flows done and flows in all."""

OnTrace = Callable[[str, Trace], None]
"""Called with the table that a walk belongs to, `payments` or `proceeds`, and the walk."""


def run_case(
    case: Case,
    snapshot: CaseLedger,
    clusters: CaseClusters,
    attribution: CaseTags,
    rates: CaseRates,
    *,
    changes: Changes | None = None,
    link_rates: LinkRates | None = None,
    judged: Judged | None = None,
    links_of: LinksOf | None = None,
    tag_verdicts: Mapping[str, int] | None = None,
    progress: Progress | None = None,
    on_trace: OnTrace | None = None,
) -> CaseResult:
    """Run a case on one snapshot. The same basis gives the same result.

    Args:
        case: what is asked.
        snapshot: the chain, up to its tip.
        clusters: of the same snapshot.
        attribution: a tag set laid over those clusters.
        rates: the price set.
        changes: which outputs are change; None: nobody says, and a hand reaches as far as its cluster.
        link_rates: how often links are wrong; None: rows do not say it.
        judged: the same clusters again, where the case has judgements; they say what those changed.
        links_of: the links of a cluster, for those that payments hang on; None: nothing is said of them.
        tag_verdicts: rows of the tag files by verdict, for the summary; None: no files were read.
        progress: told how far the walks are.
        on_trace: given each walk before it is let go.

    Raises:
        NotFound: none of the seeds is on the chain.
        BadCase: a seed lies in a tagged custodial service, or the chain has no block in the period.
    """
    verdicts = tag_verdicts or {}
    check_period(case.period, snapshot)
    subject = find_subject(case, snapshot, clusters, attribution)
    desk = Desk(
        case,
        subject,
        ledger=snapshot,
        clusters=clusters,
        tags=attribution,
        rates=rates,
        changes=changes,
        link_rates=link_rates,
    )
    flows = list_flows(desk.near, snapshot, subject.scripts, case.period)
    told = _Told(len(flows.inflows) + len(flows.outflows), progress, on_trace)
    payments, leads = _follow_inflows(desk, flows, told)
    outflows = _follow_outflows(desk, flows, told)
    proceeds = tuple(row for traced in outflows for row in proceed_rows(desk, traced))
    basis = basis_of(case, snapshot, clusters, attribution, rates)
    summary = {
        **describe_case(case, basis, snapshot),
        **describe_remarks(case, snapshot, attribution, verdicts),
        **describe_subject(case, subject, desk),
        **describe_inflows(payments, case),
        **describe_leads(leads, proceeds, case.policies[0]),
        **describe_outflows(outflows, desk, case.currency),
        **describe_bridges(
            desk, subject, clusters, _paid(flows, payments), links_of=links_of, rates=link_rates
        ),
        **describe_tags(attribution, verdicts),
        **describe_conflicts(attribution),
        **describe_judgements(case.judgements, judged, desk.places.address, desk.places.txid),
        "skipped": flows.skipped,
    }
    return CaseResult(basis=basis, payments=payments, leads=leads, proceeds=proceeds, summary=summary)


@dataclass
class _Told:
    """Counts flows that are done, and tells."""

    in_all: int
    progress: Progress | None
    on_trace: OnTrace | None
    done: int = 0

    def one_more(self, table: str, trace: Trace) -> None:
        self.done += 1
        if self.on_trace is not None:
            self.on_trace(table, trace)
        if self.progress is not None:
            self.progress(self.done, self.in_all)


def _follow_inflows(
    desk: Desk, flows: MoneyFlows, told: _Told
) -> tuple[tuple[PaymentRow, ...], tuple[LeadRow, ...]]:
    """Rows for each inflow; its walk is let go before the next one begins."""
    payments: list[PaymentRow] = []
    leads: list[LeadRow] = []
    for inflow in flows.inflows:
        traced = trace_inflow(desk, inflow)
        payments.append(payment_row(desk, traced))
        if traced.kind is InflowClass.PAYMENT:
            leads += lead_rows(desk, traced)
        told.one_more("payments", traced.trace)
    return tuple(payments), tuple(leads)


def _paid(flows: MoneyFlows, payments: tuple[PaymentRow, ...]) -> list[tuple[int, int]]:
    """Script and satoshi of each payment."""
    return [
        (inflow.row.script_num, row.payment.value_sat)
        for inflow, row in zip(flows.inflows, payments, strict=True)
        if row.class_ is InflowClass.PAYMENT
    ]


def _follow_outflows(desk: Desk, flows: MoneyFlows, told: _Told) -> list[TracedOutflow]:
    outflows: list[TracedOutflow] = []
    for outflow in flows.outflows:
        outflows.append(trace_outflow(desk, outflow))
        told.one_more("proceeds", outflows[-1].trace)
    return outflows
