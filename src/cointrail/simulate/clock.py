"""When things happen: the span of the world, its blocks, and the list of what is due."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

from cointrail.simulate.dice import Dice

Time = NewType("Time", int)
"""Seconds since 1970, UTC."""

HOUR = 3_600
DAY = 86_400


def date(text: str) -> Time:
    """Midnight UTC of a day such as `2015-06-01`."""
    return Time(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()))


def iso(time: int) -> str:
    """`2015-06-01T00:00:00Z`."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


PREMINE = date("2015-01-05")
"""From here miners make the coins that the world starts with."""
SALES = date("2015-02-20")
"""From here pools sell what they mine."""
START = date("2015-06-01")
END = date("2018-04-01")
"""The first second that is no longer part of the world."""
SEGWIT = date("2017-08-24")
"""Nobody used segregated witness on the main network before; nobody does here."""

BLOCKS_PER_DAY = 3.5
PREMINE_BLOCKS = 480


def block_times(dice: Dice, pace: float) -> list[Time]:
    """Header times of all blocks after the first, oldest first but for a few that a miner set back.

    `pace` 1 means 3.5 blocks a day; a smaller world has fewer blocks, not shorter days.
    """
    premine = max(260, int(PREMINE_BLOCKS * min(1.0, 2 * pace)))
    main = int((END - START) / DAY * BLOCKS_PER_DAY * pace)
    times = [*_even(dice, PREMINE, START, premine), *_even(dice, START, END, main)]
    for i in range(premine + 1, len(times) - 1):
        if dice.chance(0.01):
            times[i] = Time(times[i - 1] - 1 - dice.below(2_000))
    return times


def _even(dice: Dice, start: int, end: int, count: int) -> list[Time]:
    """`count` times within equal slots, the last one in the last minutes before `end`."""
    slot = (end - start) / count
    times = [Time(start + int(slot * (i + 0.9 * dice.unit()))) for i in range(count - 1)]
    return [*times, Time(end - 1 - dice.below(300))]


class Agenda:
    """What is due when. Things due at one time happen in the order in which they were noted."""

    def __init__(self) -> None:
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._noted = 0
        self.now = PREMINE

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Do `action` at `time`, or at once when that has passed."""
        self._noted += 1
        heapq.heappush(self._due, (max(time, self.now), self._noted, action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` that many seconds from now."""
        self.at(self.now + int(seconds), action)

    def run_until(self, time: int) -> None:
        """Do all that is due up to `time`, and all that this brings about up to then."""
        due = self._due
        while due and due[0][0] <= time:
            when, _, action = heapq.heappop(due)
            self.now = Time(when)
            action()
        self.now = Time(max(time, self.now))
