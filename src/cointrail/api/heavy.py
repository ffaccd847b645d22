"""Heavy work inside requests: a few at a time, a bounded number that wait, and a time after which it ends.

Who waits holds no thread, so what is answered at once is, however many wait.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from cointrail.errors import ServerBusy

AT_ONCE = 2
"""Heavy requests at a time, of one server: as many as the smallest machine has processors. More would only
hold up each other, and take memory in proportion."""
MOST_WAITING = 48
"""Heavy requests that wait, of one server: with those at work, fifty users with one each."""
LONGEST_WAIT_S = 60.0
"""Seconds that one of them waits; our choice: who looks at a page has given up by then."""
MOST_SECONDS = 60.0
"""Of heavy work in a request, where the library can end it; as the longest trace that may be asked for."""


class OutOfTime(Exception):  # noqa: N818 -- nothing is wrong
    """Work did not end within the time of a request.

    Args:
        seconds: it had.
        hint: how to ask for it otherwise.
    """

    def __init__(self, seconds: float, hint: str) -> None:
        super().__init__(
            f"it did not end within {seconds:g} seconds, which is the most that a request may take"
        )
        self.hint = hint


class TimeLimit:
    """Ends work that tells how far it is, once its time is over.

    Args:
        seconds: from now on.
        clock: seconds that only grow.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until = clock() + seconds

    def or_else(self, hint: str) -> Callable[[str, int, int], None]:
        """What work is to tell its steps.

        Args:
            hint: how to ask for what takes longer.

        Returns:
            Raises `OutOfTime` once the time is over.
        """

        def look(_step: str, _done: int, _total: int) -> None:
            if self._clock() >= self._until:
                raise OutOfTime(self._seconds, hint)

        return look


class HeavyRoom:
    """Lets heavy requests of one server work in the order in which they came.

    Args:
        at_once: work.
        waiting: wait.
        longest_s: seconds that one waits.
        seconds: that one may work.
    """

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = MOST_WAITING,
        longest_s: float = LONGEST_WAIT_S,
        seconds: float = MOST_SECONDS,
    ) -> None:
        self._places = anyio.Semaphore(at_once, max_value=at_once)
        self._waiting = waiting
        self._longest_s = longest_s
        self._seconds = seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[TimeLimit]:
        """One of the places, once it is free, and the time that it may be held.

        Raises:
            ServerBusy: too many wait already, or none got free in time.
        """
        waiting = self._places.statistics().tasks_waiting
        if not self._places.value and waiting >= self._waiting:
            raise _busy(f"{waiting} requests for heavy work wait already", waiting)
        with anyio.move_on_after(self._longest_s) as patience:
            await self._places.acquire()
        if patience.cancelled_caught:
            raise _busy(f"for {self._longest_s:g} seconds other heavy work left no room", waiting)
        try:
            yield TimeLimit(self._seconds)
        finally:
            self._places.release()


def _busy(says: str, waiting: int) -> ServerBusy:
    return ServerBusy(says, hint="ask again in a moment", waiting=waiting)
