"""When blocks of a composed world come."""

from __future__ import annotations

from itertools import pairwise

from cointrail.simulate.clock import Time
from cointrail.simulate.composed.calendar import CLOSE, Calendar
from cointrail.simulate.dice import Dice

DAY = 86_400


def times(blocks: int, days: int, in_a_row: int) -> list[int]:
    calendar = Calendar(Time(1_000), days * DAY, blocks, in_a_row, Dice("calendar"))
    return [calendar.time_of(number) for number in range(blocks)]


def test_blocks_in_a_row_lie_within_hours_and_the_rows_days_apart() -> None:
    found = times(60, 90, 12)
    rows = [found[first : first + 12] for first in range(0, 60, 12)]
    assert all(row[-1] - row[0] <= 12 * CLOSE for row in rows)
    assert max(later[0] - row[-1] for row, later in pairwise(rows)) > 2 * DAY


def test_time_goes_on_and_ends_in_the_days_of_the_plan() -> None:
    for in_a_row in (1, 7, 100):
        found = times(60, 90, in_a_row)
        assert found == sorted(found)
        assert found[0] >= 1_000
        assert found[-1] <= 1_000 + 90 * DAY + in_a_row * 2 * DAY


def test_a_world_of_many_blocks_skips_nothing() -> None:
    found = times(2_000, 10, 12)
    slot = 10 * DAY / 2_000
    assert all(abs(time - 1_000 - number * slot) <= slot for number, time in enumerate(found))
