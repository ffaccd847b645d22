from collections import Counter

import pytest

from cointrail.simulate.clock import START
from cointrail.simulate.dice import Dice
from cointrail.simulate.orders import LAST_ORDERS, LEAST_USD, MOST_ORDERS, MOST_USD, draw_orders

ORDERS = draw_orders(Dice("orders"), 3_000)


def test_orders_come_in_order_and_stop_before_the_end() -> None:
    assert len(ORDERS) == 3_000
    times = [order.time for order in ORDERS]
    assert times == sorted(times)
    assert START <= times[0] < times[-1] < LAST_ORDERS


def test_orders_are_small_with_a_few_large_ones() -> None:
    sums = [order.usd for order in ORDERS]
    assert min(sums) >= LEAST_USD
    assert 200 < max(sums) <= MOST_USD
    assert sum(sums) / len(sums) == pytest.approx(49, rel=0.1)


def test_about_a_quarter_of_orders_are_somebodys_first() -> None:
    customers = {order.customer for order in ORDERS}
    assert customers == set(range(len(customers)))
    assert len(customers) / len(ORDERS) == pytest.approx(0.23, abs=0.05)
    assert max(Counter(order.customer for order in ORDERS).values()) <= MOST_ORDERS


def test_the_shops_business_grows_over_the_years() -> None:
    middle = (START + LAST_ORDERS) // 2
    assert sum(order.time > middle for order in ORDERS) > 0.55 * len(ORDERS)
