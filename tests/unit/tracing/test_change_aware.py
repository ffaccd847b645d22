from __future__ import annotations

import pytest

from cointrail.chain.types import Sat
from cointrail.errors import BadInput
from cointrail.tracing.block_reward import NEW, CoinbaseOrder, coinbase_forward
from cointrail.tracing.change_aware import change_first, change_interval, payment_first
from cointrail.tracing.taint import Segment

INPUTS = [[Segment("T", Sat(30))], [Segment("C", Sat(50))], [Segment("T", Sat(20))]]
OUTPUTS, FEE = [Sat(60), Sat(35)], Sat(5)


def test_change_may_have_come_last_or_first() -> None:
    assert change_interval(INPUTS, OUTPUTS, FEE, 1, "T") == ((15, 30), (15, 30), (5, 5))


def test_what_is_paid_first_takes_the_first_satoshi() -> None:
    paid = payment_first(INPUTS, OUTPUTS, FEE, 0)
    assert paid[1] == (Segment("T", Sat(30)), Segment("C", Sat(5)))
    assert change_first(INPUTS, OUTPUTS, FEE, 1) == paid


def test_there_is_no_interval_without_a_change_output() -> None:
    with pytest.raises(BadInput, match="no output 2 among 2"):
        change_interval(INPUTS, OUTPUTS, FEE, 2, "T")


@pytest.mark.parametrize(
    ("order", "first"),
    [(CoinbaseOrder.FEES_FIRST, Segment("T", Sat(5))), (CoinbaseOrder.SUBSIDY_FIRST, Segment(NEW, Sat(50)))],
)
def test_fees_or_new_coins_come_first_in_a_coinbase(order: CoinbaseOrder, first: Segment) -> None:
    fees = [[Segment("T", Sat(5))], [Segment("C", Sat(7))]]
    outputs = coinbase_forward(fees, Sat(50), [Sat(55)], order)
    assert outputs[0][0] == first
    assert sum(run.length for run in outputs[1]) == 7


def test_a_coinbase_cannot_pay_more_than_its_block_gives() -> None:
    with pytest.raises(BadInput, match="3 sat more"):
        coinbase_forward([], Sat(50), [Sat(53)], CoinbaseOrder.FEES_FIRST)
