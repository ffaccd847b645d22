from __future__ import annotations

from decimal import Decimal

import pytest

from cointrail.valuation.rates import Total, add_up, money_text, value_of
from support.price_files import rate


def test_a_value_is_the_exact_product() -> None:
    assert value_of(1, rate("6900.123456789")) == Decimal("0.00006900123456789")
    assert value_of(2_100_000_000_000_000, rate("69000.5")) == Decimal(1449010500000)


def test_without_a_rate_there_is_no_value() -> None:
    assert value_of(100, None) is None
    assert money_text(None) == ""


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("1234.5", "USD", "1234.50"),
        ("0.005", "USD", "0.00"),
        ("0.015", "USD", "0.02"),
        ("0.0250000001", "USD", "0.03"),
        ("-0.001", "USD", "0.00"),
        ("1e6", "EUR", "1000000.00"),
        ("1234.5", "KRW", "1234"),
        ("1235.5", "JPY", "1236"),
        ("1.23456", "KWD", "1.235"),
    ],
)
def test_money_is_shown_to_the_minor_unit_half_to_even(value: str, currency: str, text: str) -> None:
    assert money_text(Decimal(value), currency) == text


def test_a_total_adds_exact_values_and_counts_those_without_a_rate() -> None:
    total = add_up([Decimal("0.004"), None, Decimal("0.004")])
    assert total == Total(Decimal("0.008"), 2, 1)
    assert money_text(total.value) == "0.01"


@pytest.mark.parametrize(("values", "missing"), [([], 0), ([None, None], 2)])
def test_a_total_of_nothing_valued_is_empty_and_not_zero(values: list[None], missing: int) -> None:
    assert add_up(values) == Total(None, 0, missing)
