"""A thief has keys of many hands, and takes their coins in one transaction."""

from __future__ import annotations

from cointrail.simulate.composed.agents.custody import hand_over
from cointrail.simulate.composed.ledger import Coin, Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice

_VICTIMS = (6, 14)


class Thief:
    """Sweeps, waits, and cashes out in parts."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.wallet = town.enter("thief-0", "thief", service_program(town.year), dice)
        self._keys = town.wallet("thief-0", service_program(town.year), dice, "stolen")

    def act(self) -> None:
        """Steal, or cash out what was stolen before."""
        town, dice = self.town, self.dice
        ready = [coin for coin in self.wallet.coins if coin.height < town.ledger.height - 1]
        if ready and dice.chance(0.5):
            lock = town.exchange(dice).deposit_lock("thief-0")
            value = int(ready[0].value * dice.between(0.2, 0.6))
            self.wallet.pay([Out(lock, value, "deposit")], "payment", first=ready[:1])
            return
        taken: list[Coin] = []
        for victim in town.people(dice, _VICTIMS[0] + dice.below(_VICTIMS[1] - _VICTIMS[0]), 0):
            taken += hand_over(town, victim.wallet, self._keys, victim.wallet.usable()[:2])
        if taken:
            self._keys.sweep(taken, self.wallet.fresh(), "theft", "theft")
