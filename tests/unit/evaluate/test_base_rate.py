"""What a verdict is worth where change is more or less common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cointrail.evaluate.intervals import ONE
from cointrail.evaluate.worlds.base_rate import own_share, worths
from cointrail.evaluate.worlds.changes import Named

EXAMPLE = Named("T3", with_change=900, right=450, wrong=0, without=100, wrong_without=10)


def test_a_verdict_is_worth_less_where_few_payments_have_change() -> None:
    # Half of all with change are named rightly, a tenth of those without wrongly.
    half, most = worths([EXAMPLE], (500_000, 900_000))
    assert half.right_ppm == ONE * 50 // 60
    assert most.right_ppm == ONE * 45 // 46
    assert half.at_least_ppm < half.right_ppm


def test_counts_of_worlds_are_added_before_they_are_weighed() -> None:
    assert worths([EXAMPLE, EXAMPLE], (500_000,))[0].right_ppm == worths([EXAMPLE], (500_000,))[0].right_ppm
    assert own_share([EXAMPLE, EXAMPLE]) == 900_000
    assert own_share([]) is None


def test_where_nothing_was_named_nothing_is_said() -> None:
    assert worths([Named("T3", 5, 0, 0, 5, 0)]) == ()


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_the_worst_case_is_never_better_than_what_was_measured(
    right: int, wrong: int, silent: int, bad: int
) -> None:
    one = Named("T4", right + wrong + silent, right, wrong, bad + silent, bad)
    for worth in worths([one]):
        assert 0 <= worth.at_least_ppm <= worth.right_ppm <= ONE
