"""What changes with the year and is not a wallet program's habit: fees, prices, sums, what exists at all.

Fee levels are rounded from the medians of real blocks of these years; a world's rate wanders between the
lowest and the highest. Prices are rounded yearly means and only decide which sums are round in money.
"""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.types import COIN
from cointrail.simulate.clock import Time, date


@dataclass(frozen=True, slots=True)
class Era:
    """One of the years that worlds are set in."""

    year: int
    start: Time
    low_rate: float
    high_rate: float
    """Satoshi for a virtual byte."""
    usd: float
    """Dollars for a bitcoin."""
    usual: int
    """Satoshi of the median payment."""
    zeros: tuple[tuple[int, float], ...]
    """Parts of payments that end in that many decimal zeros of satoshi: somebody typed them in bitcoin."""
    money_share: float
    """Part of payments that are round in dollars."""


ERAS = {
    2013: Era(
        2013,
        date("2013-03-01"),
        20,
        60,
        120,
        COIN // 10,
        ((8, 0.08), (7, 0.12), (6, 0.22), (5, 0.17), (4, 0.17), (3, 0.06)),
        0.08,
    ),
    2016: Era(
        2016,
        date("2016-02-01"),
        20,
        90,
        500,
        COIN // 60,
        ((8, 0.02), (7, 0.04), (6, 0.08), (5, 0.11), (4, 0.24), (3, 0.18), (2, 0.04)),
        0.15,
    ),
    2018: Era(
        2018,
        date("2018-03-01"),
        4,
        120,
        8_000,
        COIN // 100,
        ((8, 0.02), (7, 0.04), (6, 0.09), (5, 0.12), (4, 0.14), (3, 0.09), (2, 0.07)),
        0.20,
    ),
    2021: Era(
        2021,
        date("2021-02-01"),
        10,
        150,
        45_000,
        COIN // 500,
        ((7, 0.01), (6, 0.02), (5, 0.04), (4, 0.06), (3, 0.05), (2, 0.06)),
        0.30,
    ),
    2025: Era(
        2025,
        date("2025-01-01"),
        1,
        40,
        95_000,
        COIN // 2_000,
        ((7, 0.01), (6, 0.02), (5, 0.04), (4, 0.05), (3, 0.06), (2, 0.08)),
        0.30,
    ),
}
"""By year."""
