from __future__ import annotations

from cointrail.cli.case import _fiat, _grouped


def test_money_is_grouped_to_the_last_digit() -> None:
    assert _grouped("348904.67") == "348,904.67"
    assert _grouped("0.00") == "0.00"


def test_money_without_a_rate_is_not_zero() -> None:
    assert _grouped("") == "no rate"


def test_a_fiat_total_names_its_convention_and_what_it_leaves_out() -> None:
    total = {"value": "1.50", "currency": "USD", "convention": "at block time", "without_rate": 3}
    facts = _fiat("payments", {"fiat_at_payment_time": total})
    assert facts == [("payments in USD", "1.50 (at block time; 3 without a rate)")]
