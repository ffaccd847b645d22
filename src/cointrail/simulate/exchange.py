"""An exchange: deposit addresses, sweeps, a hot and a cold wallet, withdrawals in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cointrail.simulate.clock import DAY, HOUR
from cointrail.simulate.dice import Dice
from cointrail.simulate.ledger import Coin, Pay, Posted, Style
from cointrail.simulate.locks import Lock
from cointrail.simulate.roster import Firm
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Choice, Habits, Place, Wallet

MAX_PAYOUTS = 40
MAX_SWEPT = 120
HOT_LOCKS = 8

Paid = Callable[[Posted, Coin, int], None]
"""Told of the transaction, the coin and the number of the withdrawal."""


@dataclass(frozen=True, slots=True)
class Request:
    """A customer's order to send coins."""

    customer: str
    lock: Lock
    value: int
    done: Paid | None


class Exchange:
    """Keeps its customers' coins. All of them mix in the hot wallet."""

    def __init__(self, scene: Scene, firm: Firm, dice: Dice) -> None:
        self.scene = scene
        self.firm = firm
        self.dice = dice
        style = Style(version=1 + (firm.share > 8), low_r=False)
        hot = Habits("hot", firm.hot, choice=Choice.OLDEST, place=Place.LAST, style=style, fee_factor=1.2)
        cold = Habits("cold", firm.cold, choice=Choice.OLDEST, place=Place.LAST, style=style)
        box = Habits("deposits", firm.deposits, choice=Choice.OLDEST, style=style)
        self.hot = Wallet(scene, firm.id, hot, dice.child("hot"), name="hot")
        self.cold = Wallet(scene, firm.id, cold, dice.child("cold"), name="cold")
        self.box = Wallet(scene, firm.id, box, dice.child("box"), name="deposits")
        self.box.on_receive = self._deposited
        self._joins_hot = dice.between(0.8, 1.0)
        self._hot_locks: list[Lock] = []
        self._cold_lock: Lock | None = None
        self._accounts: dict[str, str] = {}
        self._boxes: dict[str, Lock] = {}
        self._customer_of: dict[Lock, str] = {}
        self._queue: list[Request] = []
        self._batch_due = self._sweep_due = False
        scene.truth.kinds[firm.id] = "exchange"

    @property
    def balance(self) -> int:
        """Satoshi in all wallets."""
        return self.hot.balance + self.cold.balance + self.box.balance

    def account(self, customer: str) -> str:
        """The account number of a customer, opened at his first call."""
        return self._accounts.setdefault(customer, f"{self.firm.id}-{len(self._accounts) + 1:05d}")

    def deposit_lock(self, customer: str) -> Lock:
        """Where a customer deposits: his own address, which is used again and rarely replaced."""
        if customer not in self._boxes or self.dice.chance(0.02):
            lock = self.box.fresh("deposit")
            self._boxes[customer] = lock
            self._customer_of[lock] = customer
        return self._boxes[customer]

    def withdraw(self, customer: str, lock: Lock, value: int, done: Paid | None = None) -> None:
        """Take the order to send `value` to `lock` in one of the next batches."""
        self._queue.append(Request(customer, lock, value, done))
        self._plan_batch()

    def _deposited(self, coin: Coin) -> None:
        customer = self._customer_of[coin.lock]
        self.scene.truth.deposit(coin, self.firm.id, self.account(customer), customer)
        if not self._sweep_due:
            self._sweep_due = True
            self.scene.agenda.at(self._next(DAY, 3 * HOUR), self._sweep)

    def _next(self, period: int, offset: int) -> int:
        return (self.scene.now - offset) // period * period + period + offset

    def _plan_batch(self) -> None:
        if not self._batch_due:
            self._batch_due = True
            self.scene.agenda.at(self._next(self.firm.batch_hours * HOUR, HOUR), self._batch)

    def hot_lock(self) -> Lock:
        """One of the few hot addresses; now and then one is replaced."""
        if len(self._hot_locks) < HOT_LOCKS:
            self._hot_locks.append(self.hot.fresh("hot"))
            return self._hot_locks[-1]
        place = self.dice.below(HOT_LOCKS)
        if self.dice.chance(0.01):
            self._hot_locks[place] = self.hot.fresh("hot")
        return self._hot_locks[place]

    def cold_lock(self) -> Lock:
        """The cold address."""
        due = self.cold.habits.kind_at(self.scene.now)
        if self._cold_lock is None or self._cold_lock.kind is not due:
            self._cold_lock = self.cold.fresh("cold")
        return self._cold_lock

    def _batch(self) -> None:
        self._batch_due = False
        batch, self._queue = self._queue[:MAX_PAYOUTS], self._queue[MAX_PAYOUTS:]
        pays = [Pay(request.lock, request.value, "withdrawal") for request in batch]
        posted = self._send(pays)
        while posted is None and len(batch) > 1:
            batch.sort(key=lambda request: request.value)
            self._queue.append(batch.pop())
            pays = [Pay(request.lock, request.value, "withdrawal") for request in batch]
            posted = self._send(pays)
        if posted is None:
            self._queue.extend(batch)
        else:
            self._tell(batch, posted)
        if self._queue:
            self._plan_batch()

    def _send(self, pays: list[Pay]) -> Posted | None:
        self._refill(sum(pay.value for pay in pays))
        return self.hot.pay(pays, change_to=self.hot_lock(), change_role="hot_change")

    def _tell(self, batch: list[Request], posted: Posted) -> None:
        # The hot wallet puts its change last, so outputs stand in the order of the requests.
        for request, coin in zip(batch, posted.coins, strict=False):
            account = self.account(request.customer)
            number = self.scene.truth.withdraw(coin, self.firm.id, account, request.customer)
            if request.lock.owner == request.customer:
                coin.sources = (number,)
            if request.done is not None:
                self.scene.agenda.after(0, partial(request.done, posted, coin, number))

    def _refill(self, needed: int) -> None:
        if self.hot.balance >= needed * 1.02 or not self.cold.coins:
            return
        value = min(3 * needed, int(0.98 * self.cold.balance))
        self.cold.pay([Pay(self.hot_lock(), value, "hot_refill")], change_to=self.cold_lock())

    def _sweep(self) -> None:
        self._sweep_due = False
        coins = list(self.box.coins)[:MAX_SWEPT]
        if self.hot.coins and self.dice.chance(self._joins_hot):
            coins.append(self.dice.pick(list(self.hot.coins)))
        self.hot.sweep(coins, self.hot_lock(), "sweep")
        total = self.balance
        if self.hot.balance > 0.3 * total and self.hot.balance > 2 * 10**8:
            excess = self.hot.balance - int(0.1 * total)
            self.hot.pay([Pay(self.cold_lock(), excess, "cold_storage")], change_to=self.hot_lock())
