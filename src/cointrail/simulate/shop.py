"""The hidden shop: a fresh address for each order, one book-keeping habit, several ways to cash out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cointrail.simulate.clock import DAY, HOUR, date
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Pay, Posted, Style
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.peel import PeelChain
from cointrail.simulate.people import Person
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Choice, Habits, Place, Wallet

SHOP = "shop"

_HABITS = Habits(
    "shop",
    ((0, Kind.P2PKH), (date("2017-11-02"), Kind.P2SH_P2WPKH)),
    choice=Choice.OLDEST,
    place=Place.RANDOM,
    style=Style(version=1, low_r=True),
)
VAULT_LOCKS = 4
MAX_SPENT = 110
SIDE_TILL, STRAY = 0.02, 0.004
"""Share of orders that are paid to a till kept apart, and of coins that are never touched again."""


class Till:
    """A wallet with a few standing addresses for change, so that its coins keep meeting.

    The first standing address is that of an early payment. A further one counts as settled once a coin
    of it was spent beside one of a settled address; some of the change always goes to a settled one.
    """

    def __init__(self, scene: Scene, name: str, dice: Dice) -> None:
        self.wallet = Wallet(scene, SHOP, _HABITS, dice.child("wallet"), name=name)
        self.dice = dice.child("till")
        self.strays: set[Coin] = set()
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
        some = [coin for coin in self.kept() if self.dice.chance(0.6)]
        if not any(coin.lock in self._settled for coin in some):
            some += [coin for coin in self.kept() if coin.lock in self._settled][:1]
        return some

    def settled_lock(self) -> Lock:
        """A standing address for change."""
        return self.dice.pick(self._settled)

    def any_lock(self) -> Lock:
        """A standing address; now and then a new one that takes the place of another."""
        if len(self._standing) < VAULT_LOCKS or self.dice.chance(0.03):
            self._standing.append(self.wallet.fresh("vault"))
            if len(self._settled) > VAULT_LOCKS:
                self._settled.pop(1 + self.dice.below(VAULT_LOCKS - 1))
            return self._standing[-1]
        return self.dice.pick(self._standing[-VAULT_LOCKS:])

    def spend(self, coins: list[Coin], pays: Sequence[Pay]) -> Posted | None:
        """Pay out of `coins` and keep the change in one or two parts; None when it is not enough."""
        self._settle(coins)
        pays = list(pays)
        left = sum(coin.value for coin in coins) - sum(pay.value for pay in pays)
        if self.dice.chance(0.4):
            part = int(left * self.dice.between(0.2, 0.6))
            pays.append(Pay(self.any_lock(), part, "vault_change"))
        return self.wallet.pay(pays, first=coins, change_to=self.settled_lock(), change_role="vault_change")

    def _settle(self, coins: Sequence[Coin]) -> None:
        if not self._settled:
            self._standing.append(coins[0].lock)
            self._settled.append(coins[0].lock)
        for lock in dict.fromkeys(coin.lock for coin in coins):
            if lock in self._standing and lock not in self._settled:
                self._settled.append(lock)


class Shop:
    """Takes orders, keeps books every few days, cashes out."""

    def __init__(self, scene: Scene, exchanges: Sequence[Exchange], dice: Dice, min_received: int) -> None:
        self.scene = scene
        self.dice = dice
        self.exchanges = exchanges
        self.market: Market | None = None
        self.sales: list[Coin] = []
        self.vendors: Sequence[Person] = ()
        self.min_received = min_received
        self.main = Till(scene, "till", dice.child("main"))
        self.side = Till(scene, "side", dice.child("side"))
        self.apart = Wallet(scene, SHOP, _HABITS, dice.child("apart"), name="apart")
        self.chains: list[PeelChain] = []
        scene.truth.kinds[SHOP] = "shop"

    def open(self) -> None:
        """Begin to keep books."""
        self.scene.agenda.after(3 * DAY, self._keep_books)

    def invoice(self) -> Lock:
        """A fresh address for one order."""
        till = self.side if self.dice.chance(SIDE_TILL) else self.main
        return till.wallet.fresh("till")

    def paid(self, payer: Person, posted: Posted, coin: Coin) -> None:
        """Take note of an order that was paid from the payer's own wallet."""
        self._book(payer, coin, posted.sources(payer.name))

    def paid_by_exchange(self, payer: Person, coin: Coin, withdrawal: int) -> None:
        """Take note of an order that an exchange paid for its customer."""
        self._book(payer, coin, (withdrawal,))

    def _book(self, payer: Person, coin: Coin, sources: tuple[int, ...]) -> None:
        self.scene.truth.receive(coin, payer.name, "payment", sources)
        self.sales.append(coin)
        if self.dice.chance(STRAY):
            self.main.strays.add(coin)
        if self.dice.chance(0.004):
            self.scene.agenda.after(self.dice.between(1, 6) * DAY, lambda: self._refund(payer, coin.value))

    def deposit_lock(self) -> Lock:
        """A deposit address of one of the shop's accounts."""
        return self.dice.pick(self.exchanges).deposit_lock(SHOP)

    def _refund(self, payer: Person, value: int) -> None:
        kept = self.main.kept()
        if sum(coin.value for coin in kept) > 2 * value:
            pays = [Pay(payer.wallet.address(), value, "refund")]
            self.main.spend(kept, pays)

    def _keep_books(self) -> None:
        self.scene.agenda.after(self.dice.between(2.5, 6) * DAY, self._keep_books)
        self._cash_out(self.main, self.min_received)
        self._cash_side()

    def close(self) -> None:
        """Keep books a last time."""
        self._cash_out(self.main, 1)

    def _cash_side(self) -> None:
        received = self.side.received()
        if len(received) >= max(3, self.min_received // 3):
            coins = [*received, *self.side.kept()]
            value = int(0.8 * sum(coin.value for coin in coins))
            self.side.spend(coins, [Pay(self.deposit_lock(), value, "deposit")])

    def _cash_out(self, till: Till, least: int) -> None:
        received = till.received()[:MAX_SPENT]
        if len(received) < least:
            return
        coins = [*received, *till.some_kept()]
        total = sum(coin.value for coin in coins)
        way = self.dice.weigh(_WAYS, _WAY_WEIGHTS)
        way(self, till, coins, total)

    def _consolidate(self, till: Till, coins: list[Coin], _total: int) -> None:
        till.spend(coins, [])

    def _deposit(self, till: Till, coins: list[Coin], total: int) -> None:
        parts = 1 + self.dice.chance(0.3)
        pays = [
            Pay(self.deposit_lock(), int(total * self.dice.between(0.15, 0.45)), "deposit")
            for _ in range(parts)
        ]
        till.spend(coins, pays)

    def _peel(self, till: Till, coins: list[Coin], total: int) -> None:
        hops = 5 + self.dice.below(26)
        value = int(total * self.dice.between(0.5, 0.9))
        chain = PeelChain(self, hops, returns=self.dice.chance(0.08))
        pays = [Pay(chain.wallet.fresh("peel"), value, "peel_start")]
        posted = till.spend(coins, pays)
        if posted is not None:
            self.chains.append(chain)
            chain.begin(next(coin for coin in posted.coins if coin.lock is pays[0].lock))

    def _pay_vendor(self, till: Till, coins: list[Coin], total: int) -> None:
        vendor = self.dice.pick(self.vendors)
        value = min(self.scene.sat(self.dice.lognormal(400, 0.5)), total // 2)
        till.spend(coins, [Pay(vendor.wallet.address(), value, "vendor")])

    def _mix(self, till: Till, coins: list[Coin], total: int) -> None:
        value = int(total * self.dice.between(0.1, 0.3))
        posted = till.spend(coins, [Pay(self.apart.fresh("apart"), value, "set_apart")])
        if posted is not None:
            coin = next(coin for coin in posted.coins if coin.lock.role == "apart")
            self.scene.agenda.after(self.dice.between(1, 30) * HOUR, lambda: self._join(coin))

    def _join(self, coin: Coin) -> None:
        posted = self.market.join_coin(self.apart, coin) if self.market is not None else None
        mine = [c for c in posted.coins if c.lock.home is self.apart] if posted is not None else [coin]
        for own in mine:
            wait = self.dice.between(1, 20) * DAY
            self.scene.agenda.after(wait, partial(self._deposit_apart, own))

    def _deposit_apart(self, coin: Coin) -> None:
        self.apart.sweep([coin], self.deposit_lock(), "deposit")


_WAYS = (Shop._consolidate, Shop._deposit, Shop._peel, Shop._pay_vendor, Shop._mix)  # noqa: SLF001
_WAY_WEIGHTS = (0.30, 0.34, 0.22, 0.09, 0.05)
