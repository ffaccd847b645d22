"""Private hands: they pay merchants and each other, cash out, and get new coins at their exchange."""

from __future__ import annotations

from cointrail.simulate.composed.agents.payjoin import pay_join
from cointrail.simulate.composed.forms import KeyForms
from cointrail.simulate.composed.ledger import Out
from cointrail.simulate.composed.town import Town, program_of_person
from cointrail.simulate.composed.wallet import LEAST_CHANGE
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Lock

MOST_COINS = 30
"""A wallet with more puts them together before it pays again."""
_ALL_OF_IT = 0.4
"""How often he cashes out whole coins, without change."""
_ONE_COIN, _MOST_CASHED = 0.7, 6
"""How often that is one coin, and how many at most."""
_TRIED = 6
_SHOPS, _FRIENDS = 12, 5
"""Whom a person deals with over the years."""
_TO_MERCHANT, _TO_FRIEND = 0.55, 0.75
"""Where a payment goes, cumulated; the rest is cashed out."""
_TWO_ADDRESSES = 0.3
"""How often all of a wallet goes to two addresses and not to one."""


class Person:
    """One private hand with one wallet."""

    __slots__ = ("_number", "bank", "means", "name", "wallet")

    def __init__(self, town: Town, number: int, dice: Dice) -> None:
        self.name = name = f"person-{number}"
        self._number = number
        self.wallet = town.enter(name, "person", program_of_person(town.plan, dice), dice)
        self.wallet.forms = KeyForms(town.plan.number("second_form"), town.year, dice.child("forms"))
        self.bank = town.exchange(dice)
        self.means = town.means(dice)
        """How much he has and pays, beside the usual."""

    def merchant(self, town: Town, dice: Dice) -> int:
        """The number of a merchant: mostly one of the nearest, out of a circle of a dozen."""
        place = dice.below(3) if dice.chance(0.7) else dice.below(_SHOPS)
        return (self._number * 7 + place * 31) % len(town.merchants)

    def friend(self, town: Town, dice: Dice) -> Person:
        """Somebody he knows."""
        return town.persons[(self._number * 13 + 1 + dice.below(_FRIENDS) * 37) % len(town.persons)]


class People:
    """All persons; acting means that one of them pays."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.payjoin = town.plan.number("payjoin")
        self.two_payees = town.plan.number("two_payees")
        self.whole_wallet = town.plan.number("whole_wallet")
        town.persons = [Person(town, n, dice.child(str(n))) for n in range(town.plan.whole("persons"))]

    def act(self) -> None:
        """One person pays, or asks for coins first."""
        town, dice = self.town, self.dice
        person = dice.pick(town.persons)
        wallet = person.wallet
        if len(wallet.coins) > MOST_COINS:
            wallet.sweep(wallet.usable()[:MOST_COINS], wallet.address(), "self", "consolidation")
            return
        value, draw = town.amount(dice, person.means), dice.unit()
        if wallet.balance < value + int(town.rate * 600):
            wanted = town.asked(int(value * dice.between(1.2, 5)), dice)
            person.bank.request(person.name, wallet.address(), wanted)
            return
        if draw < _TO_FRIEND and dice.chance(self.payjoin) and self._join_somebody(person, value):
            return
        if draw < _TO_FRIEND and dice.chance(self.whole_wallet):
            self._give_all(person)
            return
        if draw < _TO_FRIEND and dice.chance(self.two_payees):
            self._pay_two(person, value)
            return
        if draw < _TO_MERCHANT:
            merchant = town.merchants[person.merchant(town, dice)]
            self._pay(person, merchant.invoice(), value, "payment")
        elif draw < _TO_FRIEND:
            friend = person.friend(town, dice)
            if friend is person:
                return
            self._pay(person, friend.wallet.address(), value, "payment")
        elif dice.chance(_ALL_OF_IT):
            count = 1 if dice.chance(_ONE_COIN) else 1 + dice.below(_MOST_CASHED)
            some = dice.sample(wallet.usable(), count)
            wallet.sweep(some, person.bank.deposit_lock(person.name), "deposit", "payment")
        else:
            self._pay(person, person.bank.deposit_lock(person.name), value, "deposit")

    def _join_somebody(self, person: Person, value: int) -> bool:
        """Pay by PayJoin somebody he deals with whose addresses are of his kind; False when nobody can."""
        town, dice = self.town, self.dice
        payees = [town.merchants[person.merchant(town, dice)].wallet for _ in range(_TRIED)]
        payees += [person.friend(town, dice).wallet for _ in range(_TRIED)]
        return any(pay_join(town, dice, person.wallet, payee, value) for payee in payees)

    def _give_all(self, person: Person) -> None:
        """All that he has goes to a friend, or to a friend and a merchant; nothing is left for change."""
        town, dice, wallet = self.town, self.dice, person.wallet
        friend, coins = person.friend(town, dice), wallet.usable()
        if friend is person:
            return
        lock = friend.wallet.address()
        if not dice.chance(_TWO_ADDRESSES):
            wallet.sweep(coins, lock, "payment", "payment")
            return
        shop = town.merchants[person.merchant(town, dice)]
        other = shop.invoice() if dice.chance(0.5) else friend.wallet.address()
        rest = sum(coin.value for coin in coins) - wallet.fee(coins, [lock, other])
        part = town.asked(max(1, int(rest * dice.between(0.1, 0.9))), dice)
        if other is not lock and LEAST_CHANGE < part < rest - LEAST_CHANGE:
            outs = [Out(lock, part, "payment"), Out(other, rest - part, "payment")]
            wallet.post(coins, dice.sample(outs, len(outs)), "payment")

    def _pay_two(self, person: Person, value: int) -> None:
        """A merchant and a friend are paid at once."""
        town, dice = self.town, self.dice
        friend, shop = person.friend(town, dice), town.merchants[person.merchant(town, dice)]
        outs = [Out(shop.invoice(), value, "payment")]
        if friend is not person:
            more = town.amount(dice, 0.5 * person.means)
            outs.append(Out(friend.wallet.address(), more, "payment"))
        person.wallet.pay(outs, "payment")

    def _pay(self, person: Person, lock: Lock, value: int, role: str) -> None:
        person.wallet.pay([Out(lock, value, role)], "payment")
