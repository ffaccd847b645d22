"""Sums over rows: exact, labelled with their convention, with what could not be valued counted beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from cointrail.casework.case import Case
from cointrail.casework.rows import PaymentRow, Worth
from cointrail.valuation.rates import add_up, money_text

AT_PAYMENT = "value of each output at its own block's time"
AT_REPORT = "value of each output at the end of the report date"


def total(worths: Iterable[Worth], currency: str, convention: str) -> dict[str, Any]:
    """An exact sum, rounded once, with its convention and what has no rate."""
    found = add_up(worth.exact for worth in worths)
    return {
        "value": money_text(found.value, currency),
        "currency": currency,
        "convention": convention,
        "valued": found.valued,
        "without_rate": found.without_rate,
    }


def inflow_totals(rows: Sequence[PaymentRow], case: Case) -> dict[str, Any]:
    """Count, satoshi, and fiat under the conventions that the case asks for."""
    totals: dict[str, Any] = {
        "count": len(rows),
        "value_sat": str(sum(row.payment.value_sat for row in rows)),
    }
    if case.currency is not None:
        totals["fiat_at_payment_time"] = total((row.worth for row in rows), case.currency, AT_PAYMENT)
        if case.report_date is not None:
            totals["fiat_at_report_date"] = total((row.report for row in rows), case.currency, AT_REPORT)
    return totals


def tally(outcomes: Iterable[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    """Count and satoshi by outcome, most frequent first, ties by name."""
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for outcome, sat in outcomes:
        counts[outcome] += 1
        sums[outcome] += sat
    ranked = sorted(counts, key=lambda outcome: (-counts[outcome], outcome))
    return {outcome: {"count": counts[outcome], "value_sat": str(sums[outcome])} for outcome in ranked}
