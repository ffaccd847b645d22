"""Exact money: products and sums are never rounded, only their printed form is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

from cointrail.valuation.rate import Rate

EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Arithmetic that raises rather than rounds. Prices have at most 30 digits, satoshi 16."""

_ROUNDED = Context(prec=120, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])

_SAT_DIGITS = 8
_USUAL_DIGITS = 2
_OTHER_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0
    ),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Digits of the minor unit where they are not two. Source: ISO 4217, list one, 2024."""


def value_of(sat: int, rate: Rate | None) -> Decimal | None:
    """`sat` satoshi at `rate`, exactly: sat x rate / 100,000,000. None without a rate; never zero for it."""
    if rate is None:
        return None
    return EXACT.scaleb(EXACT.multiply(Decimal(sat), rate.value), -_SAT_DIGITS)


def money_text(value: Decimal | None, currency: str = "USD") -> str:
    """The amount for people: rounded half to even to the currency's minor unit, `1234.50`. None is empty.

    Round here and nowhere before: a total is the sum of exact values, then rounded once, so it may
    differ in its last digit from the sum of the printed parts.
    """
    if value is None:
        return ""
    unit = Decimal(1).scaleb(-_OTHER_DIGITS.get(currency, _USUAL_DIGITS))
    rounded = value.quantize(unit, context=_ROUNDED)
    return f"{rounded or abs(rounded):f}"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, how many values are in it, and how many could not be: those had no rate.

    `value` is None when nothing could be valued, which is not the same as zero.
    """

    value: Decimal | None
    valued: int
    without_rate: int


def add_up(values: Iterable[Decimal | None]) -> Total:
    """Sum exact values; those without a rate are counted beside the sum, never taken as zero."""
    total, valued, without_rate = Decimal(0), 0, 0
    for value in values:
        if value is None:
            without_rate += 1
        else:
            total, valued = EXACT.add(total, value), valued + 1
    return Total(total if valued else None, valued, without_rate)
