"""Persons: a wallet, a way to come by coins, and bills to pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cointrail.simulate.clock import DAY, HOUR
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange, Paid
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Pay, Posted
from cointrail.simulate.locks import Lock
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Wallet

BUYERS = 0.67
"""Share of persons who get coins for every large bill anew."""
SMALL_CHANGE_USD = 10.0
"""They pay smaller bills from what they have."""

Then = Callable[[Coin | None], None]
"""Told of the coin that has come, when there is one."""
Settled = Callable[[Posted, Coin], None]


@dataclass(frozen=True, slots=True)
class Bill:
    """Something to be paid: how much in dollars, to which lock, and whom to tell."""

    usd: float
    lock: Callable[[], Lock]
    role: str
    done: Settled | None = None


class Funding(Protocol):
    """A way in which a person comes by coins."""

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """See that `value` satoshi reach the person's wallet, then go on with `then`."""


class Person:
    """Pays bills from a wallet; when it runs short, gets coins first."""

    def __init__(self, scene: Scene, wallet: Wallet, funding: Funding, dice: Dice) -> None:
        self.scene = scene
        self.name = wallet.owner
        self.wallet = wallet
        self.funding = funding
        self.dice = dice
        self.thrift = dice.between(0.0, 0.14)
        """How often he gets coins for several bills at once."""
        self.buys_each_time = dice.chance(BUYERS)
        """Whether he gets coins for every large bill anew and pays with what has just come."""
        scene.truth.kinds[self.name] = "person"

    def settle(self, bill: Bill) -> None:
        """Pay `bill`, now or as soon as there are coins for it."""
        if (self.buys_each_time and bill.usd > SMALL_CHANGE_USD) or not self._pay(bill, ()):
            self._get_coins(bill)

    def _get_coins(self, bill: Bill) -> None:
        value = self._wanted(self.scene.sat(bill.usd))
        self.funding.top_up(self, value, partial(self._later, bill))

    def _later(self, bill: Bill, coin: Coin | None = None) -> None:
        wait = min(DAY, self.dice.lognormal(2.0 * HOUR, 1.2))
        self.scene.agenda.after(wait, partial(self._pay_or_wait, bill, coin))

    def _pay_or_wait(self, bill: Bill, coin: Coin | None) -> None:
        first = [coin] if coin in self.wallet.coins and self.buys_each_time else []
        if not self._pay(bill, first):
            self._get_coins(bill)

    def _pay(self, bill: Bill, first: Sequence[Coin]) -> bool:
        value = self.scene.sat(bill.usd)
        if self.wallet.balance < value + self._fees():
            return False
        lock = bill.lock()
        posted = self.wallet.pay([Pay(lock, value, bill.role)], first=first)
        if posted is None:
            return False
        if bill.done is not None:
            bill.done(posted, next(coin for coin in posted.coins if coin.lock is lock))
        return True

    def _fees(self) -> int:
        return int(self.wallet.rate() * 260)

    def _wanted(self, value: int) -> int:
        factor = self.dice.between(1.01, 1.15)
        if self.dice.chance(self.thrift):
            factor = self.dice.between(1.8, 4.0)
        wanted = int(value * factor) + 2 * self._fees()
        step = self.dice.pick((1, 1, int("1" + "0" * (len(str(wanted)) - 2))))
        if self.dice.chance(0.2):
            missing = value + 2 * self._fees() - self.wallet.balance
            wanted = max(missing, value // 3)
        return -(-wanted // step) * step


class FromExchange:
    """Buys at an exchange and withdraws to his own wallet."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self.exchanges = exchanges

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """Withdraw `value`; go on when it has arrived."""
        exchange = self.exchanges[0] if person.dice.chance(0.85) else person.dice.pick(self.exchanges)
        exchange.withdraw(person.name, person.wallet.address(), value, lambda _, coin, __: then(coin))


class FromPerson:
    """Gets coins from another person's hand: a trader for cash, an employer."""

    def __init__(self, giver: Person, role: str) -> None:
        self.giver = giver
        self.role = role

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """Have the other pay `value` to him; go on when it has arrived."""
        usd = person.scene.usd(value)
        self.giver.settle(Bill(usd, person.wallet.address, self.role, lambda _, coin: then(coin)))


class FromJoin:
    """Withdraws, joins what came, and pays with what comes out."""

    def __init__(self, source: FromExchange, market: Market) -> None:
        self.source = source
        self.market = market

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """Withdraw somewhat more than `value`, join it for `value`, go on."""

        def join(_posted: Posted, coin: Coin, _number: int) -> None:
            posted = self._join(person, coin, value)
            mine = posted.coins if posted is not None else [coin]
            then(next(made for made in mine if made.lock.home is person.wallet))

        self._withdraw(person, int(value * person.dice.between(1.15, 1.6)), join)

    def pay_within(self, person: Person, bill: Bill) -> None:
        """Withdraw, then pay `bill` by the join itself; by an ordinary transaction when nobody joins."""

        def join(_posted: Posted, coin: Coin, _number: int) -> None:
            lock = bill.lock()
            posted = self._join(person, coin, person.scene.sat(bill.usd), lock)
            if posted is None:
                person.settle(bill)
            elif bill.done is not None:
                bill.done(posted, next(made for made in posted.coins if made.lock is lock))

        self._withdraw(person, int(person.scene.sat(bill.usd) * 1.3), join)

    def _withdraw(self, person: Person, value: int, done: Paid) -> None:
        fees = int(person.wallet.rate() * 2_000)
        self.source.exchanges[0].withdraw(person.name, person.wallet.address(), value + fees, done)

    def _join(self, person: Person, coin: Coin, value: int, to: Lock | None = None) -> Posted | None:
        if coin not in person.wallet.coins:
            return None
        return self.market.join(person.wallet, [coin], value, to)
