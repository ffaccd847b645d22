"""The summary of a case as JSON values: counts that add up, totals with their convention."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cointrail.attribution.safe_text import safe_text
from cointrail.casework.basis import Basis
from cointrail.casework.by_service import OVERLAP, by_exchange, by_jurisdiction, carries, tally_leads
from cointrail.casework.case import Case, Period
from cointrail.casework.desk import Desk
from cointrail.casework.money_flows import InflowClass, OutflowClass
from cointrail.casework.payer_leads import outcome_of
from cointrail.casework.proceeds import TracedOutflow
from cointrail.casework.remarks import utc
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.casework.sight import CaseLedger, CaseTags
from cointrail.casework.subject import Subject
from cointrail.casework.totals import AT_PAYMENT, error_total, inflow_totals, tally, total
from cointrail.tracing.policy import Policy


def describe_case(case: Case, basis: Basis, ledger: CaseLedger) -> dict[str, Any]:
    """What was asked, and of which chain."""
    return {
        "reference": safe_text(case.reference),
        "legal_basis": safe_text(case.legal_basis),
        "opened": case.opened.isoformat() if case.opened else None,
        "period": _period(case.period, ledger),
        "report_date": case.report_date.isoformat() if case.report_date else None,
        "policies": [policy.value for policy in case.policies],
        "network": basis.network,
        "tip": {
            "hash": basis.tip_hash,
            "height": basis.tip_height,
            "time_utc": utc(ledger.block_time(ledger.height)),
        },
        "basis_digest": basis.digest(),
    }


def _period(period: Period, ledger: CaseLedger) -> dict[str, str | None]:
    """What was asked for, and what the chain can answer for."""
    first, last = (None if when is None else utc(when) for when in (period.first, period.last))
    return {
        "from": first,
        "to": last,
        "by": "block time, both ends included",
        "chain_from": utc(ledger.block_time(0)),
        "chain_to": utc(ledger.block_time(ledger.height)),
    }


def describe_subject(case: Case, subject: Subject, desk: Desk) -> dict[str, Any]:
    """The seeds and the clusters that they lie in."""
    return {
        "seeds": {
            "given": len(case.seeds) + case.repeated_seeds,
            "repeated": case.repeated_seeds,
            "found": len(case.seeds) - len(subject.missing),
            "missing": [
                {"seed": seed.text, "file": Path(seed.file).name, "line": seed.line}
                for seed in subject.missing
            ],
        },
        "clusters": [
            {
                "label": cluster.label,
                "address": desk.places.address(cluster.label),
                "scripts": cluster.size,
                "seeds": cluster.seeds,
            }
            for cluster in subject.clusters
        ],
    }


def describe_inflows(rows: Sequence[PaymentRow], case: Case) -> dict[str, Any]:
    """Payments with their outcomes, which add up to them; beside them what is no payment."""
    by_class = {kind: [row for row in rows if row.class_ is kind] for kind in InflowClass}
    payments = by_class[InflowClass.PAYMENT]
    return {
        "payments": {
            **inflow_totals(payments, case),
            "outcomes": tally((row.outcome, row.payment.value_sat) for row in payments),
            "error": error_total(row.error for row in payments),
        },
        "not_payments": {
            kind.value: inflow_totals(listed, case)
            for kind, listed in by_class.items()
            if kind is not InflowClass.PAYMENT
        },
    }


def describe_leads(
    leads: Sequence[LeadRow], proceeds: Sequence[ProceedRow], primary: Policy
) -> dict[str, Any]:
    """Leads in numbers of distinct outputs, in all, by service and by country.

    All rows are counted as rows; the rest counts those that carry value by the primary policy.
    """
    deposits = [row for row in proceeds if row.service is not None]
    led = [row for row in leads if carries(row, primary)]
    paid_in = [row for row in deposits if carries(row, primary)]
    return {
        "leads": {
            "rows": len(leads),
            "deposit_rows": len(deposits),
            **tally_leads(led, paid_in).json(),
            "note": OVERLAP,
            "error": error_total(row.error for row in led),
            "deposit_error": error_total(row.error for row in paid_in),
        },
        "by_exchange": by_exchange(led, paid_in),
        "by_jurisdiction": by_jurisdiction(led, paid_in),
    }


def describe_outflows(traced: Sequence[TracedOutflow], desk: Desk, currency: str | None) -> dict[str, Any]:
    """Outflows with their outcomes, which add up to them; beside them what never left in sight."""
    described: dict[str, Any] = {}
    for kind in OutflowClass:
        listed = [one for one in traced if one.outflow.kind is kind]
        places = [desk.places.of(one.trace.output_num) for one in listed]
        described[kind.value] = {
            "count": len(listed),
            "value_sat": str(sum(place.value_sat for place in places)),
            "outcomes": tally((outcome_of(one.trace, desk.primary), one.trace.value_sat) for one in listed),
        }
        if currency is not None:
            worths = (desk.valuer.at(place.value_sat, place.time_utc) for place in places)
            described[kind.value]["fiat_at_outflow_time"] = total(worths, currency, AT_PAYMENT)
    return {"proceeds": described}


def describe_conflicts(tags: CaseTags) -> dict[str, Any]:
    """Clusters for which sources name different parties; no trace goes through them."""
    return {
        "conflicting_clusters": [
            {
                "label": found.label,
                "parties": [safe_text(party) for party in found.parties],
                "tags": [
                    {
                        "label": safe_text(proposal.tag.label),
                        "source": safe_text(proposal.tag.source),
                        "address": safe_text(proposal.tag.subject),
                    }
                    for proposal in found.proposals
                ],
            }
            for found in tags.conflicts()
        ]
    }
