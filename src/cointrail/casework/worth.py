"""Fiat figures: at the time of an output, and at the end of the report date. Exact, with their source."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from cointrail.casework.rows import Worth
from cointrail.casework.sight import CaseRates
from cointrail.valuation.rates import Rate, money_text, value_of

NO_WORTH = Worth(
    exact=None, value="", currency=None, rate=None, rate_source=None, rate_time=None, rate_convention=None
)
"""No rate: nothing is said, least of all zero."""


class Valuer:
    """Values satoshi in the case's currency; looks each time up once.

    Args:
        rates: the price set.
        currency: None: nothing is valued.
        report_date: None: nothing is valued a second time.
    """

    def __init__(self, rates: CaseRates, currency: str | None, report_date: date | None) -> None:
        self._rates = rates
        self._currency = currency
        self._seen: dict[datetime, Rate | None] = {}
        self._report_time = (
            None if report_date is None else datetime.combine(report_date, time(23, 59, 59), UTC)
        )

    def at(self, sat: int, when: datetime) -> Worth:
        """What it was worth at that time."""
        if self._currency is None:
            return NO_WORTH
        if when not in self._seen:
            self._seen[when] = self._rates.rate_at(when, self._currency)
        return _worth(sat, self._seen[when])

    def at_report(self, sat: int) -> Worth:
        """What it was worth in the last second of the report date."""
        return NO_WORTH if self._report_time is None else self.at(sat, self._report_time)


def _worth(sat: int, rate: Rate | None) -> Worth:
    if rate is None:
        return NO_WORTH
    exact = value_of(sat, rate)
    return Worth(
        exact=exact,
        value=money_text(exact, rate.currency),
        currency=rate.currency,
        rate=rate.value,
        rate_source=rate.source,
        rate_time=rate.time,
        rate_convention=rate.convention,
    )
