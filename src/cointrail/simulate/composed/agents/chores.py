"""Small habits: people who put their coins together, and senders of dust."""

from __future__ import annotations

from cointrail.simulate.composed.ledger import Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice

_DUST = (546, 547, 888, 1_000)
_DUSTED = 40


class Consolidators:
    """Now and then somebody makes one coin of many."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice

    def act(self) -> None:
        """The one of six who has most coins puts them together."""
        some = [self.dice.pick(self.town.persons) for _ in range(6)]
        wallet = max(some, key=lambda person: len(person.wallet.coins)).wallet
        coins = wallet.usable()
        if len(coins) > 2:
            wallet.sweep(coins, wallet.address(), "self", "consolidation")


class Duster:
    """Sends a few satoshi to addresses that hold something."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.wallet = town.enter("duster-0", "duster", service_program(town.year), dice)
        town.stakes.append(("duster-0", self.wallet.fresh(), 20 * town.usual))

    def act(self) -> None:
        """One transaction with dust for many."""
        locks = {}
        for person in self.town.people(self.dice, _DUSTED, 0):
            coin = next(iter(person.wallet.coins), None)
            if coin is not None:
                locks[coin.lock.script] = coin.lock
        value = self.dice.pick(_DUST)
        if self.wallet.balance < 5 * self.town.usual:
            self.town.exchange(self.dice).request("duster-0", self.wallet.fresh(), 10 * self.town.usual)
        if locks:
            self.wallet.pay([Out(lock, value, "dust") for lock in locks.values()], "dusting")
