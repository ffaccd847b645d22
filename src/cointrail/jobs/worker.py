"""The worker: a process of its own that does jobs one at a time, for as long as its standard input is open.

    python -m cointrail.jobs.worker     with a `Shop` as one line of JSON on standard input

A second thread says each second that it lives, and ends the process when a job that is to stop does not.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, TextIO

from cointrail.errors import CaseStoreError, CointrailError, NotFound
from cointrail.jobs.job import JobProblem, JobResult
from cointrail.jobs.keeping import KILLED
from cointrail.jobs.queue import Claim, JobQueue, home_of
from cointrail.jobs.shop import Shop
from cointrail.jobs.tasks import Task, as_json, from_json, perform, put_in_place
from cointrail.jobs.work_folder import WorkFolder
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.workbench.case_bench import open_keeper
from cointrail.workbench.memory_bound import at_most

BEAT_S = 1.0
"""Seconds between two signs of life."""
GRACE_S = 1.0
"""Seconds that work which is to stop has for reaching its next step."""
IDLE_S = 0.5
"""Seconds between two looks for work."""
NICE = 10
"""How far a worker stands back behind the server and everything else."""

_LOG = logging.getLogger("cointrail.jobs")


class Stopped(Exception):  # noqa: N818 -- nothing is wrong
    """A job is to stop."""


class Heart:
    """Says that a job's worker lives and how far it is, and sees to it that a job stops which is to.

    Args:
        queue: told.
        job: the job.
    """

    def __init__(self, queue: JobQueue, job: str) -> None:
        self._queue = queue
        self._job = job
        self._step, self._done, self._total = "", 0, 0
        self._over = Event()
        self._stop = Event()
        self._ending = Lock()
        self._thread = Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()

    def rest(self) -> None:
        """From now on the job cannot be stopped."""
        with self._ending:
            self._over.set()

    def steps(self, step: str, done: int, total: int) -> None:
        """Told of every step of the work.

        Raises:
            Stopped: the job is to stop.
        """
        if self._stop.is_set() and not self._over.is_set():
            raise Stopped
        self._step, self._done, self._total = step, int(done), int(total)

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                stop = self._queue.beat(self._job, self._step, self._done, self._total)
            except Exception as error:  # noqa: BLE001 -- whatever it was, the next beat may get through
                _LOG.warning("job %s: no sign of life was put down: %s", self._job, error)
                continue
            if stop:
                self._stop.set()
                self._over.wait(GRACE_S)
                self._end_process()

    def _end_process(self) -> None:
        with self._ending:
            if self._over.is_set():
                return
            try:
                self._queue.stopped(self._job)
            finally:  # where nobody could be told, the next worker finds a job that is to stop
                os._exit(KILLED)


class Worker:
    """Does the jobs of one server.

    Args:
        shop: what it works with.
        keeper: the case database.
        do: does a job into its draft.
    """

    def __init__(self, shop: Shop, keeper: SqlKeeper, do: Callable[[Task], JobResult] = perform) -> None:
        self._shop = shop
        self._perform = do
        self._folder = WorkFolder(shop.work)
        self.queue = JobQueue(keeper, home_of(shop.work, shop.store))
        self.at: str | None = None
        """The job that it does."""

    def work(self, *, once: bool = False) -> None:
        """Do jobs for as long as the process lives; once: only those that wait now."""
        while True:
            with self._folder.only_worker(self.queue.home) as alone:
                if alone:
                    self._alone(once=once)
                    return
            time.sleep(IDLE_S)

    def _alone(self, *, once: bool) -> None:
        self.queue.take_up_again()
        self._drop_drafts()
        while True:
            try:
                claim = self.queue.claim() if self.queue.has_work() else None
            except CaseStoreError as error:
                _LOG.warning("%s", error)
                claim = None
            if claim is not None:
                self._do(claim)
            elif once:
                return
            else:
                time.sleep(IDLE_S)

    def _drop_drafts(self) -> None:
        """Remove what is left of jobs that ended: a worker that ended itself over one could not."""
        for job in self._folder.drafts():
            with suppress(NotFound):  # it is another server's
                if self.queue.get(job).has_ended:
                    self._folder.drop_draft(job)

    def _do(self, claim: Claim) -> None:
        job = self.at = claim.job.id
        try:
            with Heart(self.queue, job) as heart:
                result = self._result(claim, heart)
                heart.rest()
            put_in_place(self._folder, claim.job, self._folder.path / f".draft-{job}")
        except Stopped:
            self._folder.drop_draft(job)
            self.queue.stopped(job)
        except MemoryError:
            self._fail(job, _no_memory())
        except CointrailError as error:
            self._fail(job, problem_of(error))
        except OSError as error:
            self._fail(job, _unwritable(error))
        except Exception as error:  # noqa: BLE001 -- it is kept in the log, and the worker goes on
            _LOG.exception("unforeseen, in job %s", job)
            self._fail(job, _bug(error))
        else:
            self.queue.finish(job, result)  # where this fails, the next worker finds all in place
        self.at = None

    def _result(self, claim: Claim, heart: Heart) -> JobResult:
        """What the job made: as an attempt before this one left it, or made now."""
        if "result" in claim.checkpoint:
            return from_json(claim.checkpoint["result"])
        draft = self._folder.draft(claim.job.id)
        task = Task(
            job=claim.job,
            params=claim.params,
            shop=self._shop,
            folder=self._folder,
            draft=draft,
            progress=heart.steps,
        )
        with nullcontext() if self._shop.memory is None else at_most(self._shop.memory):
            result = self._perform(task)
        heart.steps("putting in place", 0, 1)
        self._folder.sync(draft)
        self.queue.keep(claim.job.id, {"result": as_json(result)})
        return result

    def _fail(self, job: str, problem: JobProblem) -> None:
        self._folder.drop_draft(job)
        self.queue.fail(job, problem)


def problem_of(error: CointrailError) -> JobProblem:
    """An error as the fields of a problem."""
    return JobProblem(
        code=error.code,
        title=(type(error).__doc__ or "").strip().split("\n")[0].rstrip("."),
        detail=str(error),
        hint=error.hint,
        facts={
            name: value if isinstance(value, int | str | None) else str(value)
            for name, value in error.facts.items()
        },
    )


def _no_memory() -> JobProblem:
    return JobProblem(
        code="no_memory",
        title="Not enough memory",
        detail="the job needs more memory than it may take",
        hint="give jobs more with `--memory`, or ask for less at a time",
        facts={},
    )


def _unwritable(error: OSError) -> JobProblem:
    return JobProblem(
        code="unwritable",
        title="A file cannot be read or written",
        detail=f"{error.strerror or error}: {error.filename or 'in the folder of finished work'}",
        hint="is there space on its disk, and may you write there?",
        facts={},
    )


def _bug(error: Exception) -> JobProblem:
    return JobProblem(
        code="bug",
        title="A bug in cointrail",
        detail=f"{type(error).__name__}; what happened stands in the log of `cointrail serve`",
        hint="please report it, with that log",
        facts={},
    )


def _leave_with(source: TextIO, worker: Worker) -> None:
    """Wait until the server is gone; put the job back for the next one."""
    while source.read(1 << 16):
        pass
    try:
        if worker.at is not None:
            worker.queue.give_back(worker.at)
    finally:
        os._exit(0)


def main() -> None:
    """Entry point of the process."""
    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    shop = Shop.from_json(sys.stdin.readline())
    os.nice(NICE)
    try:
        with open_keeper(shop.place) as keeper:
            worker = Worker(shop, keeper)
            Thread(target=_leave_with, args=(sys.stdin, worker), name="leave", daemon=True).start()
            worker.work()
    except CointrailError as error:
        _LOG.error("%s", error)
        sys.exit(2)


if __name__ == "__main__":
    main()
