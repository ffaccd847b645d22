"""Everybody who is neither exchange nor shop: how many there are, and what they do all those years."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from cointrail.chain.types import COIN
from cointrail.simulate import habits
from cointrail.simulate.business import Merchant, Pool
from cointrail.simulate.clock import DAY, END, START
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Pay
from cointrail.simulate.locks import Kind, Lock, data_lock
from cointrail.simulate.people import Bill, FromExchange, FromJoin, FromPerson, Funding, Person
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Habits, Place, Wallet

NOTARY = "notary"
"""The one who writes notes into the chain."""

TO_OTHERS = 0.025
"""Share of payments between persons that the payer has his exchange send straight to the other."""
MERCHANT_FROM_EXCHANGE = 0.02
TO_CUSTOMERS = 0.12
"""Share of payments between persons that go to customers of the shop."""

_MERCHANT_KINDS = (
    Kind.P2PKH,
    Kind.P2PKH,
    Kind.P2PKH,
    Kind.P2SH_MULTISIG,
    Kind.P2PKH,
    Kind.MULTISIG,
    Kind.P2PK,
)


class Crowd:
    """Makes persons and businesses, and gives them a life."""

    def __init__(self, scene: Scene, exchanges: Sequence[Exchange], dice: Dice, scale: float) -> None:
        self.scene = scene
        self.exchanges = exchanges
        self.dice = dice
        self.scale = scale
        self._shares = [exchange.firm.share for exchange in exchanges]
        self.persons: list[Person] = []
        self.customers: list[Person] = []
        self.merchants: list[Merchant] = []
        self.traders: list[Person] = []
        self.makers: list[Person] = []
        self.market = Market(scene, [], dice.child("market"))

    def number(self, full: float, least: int = 1) -> int:
        """How many of something there are in a world of this scale."""
        return max(least, round(full * self.scale))

    def person(
        self, name: str, born: int, funding: Funding | None = None, kept: Habits | None = None
    ) -> Person:
        """A new person who first needs a wallet at `born`."""
        dice = self.dice.child(name)
        kept = kept or habits.pick_habits(dice, born)
        wallet = Wallet(self.scene, name, kept, dice.child("wallet"))
        return Person(self.scene, wallet, funding or self.at_exchange(dice), dice)

    def at_exchange(self, dice: Dice) -> FromExchange:
        """A customer's one or two exchanges; large ones have more customers."""
        return FromExchange([dice.weigh(self.exchanges, self._shares) for _ in range(2)])

    def settle_in(self) -> None:
        """Make the businesses and those whom others know by name."""
        for n in range(self.number(40, 4)):
            kind = _MERCHANT_KINDS[n % len(_MERCHANT_KINDS)]
            kept = Habits("merchant", ((0, kind),), reuse=n % 5 == 4, place=Place.RANDOM)
            person = self.person(f"merchant-{n:02d}", START, kept=kept)
            exchange = person.dice.weigh(self.exchanges, self._shares)
            self.merchants.append(Merchant(person, exchange, person.dice.child("trade")))
        self.traders = [self.person(f"trader-{n:02d}", START) for n in range(self.number(12, 2))]
        self.makers = [
            self.person(f"maker-{n:02d}", START, kept=habits.NODE) for n in range(self.number(24, 8))
        ]
        for maker in self.makers:
            value = int(maker.dice.lognormal(6 * COIN, 0.8))
            start = START + int(maker.dice.between(2, 40) * DAY)
            self.scene.agenda.at(start, partial(maker.funding.top_up, maker, value, _nothing))
        self.market = Market(self.scene, [maker.wallet for maker in self.makers], self.dice.child("market"))

    def live(self, person: Person, start: int, end: int, payments: int) -> None:
        """Have a person pay merchants and others, and sell now and then, from `start` to `end`."""
        dice = person.dice.child("life")
        for _ in range(payments):
            self.scene.agenda.at(int(dice.between(start, end)), partial(self._spend, person, dice))
        for _ in range(dice.count(0.12 * payments)):
            self.scene.agenda.at(int(dice.between(start, end)), partial(self._sell, person, dice))

    def _spend(self, person: Person, dice: Dice) -> None:
        usd = min(3_000.0, max(4.0, dice.lognormal(45, 0.9)))
        if dice.chance(0.84):
            merchant = dice.pick(self.merchants)
            if dice.chance(MERCHANT_FROM_EXCHANGE):
                self.send_direct(person, Bill(usd, merchant.invoice, "merchant_payment"))
            else:
                person.settle(Bill(usd, merchant.invoice, "merchant_payment"))
            return
        other = dice.pick(self.customers if dice.chance(TO_CUSTOMERS) else self.persons)
        if other is person:
            return
        bill = Bill(usd, other.wallet.address, "peer_payment")
        if dice.chance(TO_OTHERS):
            self.send_direct(person, bill)
        else:
            person.settle(bill)

    def send_direct(self, person: Person, bill: Bill, done: Callable[..., None] | None = None) -> None:
        """Have the person's exchange pay `bill` from his account."""
        funding = person.funding
        if isinstance(funding, FromExchange):
            value = self.scene.sat(bill.usd)
            funding.exchanges[0].withdraw(person.name, bill.lock(), value, done)
        else:
            person.settle(bill)

    def _sell(self, person: Person, dice: Dice) -> None:
        funding = person.funding
        balance = person.wallet.balance
        if not isinstance(funding, FromExchange) or self.scene.usd(balance) < 60:
            return
        lock = dice.pick(funding.exchanges).deposit_lock(person.name)
        if dice.chance(0.3):
            person.wallet.sweep(list(person.wallet.coins)[:20], lock, "deposit")
        else:
            person.wallet.pay([Pay(lock, int(balance * dice.between(0.2, 0.8)), "deposit")])

    def populate(self) -> None:
        """Make the background: persons who have nothing to do with the shop."""
        dice = self.dice.child("births")
        self.persons += self.traders
        for n in range(self.number(2_300, 30)):
            born = int(dice.between(START, END - 40 * DAY))
            person = self.person(f"user-{n:04d}", born)
            self.persons.append(person)
            payments = 1 + min(120, int(dice.lognormal(6.0, 0.9)))
            self.live(person, born, min(END, born + int(dice.between(60, 900) * DAY)), payments)

    def payer(self, name: str, born: int) -> Person:
        """A customer of the shop."""
        dice = self.dice.child(f"{name}/luck")
        draw = dice.unit()
        if draw < 0.05:
            person = self.person(name, born, FromPerson(dice.pick(self.traders), "trade"))
        elif draw < 0.075:
            person = self.person(name, born, FromPerson(dice.pick(self.merchants).person, "wage"))
        elif draw < 0.11:
            kept = dice.pick((habits.NODE, habits.LIGHT))
            person = self.person(name, born, FromJoin(self.at_exchange(dice), self.market), kept)
        else:
            person = self.person(name, born)
        self.customers.append(person)
        self.live(person, born, min(END, born + int(dice.between(60, 500) * DAY)), dice.count(3.0))
        return person

    def vendor(self, name: str) -> Person:
        """One who delivers to the shop, and sells what he is paid."""
        vendor = self.person(name, START, kept=habits.WEB)
        exchange = vendor.dice.weigh(self.exchanges, self._shares)
        Merchant(vendor, exchange, vendor.dice.child("trade"))
        self.scene.truth.kinds[name] = "vendor"
        return vendor

    def join_now_and_then(self, count: int) -> None:
        """Background takers: owners who join coins for no purpose but to mix them."""
        dice = self.dice.child("takers")
        for _ in range(count):
            time = int(dice.between(START + 60 * DAY, END))
            self.scene.agenda.at(time, partial(self._take, dice))

    def _take(self, dice: Dice) -> None:
        person = dice.pick(self.persons)
        coin = max(person.wallet.coins, key=lambda c: c.value, default=None)
        if coin is not None and not person.wallet.habits.reuse:
            self.market.join_coin(person.wallet, coin)

    def enrol_members(self, pools: Sequence[Pool]) -> None:
        """Give each pool its members."""
        members = [self.person(f"miner-{n:02d}", START) for n in range(self.number(40, 4))]
        for member in members:
            self.persons.append(member)
            self.live(member, START, END, 6 + member.dice.below(12))
            pool = member.dice.pick(pools)
            pool.members.append(member)

    def notarise(self, count: int) -> None:
        """Have one person write notes into the chain."""
        notary = self.person(NOTARY, START, kept=habits.WEB)
        dice = self.dice.child("notes")
        for n in range(count):
            note = data_lock(f"note {n:04d} ".encode() + bytes((dice.below(256),)) * 24, notary.name)
            bill = Bill(0.0, partial(_same, note), "data")
            self.scene.agenda.at(int(dice.between(START, END)), partial(notary.settle, bill))


def _same(lock: Lock) -> Lock:
    return lock


def _nothing(_coin: Coin | None) -> None:
    """Go on with nothing."""
