import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.simulate.dice import Dice, _exp

PINNED = [842450546, 819340817, 582312254]
"""What `pinned` draws; another list would mean other worlds from the same seeds."""


def test_the_same_name_draws_the_same() -> None:
    assert [Dice("7/a").unit() for _ in range(3)] == [Dice("7/a").unit() for _ in range(3)]
    assert Dice("7/a").unit() != Dice("7/b").unit()


def test_the_stream_never_changes() -> None:
    dice = Dice("pinned")
    assert [dice.below(10**9) for _ in range(3)] == PINNED


def test_a_child_does_not_depend_on_what_was_drawn_before() -> None:
    fresh, used = Dice("7"), Dice("7")
    used.unit()
    assert fresh.child("x").unit() == used.child("x").unit()


@given(x=st.floats(-6, 6))
def test_exp_is_the_exponential(x: float) -> None:
    assert _exp(x) == pytest.approx(math.exp(x), rel=1e-12)


def test_weigh_never_picks_what_has_no_weight() -> None:
    dice = Dice("weigh")
    assert {dice.weigh("abc", (1.0, 0.0, 3.0)) for _ in range(200)} == {"a", "c"}


def test_a_sample_has_each_place_at_most_once() -> None:
    assert sorted(Dice("s").sample("abcde", 9)) == list("abcde")
    assert len(set(Dice("s").sample("abcde", 3))) == 3


def test_counts_are_whole_and_of_the_mean_asked_for() -> None:
    dice = Dice("count")
    drawn = [dice.count(2.5) for _ in range(4_000)]
    assert min(drawn) == 0
    assert sum(drawn) / len(drawn) == pytest.approx(2.5, abs=0.1)


def test_normal_and_lognormal_have_their_middle_and_spread() -> None:
    dice = Dice("normal")
    normal = [dice.normal() for _ in range(4_000)]
    assert sum(normal) / len(normal) == pytest.approx(0, abs=0.06)
    assert sum(x * x for x in normal) / len(normal) == pytest.approx(1, abs=0.08)
    logs = sorted(dice.lognormal(40, 0.9) for _ in range(4_001))
    assert logs[2_000] == pytest.approx(40, rel=0.08)
    assert logs[0] > 0
