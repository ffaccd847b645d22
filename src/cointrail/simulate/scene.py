"""What every actor of a world shares: time, money, chain, and the notes of what is true."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.simulate.clock import Agenda, Time
from cointrail.simulate.ledger import Ledger
from cointrail.simulate.prices import Prices
from cointrail.simulate.truth import Truth


@dataclass(slots=True)
class Scene:
    """The world as its actors see it."""

    agenda: Agenda
    ledger: Ledger
    prices: Prices
    truth: Truth

    @property
    def now(self) -> Time:
        """The present, seconds since 1970."""
        return self.agenda.now

    def sat(self, usd: float) -> int:
        """Satoshi that `usd` dollars buy now."""
        return self.prices.sat(usd, self.now)

    def usd(self, sat: int) -> float:
        """Dollars that `sat` are worth now."""
        return self.prices.usd(sat, self.now)
