"""What amounts were worth at their time: many at once, in any currency that prices can be told in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from cointrail.casework.worth import Valuer
from cointrail.workbench.reference_views import rates_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueLine:
    """The value of an amount at a time.

    Attributes:
        value: rounded as the currency is counted; None without a rate, never zero.
        currency: ISO 4217.
        rate: of one bitcoin.
        source: who published it.
        rate_time: when that price was struck.
        convention: what the price means, and the conversion where there is one.
    """

    value: str | None
    currency: str
    rate: Decimal | None
    source: str | None
    rate_time: datetime | None
    convention: str | None


def values_at(
    prices: tuple[Path, ...], currency: str, amounts: Sequence[tuple[datetime, int]]
) -> tuple[ValueLine, ...]:
    """The value of each amount of satoshi at its time, in one currency.

    Raises:
        BadPrice: a table cannot be read, or no table has the currency and the ECB does not quote it.
        BadInput: a time has no zone.
    """
    valuer = Valuer(rates_of(prices), currency, None)
    return tuple(_line(valuer, currency, when, sat) for when, sat in amounts)


def _line(valuer: Valuer, currency: str, when: datetime, sat: int) -> ValueLine:
    worth = valuer.at(sat, when)
    return ValueLine(
        value=worth.value or None,
        currency=currency,
        rate=worth.rate,
        source=worth.rate_source,
        rate_time=worth.rate_time,
        convention=worth.rate_convention,
    )
