"""Sums over rows: exact, labelled with their convention, with what could not be valued counted beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from cointrail.casework.case import Case
from cointrail.casework.rows import ErrorColumns, PaymentRow, Worth
from cointrail.error_rates.combine import ONE
from cointrail.valuation.rates import add_up, money_text

AT_PAYMENT = "value of each output at its own block's time"
AT_REPORT = "value of each output at the end of the report date"
EXPECTED = "the sum of the rows' bounds: no more rows than this are expected to be wrong, independent or not"


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


def error_total(errors: Iterable[ErrorColumns | None]) -> dict[str, Any]:
    """How many rows of a total are expected to be wrong at most; methods.md 9.4.

    Args:
        errors: of each row; None where a row infers nothing.
    """
    told = [error for error in errors if error is not None]
    measured = [error for error in told if error.bound_ppm is not None]
    return {
        "expected_wrong": _rows_text(error.bound_ppm for error in measured),
        "expected_wrong_at_payjoin_5": _rows_text(error.payjoin_5_ppm for error in measured),
        "rows": len(measured),
        "rows_not_measured": len(told) - len(measured),
        "convention": EXPECTED,
    }


def _rows_text(bounds_ppm: Iterable[int | None]) -> str:
    """A number of rows with two places, rounded up."""
    hundredths = -(-sum(bound or 0 for bound in bounds_ppm) * 100 // ONE)
    return f"{hundredths // 100}.{hundredths % 100:02}"
