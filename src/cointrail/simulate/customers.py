"""The shop's customers: who they are, and how each order gets paid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cointrail.simulate.clock import DAY
from cointrail.simulate.crowd import Crowd
from cointrail.simulate.dice import Dice
from cointrail.simulate.ledger import Coin, Posted
from cointrail.simulate.orders import Order
from cointrail.simulate.people import Bill, FromExchange, FromJoin, Person
from cointrail.simulate.shop import Shop

FROM_ACCOUNT = 0.012
"""Share of orders that the customer has his exchange pay."""
WITHIN_JOIN = 0.15
"""Share of orders that those who join pay out of the join itself."""


class Customers:
    """Brings each order to its payment."""

    def __init__(self, shop: Shop, crowd: Crowd, dice: Dice) -> None:
        self.shop = shop
        self.crowd = crowd
        self.dice = dice
        self._persons: dict[int, Person] = {}

    def expect(self, orders: Sequence[Order]) -> None:
        """Have every order placed at its time."""
        for order in orders:
            if order.customer not in self._persons:
                born = int(order.time - self.dice.between(0, 90) * DAY)
                self._persons[order.customer] = self.crowd.payer(f"payer-{order.customer:04d}", born)
            self.shop.scene.agenda.at(order.time, partial(self._place, order))

    def _place(self, order: Order) -> None:
        person = self._persons[order.customer]
        bill = Bill(order.usd, self.shop.invoice, "payment", partial(self.shop.paid, person))
        funding = person.funding
        if isinstance(funding, FromExchange) and person.dice.chance(FROM_ACCOUNT):
            self.crowd.send_direct(person, bill, partial(self._paid_by_exchange, person))
        elif isinstance(funding, FromJoin) and person.dice.chance(WITHIN_JOIN):
            funding.pay_within(person, bill)
        else:
            person.settle(bill)

    def _paid_by_exchange(self, person: Person, _posted: Posted, coin: Coin, number: int) -> None:
        self.shop.paid_by_exchange(person, coin, number)
