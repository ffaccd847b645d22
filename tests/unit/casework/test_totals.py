"""Totals say how many of their rows are expected to be wrong at most."""

from __future__ import annotations

from cointrail.casework.rows import ErrorColumns
from cointrail.casework.totals import error_total


def told(bound_ppm: int | None, payjoin_5_ppm: int | None = None) -> ErrorColumns:
    """The error of a row; None: not measured."""
    return ErrorColumns(
        bound_ppm=bound_ppm,
        independent_ppm=bound_ppm,
        payjoin_1_ppm=bound_ppm,
        payjoin_5_ppm=payjoin_5_ppm if payjoin_5_ppm is not None else bound_ppm,
        links="T2=1",
        not_measured="" if bound_ppm is not None else "service.deposit@2=1",
        says="",
    )


def test_the_rows_of_a_total_that_are_expected_wrong_are_the_sum_of_their_bounds() -> None:
    found = error_total([told(100_000), told(100_000, 1_000_000), told(1), None])
    assert found["expected_wrong"] == "0.21"  # 0.200001, rounded up
    assert found["expected_wrong_at_payjoin_5"] == "1.11"
    assert (found["rows"], found["rows_not_measured"]) == (3, 0)


def test_rows_that_were_not_measured_are_counted_apart_and_never_as_right() -> None:
    found = error_total([told(None), told(0)])
    assert (found["expected_wrong"], found["rows"], found["rows_not_measured"]) == ("0.00", 1, 1)
