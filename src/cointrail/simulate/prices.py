"""The world's own dollar price of a bitcoin: an invented hourly series with the shape of its era."""

from __future__ import annotations

from pathlib import Path

from cointrail.chain.types import COIN
from cointrail.simulate.clock import END, HOUR, PREMINE, START, date, iso
from cointrail.simulate.dice import Dice

_SHAPE = (
    ("2015-01-05", 270), ("2015-06-01", 230), ("2015-10-01", 240), ("2015-11-04", 400),
    ("2016-01-15", 390), ("2016-05-20", 450), ("2016-06-18", 740), ("2016-08-02", 570),
    ("2016-12-31", 960), ("2017-03-10", 1_180), ("2017-05-25", 2_450), ("2017-07-16", 2_000),
    ("2017-09-01", 4_700), ("2017-09-15", 3_400), ("2017-11-08", 7_300), ("2017-12-17", 19_500),
    ("2018-01-16", 11_000), ("2018-02-06", 7_200), ("2018-02-20", 11_200), ("2018-04-02", 6_900),
)  # fmt: skip
"""Rounded turning points of the era; between them the invented series wanders."""


class Prices:
    """US dollars for one bitcoin, by the hour."""

    def __init__(self, dice: Dice) -> None:
        points = [(date(day), price) for day, price in _SHAPE]
        self._cents: list[int] = []
        wander, leg = 0.0, 0
        for time in range(PREMINE, END + HOUR, HOUR):
            while time >= points[leg + 1][0]:
                leg += 1
            (start, low), (end, high) = points[leg], points[leg + 1]
            wander = 0.995 * wander + 0.0035 * dice.normal()
            middle = low + (high - low) * ((time - start) / (end - start))
            self._cents.append(int(100 * middle * (1.0 + wander)))

    def cents(self, time: int) -> int:
        """US cents for one bitcoin at `time`."""
        return self._cents[(time - PREMINE) // HOUR]

    def sat(self, usd: float, time: int) -> int:
        """Satoshi that `usd` dollars buy at `time`."""
        return int(usd * 100 * COIN / self.cents(time))

    def usd(self, sat: int, time: int) -> float:
        """Dollars that `sat` are worth at `time`."""
        return sat * self.cents(time) / (100 * COIN)

    def write(self, path: Path) -> None:
        """Write the part from June 2015 on as a price table: `time,close`."""
        lines = [
            "# source: invented price of a simulated world; it never stood on any market",
            "# convention: price in the hour that begins at `time`, UTC",
            "# currency: USD",
            "time,close",
        ]
        for time in range(START, END, HOUR):
            cents = self.cents(time)
            lines.append(f"{iso(time)},{cents // 100}.{cents % 100:02d}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
