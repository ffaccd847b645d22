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

NEWCOMERS = 0.233
"""Share of orders that are somebody's first."""
MEMORY = 1_500
"""A returning customer is one of those behind so many last orders."""


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
    known = 0
    orders = []
    for time in sorted(_moment(dice) for _ in range(count)):
        if known == 0 or who.chance(NEWCOMERS):
            customer, known = known, known + 1
        else:
            customer = who.pick(customers[-MEMORY:])
        customers.append(customer)
        usd = min(MOST_USD, max(LEAST_USD, dice.lognormal(MEDIAN_USD, SIGMA_USD)))
        orders.append(Order(time, round(usd, 2), customer))
    return orders


def _moment(dice: Dice) -> int:
    while True:
        time = int(dice.between(START, LAST_ORDERS))
        (start, low), (end, high) = next(leg for leg in pairwise(_DEMAND) if time < leg[1][0])
        if dice.between(0, 10.0) < low + (high - low) * (time - start) / (end - start):
            return time
