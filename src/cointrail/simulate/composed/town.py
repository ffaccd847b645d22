"""What all who take part in a composed world share: chain, time, fees, and each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from cointrail.simulate.composed.ledger import Coin, Ledger
from cointrail.simulate.composed.plan import Plan
from cointrail.simulate.composed.programs import PROGRAMS, Program
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Lock

if TYPE_CHECKING:
    from cointrail.simulate.composed.agents.exchange import Exchange
    from cointrail.simulate.composed.agents.merchants import Merchant
    from cointrail.simulate.composed.agents.people import Person
    from cointrail.simulate.composed.agents.pools import Pool

OPENING_PAYMENTS = 12
"""A person's first coins, in usual payments."""
SUPPLY = 5_000 * 100_000_000
"""Satoshi that are there when people begin."""
LEAST_USUAL = 30_000
"""Satoshi. Smaller usual payments would go for fees."""
LEAST_PAYMENT = 2_000
"""Satoshi that people pay at least."""
SPREAD = 1.5
"""Deviation of the logarithm of what one hand pays."""
MEANS_SPREAD = 1.7
"""And of what hands have, beside each other."""
_LEAST_MEANS, _MOST_MEANS = 0.05, 60.0


class Agent(Protocol):
    """Whoever makes transactions of one sort."""

    def act(self) -> None:
        """Make the next transaction, or a few; none when it cannot now."""


class Town:
    """The world as its agents see it."""

    def __init__(self, plan: Plan, dice: Dice, ledger: Ledger) -> None:
        self.plan = plan
        self.era = plan.era
        self.year = plan.year
        self.dice = dice
        self.ledger = ledger
        self.record = ledger.record
        self.rate = (self.era.low_rate * self.era.high_rate) ** 0.5
        self.kb_fee = 10_000
        """Satoshi for each kilobyte begun, where programs count so."""
        hands = plan.whole("persons") + 10 * (plan.whole("merchants") + plan.whole("exchanges") + 30)
        self.usual = max(LEAST_USUAL, min(self.era.usual, SUPPLY // (12 * OPENING_PAYMENTS * hands)))
        """Satoshi of the median payment."""
        self.persons: list[Person] = []
        self.merchants: list[Merchant] = []
        self.exchanges: list[Exchange] = []
        self.pools: list[Pool] = []
        self.stakes: list[tuple[str, Lock, int]] = []
        """First coins that services ask for: name, lock, satoshi."""
        self._usd = self.era.usd
        self._weights = [exchange_weight(n) for n in range(plan.whole("exchanges"))]

    def wander(self) -> None:
        """Let fees and price move on by a block."""
        era, dice = self.era, self.dice
        self.rate *= 1 + 0.2 * (dice.unit() - 0.5)
        self.rate = min(era.high_rate, max(era.low_rate, self.rate))
        self._usd *= 1 + 0.01 * (dice.unit() - 0.5)

    def wallet(self, owner: str, program: Program, dice: Dice, name: str = "") -> Wallet:
        """A wallet of somebody who is in the record already."""
        return Wallet(self, owner, program, dice, name)

    def enter(self, owner: str, kind: str, program: Program, dice: Dice) -> Wallet:
        """Let a new hand in, with its first wallet."""
        made = self.wallet(owner, program, dice)
        self.record.enter(owner, kind, f"{program.name}/{made.kind.value}")
        return made

    def amount(self, dice: Dice, times: float = 1.0) -> int:
        """Satoshi that somebody pays: about `times` the usual; round in bitcoin, in dollars, or not."""
        usual = self.usual * times
        least = max(LEAST_PAYMENT, 60 * self.rate)
        return self.asked(int(max(least, min(60.0 * usual, dice.lognormal(usual, SPREAD)))), dice)

    def asked(self, value: int, dice: Dice) -> int:
        """About `value`, as somebody asks for it: few digits in bitcoin, round in dollars, or neither."""
        draw = dice.unit()
        for zeros, part in self.era.zeros:
            draw -= part
            if draw < 0:
                step: int = 10**zeros
                while step > value:
                    step //= 10
                return (value + step // 2) // step * step
        if draw < self.era.money_share:
            dollars = value * self._usd / 1e8
            step_usd = 1.0 if dollars < 20 else 5.0 if dollars < 200 else 50.0
            return max(LEAST_PAYMENT, int(max(1, int(dollars / step_usd)) * step_usd / self._usd * 1e8))
        return value

    def means(self, dice: Dice) -> float:
        """How much a new hand has, and pays, beside the usual."""
        return max(_LEAST_MEANS, min(_MOST_MEANS, dice.lognormal(1.0, MEANS_SPREAD)))

    def exchange(self, dice: Dice) -> Exchange:
        """One of the exchanges, large ones more often."""
        return dice.weigh(self.exchanges, self._weights)

    def person(self, name: str) -> Person:
        """The person of that name."""
        return self.persons[int(name.rpartition("-")[2])]

    def somebody(self, dice: Dice, value: int, but: Sequence[str] = ()) -> Person | None:
        """A person who has `value` and a fee to spare; None when a few looks find nobody."""
        wanted = value + int(self.rate * 1_000)
        for _ in range(8):
            person = dice.pick(self.persons)
            if person.wallet.balance > wanted and person.name not in but:
                return person
        return None

    def people(self, dice: Dice, count: int, value: int) -> list[Person]:
        """Up to `count` different persons who have `value` and a fee to spare each."""
        wanted = value + int(self.rate * 1_000)
        found: dict[str, Person] = {}
        for _ in range(6 * count):
            person = dice.pick(self.persons)
            if person.wallet.balance > wanted:
                found[person.name] = person
            if len(found) == count:
                break
        return list(found.values())


def sell_when_full(town: Town, wallet: Wallet, dice: Dice, most: int = 40) -> bool:
    """Have a service sell what it took in when that is in more than `most` coins; whether it did."""
    if len(wallet.coins) <= most:
        return False
    lock = town.exchange(dice).deposit_lock(wallet.owner)
    return wallet.sweep(wallet.usable()[:most], lock, "deposit", "payment") is not None


def exchange_weight(place: int) -> float:
    """How large the exchange of that place is beside the others."""
    return 1.0 / (1 + place)


def enough(wallet: Wallet, needed: int, most: int = 4) -> list[Coin]:
    """The smallest confirmed coin of at least `needed`, else a few of the largest; empty when too little."""
    coins = wallet.usable()
    fitting = [coin for coin in coins if coin.value >= needed]
    if fitting:
        return [min(fitting, key=lambda coin: (coin.value, coin.txid))]
    few = sorted(coins, key=lambda coin: (-coin.value, coin.txid))[:most]
    return few if sum(coin.value for coin in few) >= needed else []


def program_of_person(plan: Plan, dice: Dice) -> Program:
    """The wallet program of a new person: single-address and Core shares by the plan, the rest by the era."""
    draw, year = dice.unit(), plan.year
    core, reuse = plan.number("core_share"), plan.number("reuse")
    if core + reuse > 1:
        core, reuse = core / (core + reuse), reuse / (core + reuse)
    groups = (
        [p for p in PROGRAMS if p.core], [p for p in PROGRAMS if p.single],
        [p for p in PROGRAMS if not p.core and not p.single],
    )  # fmt: skip
    group = groups[0 if draw < core else 1 if draw < core + reuse else 2]
    shares = [program.share_at(year) for program in group]
    return dice.weigh(group, shares)
