from statistics import median

import pytest

from cointrail.simulate.clock import END, PREMINE, START, Agenda, Time, block_times, iso
from cointrail.simulate.dice import Dice


@pytest.mark.parametrize("pace", [0.1, 1.0])
def test_every_block_is_later_than_the_median_of_eleven(pace: float) -> None:
    times = block_times(Dice("clock"), pace)
    assert all(time > median(times[max(0, i - 11) : i]) for i, time in enumerate(times) if i)


def test_a_full_world_has_three_and_a_half_blocks_a_day_until_the_last_minutes() -> None:
    times = block_times(Dice("clock"), 1.0)
    assert len([time for time in times if time >= START]) == pytest.approx(1_035 * 3.5, abs=2)
    assert times[0] >= PREMINE
    assert END - 300 <= times[-1] < END


def test_some_header_times_step_back() -> None:
    times = block_times(Dice("clock"), 1.0)
    assert times != sorted(times)


def test_what_is_due_happens_in_order_and_within_the_time_asked_for() -> None:
    agenda, done = Agenda(), list[str]()
    agenda.at(PREMINE + 20, lambda: done.append("late"))
    agenda.at(PREMINE + 10, lambda: done.append("first noted"))
    agenda.at(PREMINE + 10, lambda: done.append("second noted"))
    agenda.run_until(PREMINE + 15)
    assert done == ["first noted", "second noted"]
    assert agenda.now == PREMINE + 15


def test_what_an_action_brings_about_is_done_in_the_same_run() -> None:
    agenda, done = Agenda(), list[int]()
    agenda.at(PREMINE + 1, lambda: agenda.after(5, lambda: done.append(agenda.now - PREMINE)))
    agenda.run_until(PREMINE + 10)
    assert done == [6]


def test_a_time_that_has_passed_means_now() -> None:
    agenda, done = Agenda(), list[Time]()
    agenda.run_until(PREMINE + 100)
    agenda.at(PREMINE, lambda: done.append(agenda.now))
    agenda.run_until(PREMINE + 100)
    assert done == [PREMINE + 100]


def test_times_print_in_utc() -> None:
    assert iso(START) == "2015-06-01T00:00:00Z"
