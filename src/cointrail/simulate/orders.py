"""The shop's demand: when orders come, what they cost, and who places them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from cointrail.simulate.clock import DAY, END, START, date
from cointrail.simulate.dice import Dice

_DEMAND = (
    (START, 2.0), (date("2015-12-20"), 5.0), (date("2016-06-01"), 6.0), (date("2016-12-20"), 9.0),
    (date("2017-06-01"), 9.5), (date("2017-12-15"), 10.0), (date("2018-02-01"), 7.0), (END, 5.0),
)  # fmt: skip
"""Relative number of orders a day, at turning points."""

LAST_ORDERS = END - 9 * DAY
"""Orders after this might not be paid in time; the shop takes none."""

MEDIAN_USD, SIGMA_USD = 34.0, 0.85
LEAST_USD, MOST_USD = 6.0, 1_200.0

NEWCOMERS = 0.225
"""Share of orders that are somebody's first."""
MEMORY = 1_500
"""A returning customer is one of those behind so many last orders."""
TRIES = 8
"""Before a new customer takes the place of one who has had enough."""
MEDIAN_ORDERS, SIGMA_ORDERS, MOST_ORDERS = 5, 1.2, 120
"""What a customer orders in all, if the world lasts long enough."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; customers are numbered in the order of their first."""

    time: int
    usd: float
    customer: int


def draw_orders(dice: Dice, count: int) -> list[Order]:
    """`count` orders, oldest first."""
    who = dice.child("who")
    customers: list[int] = []
    left: list[int] = []
    orders = []
    for time in sorted(_moment(dice) for _ in range(count)):
        customer = len(left) if who.chance(NEWCOMERS) else _returning(who, customers[-MEMORY:], left)
        if customer == len(left):
            left.append(1 + min(MOST_ORDERS - 1, int(who.lognormal(MEDIAN_ORDERS, SIGMA_ORDERS))))
        left[customer] -= 1
        customers.append(customer)
        usd = min(MOST_USD, max(LEAST_USD, dice.lognormal(MEDIAN_USD, SIGMA_USD)))
        orders.append(Order(time, round(usd, 2), customer))
    return orders


def _returning(dice: Dice, recent: list[int], left: list[int]) -> int:
    """One of the recent customers who has not had enough; after some tries a new one."""
    for _ in range(TRIES if recent else 0):
        if left[customer := dice.pick(recent)]:
            return customer
    return len(left)


def _moment(dice: Dice) -> int:
    while True:
        time = int(dice.between(START, LAST_ORDERS))
        (start, low), (end, high) = next(leg for leg in pairwise(_DEMAND) if time < leg[1][0])
        if dice.between(0, 10.0) < low + (high - low) * (time - start) / (end - start):
            return time
