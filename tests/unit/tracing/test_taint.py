from __future__ import annotations

import pytest

from cointrail.chain.types import Sat
from cointrail.errors import BadInput
from cointrail.tracing.taint import (
    Segment,
    cut_spans,
    fifo_backward,
    fifo_forward,
    haircut,
    join_spans,
    lifo_backward,
    lifo_forward,
    poison,
    tiho,
    tilo,
)

WORKED_INPUTS = [[Segment("T", Sat(30))], [Segment("C", Sat(50))], [Segment("T", Sat(20))]]
"""The worked example of the methods: tainted 30, clean 50, tainted 20, paid to 60, 35 and a fee of 5."""
WORKED_PARTS = [Sat(60), Sat(35), Sat(5)]


def _tainted(runs: tuple[Segment, ...]) -> int:
    return sum(run.length for run in runs if run.label == "T")


def test_haircut_gives_the_worked_example() -> None:
    assert haircut(50, WORKED_PARTS) == (30, 18, 2)


def test_fifo_gives_the_worked_example() -> None:
    assert [_tainted(part) for part in fifo_forward(WORKED_INPUTS, WORKED_PARTS)] == [30, 15, 5]


def test_lifo_gives_the_worked_example() -> None:
    assert [_tainted(part) for part in lifo_forward(WORKED_INPUTS, WORKED_PARTS)] == [20, 25, 5]


def test_tiho_gives_the_worked_example() -> None:
    assert tiho(50, WORKED_PARTS[:2], 5) == (50, 0, 0)


def test_tilo_gives_the_worked_example() -> None:
    assert tilo(50, WORKED_PARTS[:2], 5) == (15, 35, 0)


def test_poison_gives_the_worked_example() -> None:
    assert poison(50, WORKED_PARTS) == (60, 35, 5)


def test_poison_of_nothing_is_nothing() -> None:
    assert poison(0, WORKED_PARTS) == (0, 0, 0)


def test_the_fee_is_filled_last_even_where_it_is_the_highest() -> None:
    assert tiho(50, [20, 10], 70) == (20, 10, 20)
    assert tilo(15, [20, 10], 1) == (5, 10, 0)


def test_of_two_equal_outputs_the_earlier_is_filled_first() -> None:
    assert tiho(15, [10, 10]) == (10, 5, 0)
    assert tilo(15, [10, 10]) == (10, 5, 0)


def test_lifo_back_of_lifo_forward_is_where_it_began() -> None:
    parts = lifo_forward(WORKED_INPUTS, WORKED_PARTS)
    assert lifo_backward(parts, [Sat(30), Sat(50), Sat(20)]) == tuple(map(tuple, WORKED_INPUTS))


def test_fifo_keeps_the_order_of_satoshi_within_an_output() -> None:
    assert fifo_forward(WORKED_INPUTS, WORKED_PARTS)[0] == (Segment("T", Sat(30)), Segment("C", Sat(30)))


def test_fifo_back_of_fifo_forward_is_where_it_began() -> None:
    parts = fifo_forward(WORKED_INPUTS, WORKED_PARTS)
    assert fifo_backward(parts, [Sat(30), Sat(50), Sat(20)]) == tuple(map(tuple, WORKED_INPUTS))


def test_fifo_refuses_parts_that_do_not_add_up_to_the_inputs() -> None:
    with pytest.raises(BadInput, match="100 sat cannot fill 99 sat"):
        fifo_forward(WORKED_INPUTS, [Sat(99)])


def test_haircut_refuses_more_taint_than_value() -> None:
    with pytest.raises(BadInput, match=r"tainted 101 sat is outside 0\.\.100 sat"):
        haircut(101, WORKED_PARTS)


def test_haircut_of_everything_is_everything() -> None:
    assert haircut(100, WORKED_PARTS) == tuple(WORKED_PARTS)


def test_haircut_gives_the_last_satoshi_to_the_earlier_of_two_equal_remainders() -> None:
    assert haircut(1, [10, 10]) == (1, 0)


def test_spans_that_touch_become_one() -> None:
    assert join_spans([(5, 9), (0, 5), (10, 12)]) == [(0, 9), (10, 12)]


def test_a_span_is_cut_where_parts_meet_and_parts_without_value_get_nothing() -> None:
    assert cut_spans([(2, 12)], (0, 5, 5, 10, 20)) == {0: [(2, 5)], 2: [(0, 5)], 3: [(0, 2)]}


def test_no_output_can_be_filled_beyond_the_value_of_the_transaction() -> None:
    with pytest.raises(BadInput, match=r"tainted 101 sat is outside 0\.\.100 sat"):
        tiho(101, WORKED_PARTS[:2], 5)
