"""Keys that change hands: imported by an exchange, stolen, or handed to a custodian."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.simulate.composed.agents.exchange import MOST_AT_ONCE
from cointrail.simulate.composed.ledger import Coin
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Lock

_IMPORTS = 0.85
"""Part of its acts in which a customer's key is imported; in the others a store goes to a custodian."""


def hand_over(town: Town, giver: Wallet, taker: Wallet, coins: Sequence[Coin]) -> list[Coin]:
    """Let `taker` decide over the locks of `coins`, and over all that lies there; the coins he got.

    With a lock go all others that its key opens. Where something is unconfirmed at one of them, or one is
    spent from in the block in the making, all stay: custody is told by the block.
    """
    height = town.ledger.height
    spent = {coin.lock.script for posted in town.ledger.waiting for coin in posted.spent}
    groups = {forms[0].script: forms for coin in coins for forms in [_forms(giver, coin)]}
    group_of = {lock.script: first for first, forms in groups.items() for lock in forms}
    held: dict[bytes, list[Coin]] = {first: [] for first in groups}
    for coin in giver.coins:
        if coin.lock.script in group_of:
            held[group_of[coin.lock.script]].append(coin)
    moved = []
    for first, there in held.items():
        if any(coin.height > height for coin in there):
            continue
        if any(lock.script in spent or not lock.told for lock in groups[first]):
            continue
        for lock in groups[first]:
            town.record.move(lock, taker.owner, height + 1)
        town.record.flow(giver.owner, taker.owner, sum(coin.value for coin in there))
        for coin in there:
            giver.forget(coin)
        for lock in groups[first]:
            lock.owner, lock.home = taker.owner, taker
            giver.let_go(lock)
        for coin in there:
            taker.receive(coin)
        moved += there
    return moved


def _forms(giver: Wallet, coin: Coin) -> list[Lock]:
    """All locks that the key of a coin opens."""
    return [coin.lock] if giver.forms is None else giver.forms.of(coin.lock)


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
