from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.heuristics.fillable import Answer, extra, fill, possible
from cointrail.heuristics.shape import Shape, shape_of
from support.chains import tx


def shape(ins: str, outs: str) -> Shape:
    return shape_of(tx(ins=ins, outs=outs))


def test_extra_wants_every_participant_to_pay_its_part() -> None:
    assert extra(shape("a:900_000 b:1_300_000", "x:700_000 y:700_000 s:180_000 t:590_000")) is Answer.YES
    assert extra(shape("a:100_000 b:2_100_000", "x:700_000 y:700_000 s:180_000 t:590_000")) is Answer.NO


def test_extra_takes_one_participant_without_change() -> None:
    assert extra(shape("a:695_000 b:1_300_000", "x:700_000 y:700_000 t:590_000")) is Answer.YES


def test_extra_allows_a_participant_to_earn_a_little() -> None:
    assert extra(shape("a:690_000 b:1_300_000", "x:700_000 y:700_000 t:585_000")) is Answer.YES
    assert extra(shape("a:689_999 b:1_300_000", "x:700_000 y:700_000 t:585_000")) is Answer.NO


@pytest.mark.parametrize(
    ("ins", "outs"),
    [
        ("a:900_000 b:?", "x:700_000 y:700_000 t:100_000"),
        ("a:900_000 b:900_000", "x:700_000 y:800_000 t:100_000"),
        ("a:900_000 a:900_000", "x:700_000 y:700_000 t:100_000"),
    ],
    ids=["unknown input", "nothing equal", "one hand"],
)
def test_extra_says_no_where_the_generic_test_does(ins: str, outs: str) -> None:
    assert extra(shape(ins, outs)) is Answer.NO


def test_possible_wants_two_hands_that_each_pay_an_equal_output() -> None:
    outs = "x:700_000 y:700_000 s:180_000 t:50_000 u:1_000"
    assert possible(shape("a:900_000 b:1_300_000", outs)) is Answer.YES
    assert possible(shape("a:100_000 b:2_100_000", outs)) is Answer.NO
    assert possible(shape("a:900_000 b:?", outs)) is Answer.NO


def test_possible_leaves_out_what_goes_back_to_an_input() -> None:
    assert possible(shape("a:900_000 b:900_000", "a:700_000 y:700_000")) is Answer.NO


def test_a_search_of_too_many_steps_is_a_timeout() -> None:
    sums, buckets = [5] * 30, [149, 1]
    assert fill(sums, buckets, max_steps=10) is Answer.TIMEOUT
    assert fill([3] * 8, [10, 10, 4], max_steps=5) is Answer.TIMEOUT


def test_what_cannot_be_for_lack_of_money_takes_no_search() -> None:
    assert fill([5, 5], [11], max_steps=1) is Answer.NO
    assert fill([50], [1, 1], max_steps=1) is Answer.NO


@given(
    sums=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    buckets=st.lists(st.integers(-2, 14), min_size=1, max_size=3),
)
def test_a_search_finds_what_trying_everything_finds(sums: list[int], buckets: list[int]) -> None:
    wanted = [max(1, b) for b in buckets]
    ways = product(range(len(buckets)), repeat=len(sums))
    filled = any(
        all(
            sum(v for v, b in zip(sums, way, strict=True) if b == k) >= wanted[k] for k in range(len(buckets))
        )
        for way in ways
    )
    assert fill(sums, buckets) is (Answer.YES if filled else Answer.NO)
