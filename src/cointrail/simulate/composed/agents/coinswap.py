"""Coin swaps: two hands exchange coins by handing each other keys. No plan has them unless it says so.

It stands for an agent that nobody foresaw. Each side pays a sum to an address of its own, in a transaction
that looks like any payment; then the keys change hands, and each goes on with the other's coins. Nothing on
the chain links the two. Source: Belcher, Design for a CoinSwap implementation, 2020 (private key handover).
"""

from __future__ import annotations

from cointrail.simulate.composed.agents.custody import hand_over
from cointrail.simulate.composed.agents.people import Person
from cointrail.simulate.composed.ledger import Coin, Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice


class CoinSwap:
    """A service that swaps with whoever comes."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.maker = town.enter("swapper-0", "swap_service", service_program(town.year), dice)
        for _ in range(8):
            town.stakes.append(("swapper-0", self.maker.fresh(), 15 * town.usual))
        self._under_way: list[tuple[Person, Wallet, Wallet]] = []

    def act(self) -> None:
        """Hand over the keys of an old swap, else begin one."""
        if self._under_way and self.dice.chance(0.5) and self._finish():
            return
        town, dice = self.town, self.dice
        value = town.amount(dice, 1.5)
        person = town.somebody(dice, value)
        if person is None or self.maker.balance < value + int(town.rate * 600):
            return
        boxes = [
            Wallet(
                town, owner.owner, owner.program, dice.child(f"{owner.owner}/{town.ledger.tx_count}"), name
            )
            for owner, name in (
                (person.wallet, f"swap-{town.ledger.height}-{len(town.ledger.waiting)}"),
                (self.maker, f"swap-{town.ledger.height}-{len(town.ledger.waiting)}"),
            )
        ]
        paid = person.wallet.pay([Out(boxes[0].fresh("swap"), value, "swap")], "coinswap")
        part = int(value * 0.998)
        if paid is not None and self.maker.pay([Out(boxes[1].fresh("swap"), part, "swap")], "coinswap"):
            self._under_way.append((person, boxes[0], boxes[1]))

    def _finish(self) -> bool:
        """The oldest swap that has confirmed: keys go over, and each side spends with its own coins."""
        person, from_person, from_maker = self._under_way[0]
        coins: list[Coin] = [*from_person.coins, *from_maker.coins]
        if any(coin.height > self.town.ledger.height for coin in coins):
            return False
        self._under_way.pop(0)
        hand_over(self.town, from_person, self.maker, list(from_person.coins))
        hand_over(self.town, from_maker, person.wallet, list(from_maker.coins))
        got = list(person.wallet.coins)[-1:]
        own = [coin for coin in person.wallet.usable() if coin not in got][:2]
        person.wallet.sweep([*own, *got], person.wallet.address(), "self", "consolidation")
        return True
