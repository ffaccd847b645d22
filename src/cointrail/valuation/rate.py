"""A rate: what one bitcoin was worth, who says so, when that price was struck and by which convention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FxRate:
    """Units of `quote` for one unit of `base`, on `day`, as `source` published them."""

    value: Decimal
    base: str
    quote: str
    day: date
    source: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `currency` for one bitcoin.

    Attributes:
        value: exact; for a converted rate the exact product of the price and `via.value`.
        currency: ISO 4217 code.
        source: who published the price; for a converted rate both sources.
        time: when that price was struck, UTC.
        convention: what the price means: which close, and the conversion where there is one.
        via: the currency rate that it was converted with; None when the table is in `currency` itself.
    """

    value: Decimal
    currency: str
    source: str
    time: datetime
    convention: str
    via: FxRate | None = None
