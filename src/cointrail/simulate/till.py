"""The shop's wallet: fresh addresses for orders, a few standing ones for change."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.simulate.clock import date
from cointrail.simulate.dice import Dice
from cointrail.simulate.ledger import Coin, Pay, Posted, Style
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Choice, Habits, Wallet

SHOP = "shop"
"""The owner's name in the truth files."""

SHOP_HABITS = Habits(
    "shop",
    ((0, Kind.P2PKH), (date("2017-11-02"), Kind.P2SH_P2WPKH)),
    choice=Choice.OLDEST,
    style=Style(low_r=True),
)
STANDING = 4
"""Addresses for change that are in use at a time."""


class Till:
    """A wallet whose spends hang together by their addresses.

    The first standing address is that of an early payment. A further one is settled once a coin of it
    was spent beside one of a settled address. Every spend has a coin of a settled address among its
    inputs and sends some of the change to one, so sooner or later common inputs join all of them.
    """

    def __init__(self, scene: Scene, name: str, dice: Dice) -> None:
        self.wallet = Wallet(scene, SHOP, SHOP_HABITS, dice.child("wallet"), name=name)
        self.dice = dice.child("till")
        self.strays: set[Coin] = set()
        """Payments that are overlooked for good."""
        self._standing: list[Lock] = []
        self._settled: list[Lock] = []

    def received(self) -> list[Coin]:
        """Payments not yet spent, oldest first."""
        return [c for c in self.wallet.coins if c.lock not in self._standing and c not in self.strays]

    def kept(self) -> list[Coin]:
        """Change and savings."""
        return [c for c in self.wallet.coins if c.lock in self._standing]

    def some_kept(self) -> list[Coin]:
        """Most of what is kept, a coin of a settled address among it."""
        kept = self.kept()
        some = [coin for coin in kept if self.dice.chance(0.6)]
        if not any(coin.lock in self._settled for coin in some):
            some += [coin for coin in kept if coin.lock in self._settled][:1]
        return some

    def spend(self, coins: Sequence[Coin], pays: Sequence[Pay]) -> Posted | None:
        """Pay out of `coins` and keep the change in one or two parts; None when it is not enough."""
        tied = any(coin.lock in self._settled for coin in coins)
        outputs = list(pays)
        if tied and self.dice.chance(0.4):
            left = sum(coin.value for coin in coins) - sum(pay.value for pay in pays)
            outputs.append(Pay(self._any_lock(), int(left * self.dice.between(0.2, 0.6)), "vault_change"))
        change_to = self.dice.pick(self._settled) if tied else coins[0].lock
        posted = self.wallet.pay(outputs, first=coins, change_to=change_to, change_role="vault_change")
        if posted is not None:
            self._settle(posted.spent, change_to)
        return posted

    def _any_lock(self) -> Lock:
        """A standing address; now and then a new one that takes the place of another."""
        if len(self._standing) < STANDING or self.dice.chance(0.03):
            self._standing.append(self.wallet.fresh("vault"))
            if len(self._settled) > STANDING:
                self._settled.pop(1 + self.dice.below(STANDING - 1))
            return self._standing[-1]
        return self.dice.pick(self._standing[-STANDING:])

    def _settle(self, spent: Sequence[Coin], change_to: Lock) -> None:
        for lock in dict.fromkeys([change_to, *(coin.lock for coin in spent)]):
            standing = lock in self._standing or lock is change_to
            if standing and lock not in self._settled:
                self._settled.append(lock)
                if lock not in self._standing:
                    self._standing.append(lock)
