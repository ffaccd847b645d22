"""Exchanges: deposit addresses, sweeps, a hot and a cold store, payouts one by one and in batches, bumps."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from cointrail.simulate.composed.ledger import Coin, Out, Posted
from cointrail.simulate.composed.programs import service_kind, service_program
from cointrail.simulate.composed.town import Town, exchange_weight
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, Lock

SWEEP_AT = 12
"""Deposits that are gathered at once, at least."""
EMPTIED_AT_ONCE = 6
"""Deposit addresses that are emptied one after the other, each by itself, at most."""
MOST_AT_ONCE = 60
"""Inputs of a sweep and outputs of a batch, at most."""
_HOT_LOW, _HOT_HIGH = 0.1, 0.4
"""Part of everything that lies in the hot store."""
_BUMP = 0.03
_FILLED = 6
"""Coins that the hot store is filled with at once."""
_MOST_ASK = 30
"""Customers whom a batch waits for, at most; mostly far fewer."""
_MOST_HOT = 150
_MOST_WAITING = 5_000
_TAKEN = 0.5
"""Part of the hot store that a trader takes from the fullest exchange."""
_DRY = 0.02
"""Part of what an exchange of its size would hold: one with less is sent coins."""

Request = tuple[str, Lock, int]


class Sweeping(Enum):
    """How an exchange moves deposits to its hot store."""

    TOGETHER = auto()
    ALONE = auto()
    """Each address by itself."""
    BOTH = auto()


class Exchange:
    """Holds its customers' coins."""

    def __init__(self, town: Town, name: str, dice: Dice, sweeping: Sweeping, *, batches: bool) -> None:
        cold = Kind.P2PKH if town.year < 2016 else Kind.P2SH_MULTISIG
        program = service_program(town.year, service_kind(town.year, dice))
        self.town = town
        self.name = name
        self.dice = dice
        self.batches = batches
        self.sweeping = sweeping
        self._sweep_at = SWEEP_AT if sweeping is Sweeping.TOGETHER else 1
        self._has_collector = dice.chance(0.5)
        self.hot = town.enter(name, "exchange", program, dice)
        self.tills = town.wallet(name, program, dice, "deposit")
        self.cold = town.wallet(name, service_program(town.year, cold), dice, "cold")
        self.tills.on_receive = self._booked
        self.queue: deque[Request] = deque()
        self._accounts: dict[str, Lock] = {}
        self._customers: dict[bytes, str] = {}
        """By script of a deposit address. Old addresses stay, as customers go on to use them."""

    @property
    def balance(self) -> int:
        """Satoshi in all stores."""
        return self.hot.balance + self.tills.balance + self.cold.balance

    def deposit_lock(self, customer: str) -> Lock:
        """The deposit address of a customer's account; now and then he takes a new one."""
        lock = self._accounts.get(customer)
        if lock is None or self.dice.chance(0.1):
            lock = self._accounts[customer] = self.tills.fresh("deposit")
            self.open_account(lock, customer)
        return lock

    def open_account(self, lock: Lock, customer: str) -> None:
        """Book what arrives at `lock` on the account of `customer`."""
        self._customers[lock.script] = customer

    def _booked(self, coin: Coin) -> None:
        customer = self._customers.get(coin.lock.script)
        if customer is not None:
            txid = coin.txid[::-1].hex()
            self.town.record.movement("deposits", txid, coin.vout, self.name, customer, coin.value)

    def request(self, customer: str, lock: Lock, value: int) -> None:
        """Have `value` paid to `lock` soon; an exchange with too much to do takes no more."""
        if len(self.queue) < _MOST_WAITING:
            self.queue.append((customer, lock, value))

    def act(self) -> None:
        """Do what is most urgent."""
        hot, dice = self.hot, self.dice
        balance = self.balance
        if hot.balance < _HOT_LOW * balance and self.cold.coins and self.cold.balance > hot.balance:
            self._fill_hot(int(balance * 0.2))
        elif len(self.tills.coins) >= self._sweep_at and (not self.queue or dice.chance(0.4)):
            self._sweep()
        elif hot.balance > _HOT_HIGH * balance and dice.chance(0.1):
            self._fill_cold(int(hot.balance * 0.5))
        elif len(hot.coins) > _MOST_HOT:
            hot.sweep(hot.usable()[:MOST_AT_ONCE], hot.fresh("hot"), "self", "internal")
        else:
            self._serve()

    def _sweep(self) -> None:
        """Move deposits to the hot store, or serve where they are not worth it."""
        together = len(self.tills.coins) >= SWEEP_AT and (
            self.sweeping is Sweeping.TOGETHER or (self.sweeping is Sweeping.BOTH and self.dice.chance(0.5))
        )
        if not (self._gather() if together else self._empty_some()):
            self._serve()

    def _gather(self) -> bool:
        coins = self.tills.usable()[:MOST_AT_ONCE]
        return self.tills.sweep(coins, self._collector(), "sweep", "sweep") is not None

    def _empty_some(self) -> bool:
        """The oldest addresses that are worth it, each by itself; whether there was one."""
        held: dict[bytes, list[Coin]] = {}
        for coin in self.tills.usable():
            held.setdefault(coin.lock.script, []).append(coin)
        emptied = 0
        for coins in held.values():
            if emptied == EMPTIED_AT_ONCE:
                break
            emptied += self.tills.sweep(coins, self._collector(), "sweep", "sweep") is not None
        return emptied > 0

    def _collector(self) -> Lock:
        """Where deposits are moved to: always the same, or a fresh one each time."""
        return self.hot.standing() if self._has_collector else self.hot.fresh("hot")

    def _serve(self) -> None:
        wanted = 1 + int(self.dice.unit() ** 3 * _MOST_ASK) if self.batches else 1
        for _ in range(wanted - len(self.queue)):
            person = self.dice.pick(self.town.persons)
            self.request(
                person.name, person.wallet.address(), self.town.amount(self.dice, 3.0 * person.means)
            )
        taken = [self.queue.popleft()]
        if self.batches:
            taken += [self.queue.popleft() for _ in range(min(len(self.queue), MOST_AT_ONCE - 1))]
        posted = self.pay_out(taken, "batch" if len(taken) > 1 else "withdrawal")
        if posted is not None and self.dice.chance(_BUMP):
            self._bump(posted)

    def pay_out(self, requests: list[Request], kind: str) -> Posted | None:
        """Pay what was asked for from the hot store; what it cannot pay is forgotten."""
        outs, left = [], int(self.hot.balance * 0.9)
        for _, lock, value in requests:
            if value <= left:
                outs.append(Out(lock, value, "withdrawal"))
                left -= value
        posted = self.hot.pay(outs, kind) if outs else None
        if posted is None:
            return None
        customers = {lock.script: customer for customer, lock, _ in requests}
        txid = posted.txid[::-1].hex()
        for coin, out in zip(posted.coins, posted.outs, strict=True):
            if out.role == "withdrawal":
                customer = customers[out.lock.script]
                self.town.record.movement("withdrawals", txid, coin.vout, self.name, customer, coin.value)
        return posted

    def _bump(self, parent: Posted) -> None:
        """Spend the change at once, so that miners take both."""
        for coin, out in zip(parent.coins, parent.outs, strict=True):
            if out.role == "change":
                self.hot.sweep([coin], self.hot.fresh("hot"), "self", "bump")

    @property
    def _moved_role(self) -> str:
        """A cold store that a custodian keeps is another hand's."""
        return "self" if self.cold.owner == self.name else "payment"

    def _fill_hot(self, value: int) -> None:
        part = min(value, self.cold.balance * 9 // 10) // _FILLED
        outs = [Out(self.hot.fresh("hot"), part, self._moved_role) for _ in range(_FILLED)]
        self.cold.pay(outs, "internal")

    def _fill_cold(self, value: int) -> None:
        self.hot.pay([Out(self.cold.fresh("cold"), value, self._moved_role)], "internal")


class Exchanges:
    """All exchanges; acting means that one of them works."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self._traders = dice.child("traders")
        self._levelled: dict[str, int] = {}
        """By exchange: the height at which it was last sent coins."""
        town.exchanges = [
            Exchange(
                town,
                f"exchange-{n}",
                dice.child(str(n)),
                _sweeping(town, dice.child(f"sweeps/{n}")),
                batches=n % 3 != 1,
            )
            for n in range(town.plan.whole("exchanges"))
        ]

    def act(self) -> None:
        """One exchange works, large ones and busy ones more often."""
        one, other = self.town.exchange(self.dice), self.town.exchange(self.dice)
        busier = one if len(one.queue) >= len(other.queue) else other
        self._level(busier)
        busier.act()

    def _level(self, poor: Exchange) -> None:
        """Once a block, have a trader move coins from the fullest exchange to one that is dry.

        Without it one exchange holds all coins after some millions of transactions, and nobody is paid.
        """
        town, height = self.town, self.town.ledger.height
        place = town.exchanges.index(poor)
        share = exchange_weight(place) / sum(map(exchange_weight, range(len(town.exchanges))))
        held = sum(one.balance for one in town.exchanges)
        if poor.balance >= _DRY * share * held or self._levelled.get(poor.name) == height:
            return
        full = max(town.exchanges, key=lambda one: one.balance)
        trader = self._traders.pick(town.persons).name
        full.queue.appendleft((trader, poor.deposit_lock(trader), int(full.hot.balance * _TAKEN)))
        self._levelled[poor.name] = height


def _sweeping(town: Town, dice: Dice) -> Sweeping:
    draw, alone = dice.unit(), town.plan.number("swept_alone")
    if draw < alone:
        return Sweeping.ALONE
    return Sweeping.BOTH if draw < alone + town.plan.number("swept_both") else Sweeping.TOGETHER
