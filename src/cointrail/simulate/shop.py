"""The hidden shop: a fresh address for each order, and books that are kept every few days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cointrail.simulate.cash_out import WAYS
from cointrail.simulate.clock import DAY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Pay, Posted
from cointrail.simulate.locks import Lock
from cointrail.simulate.peel import PeelChain
from cointrail.simulate.people import Person
from cointrail.simulate.scene import Scene
from cointrail.simulate.till import SHOP, SHOP_HABITS, Till
from cointrail.simulate.wallet import Wallet

MAX_SPENT = 110
"""Payments spent by one transaction."""
SIDE_TILL = 0.02
"""Share of orders that are paid to a till kept apart."""
STRAY = 0.004
"""Share of payments that the shop overlooks for good."""
REFUND = 0.004
"""Share of orders that the shop pays back."""


class Shop:
    """Takes orders, keeps books, cashes out."""

    def __init__(
        self, scene: Scene, exchanges: Sequence[Exchange], market: Market, dice: Dice, *, least: int
    ) -> None:
        self.scene = scene
        self.exchanges = exchanges
        self.market = market
        self.dice = dice
        self.least = least
        """Payments that must have come in before the books are worth keeping."""
        self.vendors: Sequence[Person] = ()
        self.sales: list[Coin] = []
        self.main = Till(scene, "till", dice.child("main"))
        self.side = Till(scene, "side", dice.child("side"))
        self.apart = Wallet(scene, SHOP, SHOP_HABITS, dice.child("apart"), name="apart")
        self.chains: list[PeelChain] = []
        scene.truth.kinds[SHOP] = "shop"

    def open(self) -> None:
        """Begin to keep books."""
        self.scene.agenda.after(3 * DAY, self._keep_books)

    def close(self) -> None:
        """Keep books a last time."""
        self._cash_out(1)

    def invoice(self) -> Lock:
        """A fresh address for one order."""
        till = self.side if self.dice.chance(SIDE_TILL) else self.main
        return till.wallet.fresh("till")

    def deposit_lock(self) -> Lock:
        """A deposit address of one of the shop's accounts."""
        return self.dice.pick(self.exchanges).deposit_lock(SHOP)

    def paid(self, payer: Person, posted: Posted, coin: Coin) -> None:
        """Take note of an order that was paid from the payer's own wallet."""
        self._book(payer, coin, posted.sources(payer.name))

    def paid_by_exchange(self, payer: Person, coin: Coin, withdrawal: int) -> None:
        """Take note of an order that an exchange paid for its customer."""
        self._book(payer, coin, (withdrawal,))

    def take_back(self, coin: Coin) -> None:
        """Take note of the shop's own money that has come home to the till."""
        self.scene.truth.receive(coin, SHOP, "own_money")

    def _book(self, payer: Person, coin: Coin, sources: tuple[int, ...]) -> None:
        self.scene.truth.receive(coin, payer.name, "payment", sources)
        self.sales.append(coin)
        if self.dice.chance(STRAY):
            self.main.strays.add(coin)
        if self.dice.chance(REFUND):
            wait = self.dice.between(1, 6) * DAY
            self.scene.agenda.after(wait, partial(self._refund, payer, coin.value))

    def _refund(self, payer: Person, value: int) -> None:
        kept = self.main.kept()
        if sum(coin.value for coin in kept) > 2 * value:
            self.main.spend(kept, [Pay(payer.wallet.address(), value, "refund")])

    def _keep_books(self) -> None:
        self.scene.agenda.after(self.dice.between(2.5, 6) * DAY, self._keep_books)
        self._cash_out(self.least)
        received = self.side.received()
        if len(received) >= max(3, self.least // 3):
            coins = [*received, *self.side.kept()]
            value = int(0.8 * sum(coin.value for coin in coins))
            self.side.spend(coins, [Pay(self.deposit_lock(), value, "deposit")])

    def _cash_out(self, least: int) -> None:
        received = self.main.received()[:MAX_SPENT]
        if len(received) >= least:
            way = self.dice.weigh([way for way, _ in WAYS], [weight for _, weight in WAYS])
            way(self, [*received, *self.main.some_kept()])
