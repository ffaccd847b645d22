from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disk import files_below, read_through
from growth import exponent
from measure import Spread, alternate
from pages import percentile
from table import at_least, at_most, reported, table_lines

positive = st.floats(1e-3, 1e9)


def test_a_figure_on_its_limit_holds_from_both_sides() -> None:
    assert at_least("speed", 25, 25).holds
    assert not at_least("speed", 24.999_999, 25).holds
    assert at_most("memory", 5, 5).holds
    assert not at_most("memory", 5.000_001, 5).holds


def test_a_limit_from_above_is_stored_negated_and_shown_as_it_is() -> None:
    stored = [at_most("memory, GB", 6.25, 5).said, at_least("ratio", 30.5, 25).said]
    assert stored[0] == {"name": "memory, GB", "value": -6.25, "at_least": -5, "holds": False}
    first, second = (" ".join(line.split()) for line in table_lines(stored))
    assert first == "memory, GB 6.25 at most 5 MISSED"
    assert second == "ratio 30.5 at least 25 holds"


def test_a_figure_without_a_limit_is_only_reported() -> None:
    (line,) = table_lines([reported("union", 0.8).said])
    assert " ".join(line.split()) == "union 0.8 reported"


def test_rounding_for_the_table_does_not_decide_what_holds() -> None:
    said = at_most("exponent", 1.100_000_1, 1.1).said
    assert said["value"] == said["at_least"] == -1.1
    assert said["holds"] is False


@given(positive, st.floats(1.1, 100), st.floats(0.1, 3))
def test_what_follows_a_power_of_the_size_has_that_exponent(first: float, ratio: float, power: float) -> None:
    assert math.isclose(exponent(first, first * ratio**power, 1e9, 1e9 * ratio), power, rel_tol=1e-6)


@given(st.lists(positive, min_size=1), st.floats(1, 100))
def test_a_percentile_is_a_figure_that_so_many_do_not_exceed(figures: list[float], percent: float) -> None:
    found = percentile(figures, percent)
    assert found in figures
    assert sum(figure <= found for figure in figures) >= percent / 100 * len(figures) - 1e-9
    assert sum(figure < found for figure in figures) < percent / 100 * len(figures) + 1e-9


@given(st.lists(positive, min_size=1), positive)
def test_the_fastest_run_is_the_highest_rate(seconds: list[float], size: float) -> None:
    rate = Spread.of(seconds).under(size)
    assert rate.least <= rate.median <= rate.most
    assert math.isclose(rate.most, size / min(seconds))
    assert rate.count == len(seconds)


def test_jobs_run_in_turn_and_none_twice_in_a_row() -> None:
    order: list[str] = []

    def job(name: str) -> Callable[[], int]:
        def run() -> int:
            order.append(name)
            return len(order)

        return run

    found = alternate({name: job(name) for name in "abc"}, 3)
    assert Counter(order) == {"a": 3, "b": 3, "c": 3}
    assert all(one != other for one, other in pairwise(order))
    assert found["b"] == [2, 5, 8]


@pytest.mark.parametrize("size", [0, 1, 9_000_000])
def test_files_are_read_to_their_end(tmp_path: Path, size: int) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one").write_bytes(bytes(size))
    (tmp_path / "a").write_bytes(b"a")
    assert files_below(tmp_path) == [tmp_path / "a", tmp_path / "below" / "one"]
    assert read_through(files_below(tmp_path)) > 0
