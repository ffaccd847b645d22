"""A custodial mixer: coins in, other coins out, later and in parts."""

from __future__ import annotations

from collections import deque

from cointrail.simulate.composed.ledger import Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, Lock


class Mixer:
    """Takes in, keeps two parts in a hundred, pays out from what others brought."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        kind = Kind.P2PKH if town.year < 2021 else Kind.P2WPKH
        self.wallet = town.enter("mixer-0", "mixer", service_program(town.year, kind), dice)
        self._due: deque[tuple[int, Lock, int]] = deque()
        for _ in range(6):
            town.stakes.append(("mixer-0", self.wallet.fresh(), 15 * town.usual))

    def act(self) -> None:
        """Pay out what is due, else take in."""
        town, dice = self.town, self.dice
        if self._due and self._due[0][0] <= town.ledger.height:
            _, lock, value = self._due.popleft()
            self.wallet.pay([Out(lock, value, "withdrawal")], "mixer_out")
            return
        value = town.amount(dice, 2.0)
        person = town.somebody(dice, value)
        if person is None:
            return
        posted = person.wallet.pay([Out(self.wallet.fresh("deposit"), value, "deposit")], "mixer_in")
        if posted is not None:
            parts = 1 + dice.below(3)
            height = town.ledger.height + 1
            for n in range(parts):
                share = int(value * 0.98 / parts * dice.between(0.9, 1.0))
                self._due.append((height + n + 1 + dice.below(4), person.wallet.address(), share))
