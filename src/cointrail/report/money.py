"""Amounts as a report writes them."""

from __future__ import annotations

from decimal import Decimal

from cointrail.chain.types import COIN


def bitcoin(sat: int | str) -> str:
    """Satoshi as bitcoin with all eight digits and separators, without the unit."""
    whole, rest = divmod(int(sat), COIN)
    return f"{whole:,}.{rest:08d}"


def fiat(value: str, currency: str) -> str:
    """A fiat value with separators and its currency; what has no rate says so, and is never zero."""
    return f"{Decimal(value):,f} {currency}" if value else "no rate"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 payment`, `7,117 payments`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """The verb of `count`'s noun: 1 payment `leads`, 7,117 payments `lead`."""
    return one if number == 1 else many


def percent(part: int, whole: int) -> str:
    """A share to one digit behind the point, rounded half up; one that is there is never 0.0 %."""
    if not whole:
        return ""
    tenths = (part * 2_000 + whole) // (2 * whole)
    if part and not tenths:
        return "< 0.1 %"
    return f"{tenths // 10}.{tenths % 10} %"
