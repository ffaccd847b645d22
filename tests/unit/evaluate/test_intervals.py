"""Bounds on rates against published values and against the binomial sum itself."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from cointrail.evaluate.intervals import (
    ONE,
    allowed_outside,
    at_most,
    incomplete_beta,
    interval,
    lower_bound,
    upper_bound,
)


def exact_at_most(k: int, n: int, rate: Fraction) -> Fraction:
    """The binomial tail, term by term, without rounding."""
    terms = (comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(k + 1))
    return sum(terms, Fraction(0))


@pytest.mark.parametrize(
    ("wrong", "n", "percent"),
    [
        (0, 300, "0.99"),
        (1, 1_000, "0.47"),
        (3, 3_000, "0.26"),
        (0, 3_000, "0.10"),
        (5, 10_000, "0.11"),
        (0, 10_000, "0.03"),
    ],
)
def test_the_upper_bound_has_the_digits_of_the_methods_table(wrong: int, n: int, percent: str) -> None:
    assert f"{upper_bound(wrong, n) / 10_000:.2f}" == percent


@pytest.mark.parametrize(("wrong", "n"), [(0, 1), (0, 30), (2, 17), (7, 40), (29, 30), (3, 500)])
def test_the_upper_bound_is_the_first_ppm_at_which_the_tail_is_five_percent(wrong: int, n: int) -> None:
    bound = upper_bound(wrong, n)
    assert exact_at_most(wrong, n, Fraction(bound, ONE)) <= Fraction(5, 100)
    assert exact_at_most(wrong, n, Fraction(bound - 1, ONE)) > Fraction(5, 100)


@pytest.mark.parametrize(("right", "n"), [(1, 1), (30, 30), (15, 17), (33, 40), (1, 30)])
def test_the_lower_bound_mirrors_the_upper_bound_of_the_rest(right: int, n: int) -> None:
    assert lower_bound(right, n) == ONE - upper_bound(n - right, n)


def test_of_nothing_nothing_is_known() -> None:
    assert upper_bound(0, 0) == ONE
    assert lower_bound(0, 0) == 0


def test_an_interval_of_both_sides_is_two_bounds_of_half_the_doubt() -> None:
    # Newcombe 1998, table I: Clopper-Pearson of 81 in 263 is 0.2527 to 0.3676, of 15 in 148 0.0578 to 0.1617.
    assert interval(81, 263) == pytest.approx((252_700, 367_600), abs=100)
    assert interval(15, 148) == pytest.approx((57_800, 161_700), abs=100)


def test_bounds_that_hold_together_are_wider() -> None:
    assert upper_bound(0, 300, strata=10) == pytest.approx(ONE * (1 - 0.005 ** (1 / 300)), abs=1.0)
    assert upper_bound(0, 300, strata=10) > upper_bound(0, 300)


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 3"):
        upper_bound(5, 3)


@pytest.mark.parametrize(("k", "n", "rate"), [(0, 10, 0.05), (3, 40, 0.1), (20, 60, 0.3), (5, 1_000, 0.004)])
def test_the_tail_equals_its_sum(k: int, n: int, rate: float) -> None:
    assert at_most(k, n, rate) == pytest.approx(float(exact_at_most(k, n, Fraction(rate))), rel=1e-10)


def test_the_incomplete_beta_function_has_its_closed_values() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(2, 2, 0.25) == pytest.approx(3 * 0.25**2 - 2 * 0.25**3)
    assert incomplete_beta(200_000, 300_000, 0.4) == pytest.approx(0.5, abs=1e-3)
    assert incomplete_beta(3, 4, 0) == 0
    assert incomplete_beta(3, 4, 1) == 1


def test_chance_explains_a_twentieth_and_some_more() -> None:
    assert [allowed_outside(n) for n in (0, 1, 2, 20, 100)] == [0, 0, 1, 3, 9]
