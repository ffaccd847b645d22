"""Persons: a wallet, a way to come by coins, and bills to pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cointrail.simulate.clock import HOUR
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Pay, Posted
from cointrail.simulate.locks import Lock
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Wallet

Then = Callable[[], None]
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
        scene.truth.kinds[self.name] = "person"

    def settle(self, bill: Bill) -> None:
        """Pay `bill`, now or as soon as there are coins for it."""
        value = self.scene.sat(bill.usd)
        if self.wallet.balance >= value + self._fees():
            lock = bill.lock()
            posted = self.wallet.pay([Pay(lock, value, bill.role)])
            if posted is not None:
                if bill.done is not None:
                    bill.done(posted, next(coin for coin in posted.coins if coin.lock is lock))
                return
        self.funding.top_up(self, self._wanted(value), partial(self._later, bill))

    def _later(self, bill: Bill) -> None:
        self.scene.agenda.after(self.dice.lognormal(2.0 * HOUR, 1.2), partial(self.settle, bill))

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
        exchange.withdraw(person.name, person.wallet.address(), value, lambda *_: then())


class FromPerson:
    """Gets coins from another person's hand: a trader for cash, an employer."""

    def __init__(self, giver: Person, role: str) -> None:
        self.giver = giver
        self.role = role

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """Have the other pay `value` to him; go on when it has arrived."""
        usd = person.scene.usd(value)
        self.giver.settle(Bill(usd, person.wallet.address, self.role, lambda *_: then()))


def spread_over(scene: Scene, dice: Dice, start: int, end: int, count: int) -> list[int]:
    """`count` moments between `start` and `end`, in order."""
    return sorted(int(dice.between(max(start, scene.now), end)) for _ in range(count))


class FromJoin:
    """Withdraws, joins what came, and pays with what comes out."""

    def __init__(self, source: FromExchange, market: Market) -> None:
        self.source = source
        self.market = market

    def top_up(self, person: Person, value: int, then: Then) -> None:
        """Withdraw somewhat more than `value`, join it for `value`, go on."""

        def join(_posted: Posted, coin: Coin, _number: int) -> None:
            if coin in person.wallet.coins:
                self.market.join(person.wallet, [coin], value)
            then()

        more = int(value * person.dice.between(1.15, 1.6)) + 8 * int(person.wallet.rate() * 260)
        self.source.exchanges[0].withdraw(person.name, person.wallet.address(), more, join)

    def pay_within(self, person: Person, bill: Bill) -> None:
        """Withdraw, then pay `bill` by the join itself; by an ordinary transaction when nobody joins."""

        def join(_posted: Posted, coin: Coin, _number: int) -> None:
            value = person.scene.sat(bill.usd)
            lock = bill.lock()
            posted = (
                self.market.join(person.wallet, [coin], value, lock) if coin in person.wallet.coins else None
            )
            if posted is None:
                person.settle(bill)
            elif bill.done is not None:
                bill.done(posted, next(made for made in posted.coins if made.lock is lock))

        more = int(person.scene.sat(bill.usd) * 1.3) + 8 * int(person.wallet.rate() * 260)
        self.source.exchanges[0].withdraw(person.name, person.wallet.address(), more, join)
