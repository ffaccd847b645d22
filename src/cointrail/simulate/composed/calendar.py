"""When blocks come. A world shows some hours of some days, and skips what lies between."""

from __future__ import annotations

from cointrail.simulate.clock import Time
from cointrail.simulate.dice import Dice

CLOSE = 3_600
"""Seconds from one block to the next, at most, while a world does not skip. Real blocks take ten minutes; in
worlds they are small, and each stands for a few."""


class Calendar:
    """Times of blocks: `in_a_row` of them close to each other, then a gap.

    What waits for hours, as a deposit for its sweep, so waits for hours here too, also in worlds of few
    blocks and many days.
    """

    def __init__(self, start: Time, seconds: int, blocks: int, in_a_row: int, dice: Dice) -> None:
        self._start = start
        self._slot = seconds / blocks
        self._step = min(self._slot, CLOSE)
        self._in_a_row = in_a_row
        self._dice = dice
        self._late = 0.0

    def time_of(self, number: int) -> int:
        """The time of a block, counted from 0; ask for each once, in order."""
        row, place = divmod(number, self._in_a_row)
        if not place:
            self._late = self._dice.unit() * (self._slot - self._step) * self._in_a_row
        since = row * self._in_a_row * self._slot + self._late
        return int(self._start + since + self._step * (place + 0.9 * self._dice.unit()))
