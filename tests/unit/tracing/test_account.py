from __future__ import annotations

import pytest

from cointrail.errors import BadInput
from cointrail.tracing.account import Entry, Method, account_flow, lowest_balance_claim

CLAYTON = [Entry(50), Entry(30, "theft"), Entry(-60), Entry(40), Entry(-30)]
"""50 of its own, 30 stolen, 60 out, 40 of its own, 30 out."""


@pytest.mark.parametrize(
    ("method", "paid", "left"),
    [
        (Method.FIFO, ({"theft": 10}, {"theft": 20}), {}),
        (Method.LIFO, ({"theft": 30}, {}), {}),
        (Method.PRO_RATA, ({"theft": 22}, {"theft": 4}), {"theft": 4}),
        (Method.LOWEST_BALANCE, ({"theft": 10}, {}), {"theft": 20}),
    ],
)
def test_each_method_lets_its_own_money_leave_first(
    method: Method, paid: tuple[dict[str, int], ...], left: dict[str, int]
) -> None:
    flow = account_flow(method, CLAYTON)
    assert flow.paid == paid
    assert flow.left == left


def test_a_claim_is_never_more_than_the_lowest_balance_since_the_money_came_in() -> None:
    entries = [Entry(100, "theft"), Entry(20), Entry(-110), Entry(500)]
    assert lowest_balance_claim(entries, "theft") == 10


def test_an_emptied_account_leaves_nothing_to_claim_though_it_fills_again() -> None:
    assert lowest_balance_claim([Entry(100, "theft"), Entry(-100), Entry(100)], "theft") == 0


def test_two_claims_lose_in_proportion_when_only_labelled_money_is_left() -> None:
    flow = account_flow(Method.LOWEST_BALANCE, [Entry(30, "a"), Entry(60, "b"), Entry(10), Entry(-40)])
    assert flow.left == {"a": 20, "b": 40}


def test_an_account_that_pays_out_more_than_it_has_is_refused() -> None:
    with pytest.raises(BadInput, match="entry 1 pays out 6 sat of an account that holds 5 sat"):
        account_flow(Method.FIFO, [Entry(5), Entry(-6)])


def test_money_that_is_paid_out_has_no_label_of_its_own() -> None:
    with pytest.raises(BadInput, match="only credits have labels"):
        account_flow(Method.FIFO, [Entry(5), Entry(-5, "theft")])
