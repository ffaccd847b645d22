"""Keys that change hands: imported by an exchange, stolen, or handed to a custodian."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.simulate.composed.agents.exchange import MOST_AT_ONCE
from cointrail.simulate.composed.ledger import Coin
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice

_IMPORTS = 0.85
"""Part of its acts in which a customer's key is imported; in the others a store goes to a custodian."""


def hand_over(town: Town, giver: Wallet, taker: Wallet, coins: Sequence[Coin]) -> list[Coin]:
    """Let `taker` decide over the locks of `coins`, and over all that lies there; the coins he got.

    A lock at which something is still unconfirmed stays where it is.
    """
    height = town.ledger.height
    locks = {coin.lock.script: coin.lock for coin in coins}
    held: dict[bytes, list[Coin]] = {}
    for coin in giver.coins:
        if coin.lock.script in locks:
            held.setdefault(coin.lock.script, []).append(coin)
    moved = []
    for script, there in held.items():
        if any(coin.height > height for coin in there):
            continue
        lock = locks[script]
        town.record.move(lock, taker.owner, height + 1)
        town.record.flow(giver.owner, taker.owner, sum(coin.value for coin in there))
        for coin in there:
            giver.forget(coin)
        lock.owner, lock.home = taker.owner, taker
        giver.let_go(lock)
        for coin in there:
            taker.receive(coin)
        moved += there
    return moved


class Custody:
    """Exchanges that take over keys, and one that gives its store away."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self._moved = 0

    def act(self) -> None:
        """A customer's key is imported, or a cold store moves."""
        town, dice = self.town, self.dice
        if dice.chance(_IMPORTS) or self._moved >= len(town.exchanges) - 1:
            person = dice.pick(town.persons)
            exchange = person.bank
            got = hand_over(town, person.wallet, exchange.tills, person.wallet.usable()[:3])
            if got:
                others = [coin for coin in exchange.tills.usable() if coin not in got]
                coins = [*got, *others[: MOST_AT_ONCE - len(got)]]
                exchange.tills.sweep(coins, exchange.hot.fresh("hot"), "sweep", "sweep")
            return
        self._move_store()

    def _move_store(self) -> None:
        exchange = self.town.exchanges[-1 - self._moved]
        if not exchange.cold.coins:
            return
        name = f"custodian-{self._moved}"
        self._moved += 1
        program = service_program(self.town.year, exchange.cold.kind)
        store = self.town.enter(name, "custodian", program, self.dice.child(name))
        hand_over(self.town, exchange.cold, store, exchange.cold.usable())
        if not exchange.cold.coins:
            exchange.cold = store
