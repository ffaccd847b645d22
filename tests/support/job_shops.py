"""Queues and workers for tests, over a case database in a folder."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cointrail.jobs.job import JobResult
from cointrail.jobs.queue import JobQueue, home_of
from cointrail.jobs.shop import Shop
from cointrail.jobs.tasks import Task
from cointrail.jobs.worker import Worker
from cointrail.workbench.case_bench import open_keeper

START = datetime(2026, 3, 1, tzinfo=UTC)


def clock(*seconds: float) -> Callable[[], datetime]:
    """A clock that shows these seconds after a start, and then goes on from the last by one a look."""
    rest = itertools.count(seconds[-1] + 1 if seconds else 0)
    times = itertools.chain(seconds, rest)
    return lambda: START + timedelta(seconds=next(times))


def shop_in(folder: Path, store: Path | None = None, place: str | None = None) -> Shop:
    """A shop whose database and work lie in a folder."""
    return Shop(
        store=store or folder / "store",
        work=folder / "work",
        place=place or str(folder / "cases.db"),
        who="ann",
    )


@contextmanager
def queue_in(shop: Shop, now: Callable[[], datetime] | None = None) -> Iterator[JobQueue]:
    """The queue of a shop."""
    with open_keeper(shop.place) as keeper:
        home = home_of(shop.work, shop.store)
        yield JobQueue(keeper, home) if now is None else JobQueue(keeper, home, now)


def work_once(shop: Shop, do: Callable[[Task], JobResult] | None = None) -> None:
    """Do all jobs that wait, in this process."""
    with open_keeper(shop.place) as keeper:
        worker = Worker(shop, keeper) if do is None else Worker(shop, keeper, do)
        worker.work(once=True)
