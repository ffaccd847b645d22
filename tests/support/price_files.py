"""Small price tables and rates."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from cointrail.valuation.rates import About, Rate, RateBook

SAID = About(source="a venue", convention="daily close, 24:00 UTC", currency="USD")
HEAD = "# source: a venue\n# convention: daily close, 24:00 UTC\n# currency: USD\n"


def at(text: str) -> datetime:
    """A time in UTC: `2018-03-31` or `2018-03-31T13:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rate(value: str) -> Rate:
    """A rate of that many dollars."""
    return Rate(Decimal(value), "USD", "a venue", at("2018-04-01"), "daily close")


def book(folder: Path, text: str, name: str = "prices.csv", about: About | None = None) -> RateBook:
    """The rate book of one file of that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return RateBook.load([path], about) if about else RateBook.load([path])


def price(rates: RateBook, when: str, currency: str = "USD") -> str | None:
    """The rate's value at a time, as text."""
    found = rates.rate_at(at(when), currency)
    return None if found is None else str(found.value)
