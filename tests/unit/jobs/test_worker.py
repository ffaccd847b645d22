"""A worker over work that a test makes up: every way a job can end, and what is left of it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import cast

import pytest

from cointrail.errors import BadInput, CaseStoreError
from cointrail.jobs import worker
from cointrail.jobs.job import JobKind, JobResult, JobState
from cointrail.jobs.keeping import KILLED
from cointrail.jobs.queue import JobQueue
from cointrail.jobs.shop import Shop
from cointrail.jobs.tasks import Task, perform
from support.job_shops import queue_in, shop_in, work_once

PARAMS = {"reference": "C 1", "options": {}}


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Shop:
    return shop_in(tmp_path)


def _ask(queue: JobQueue) -> str:
    return queue.add(JobKind.CASE_RUN, "C-1", PARAMS).id


def _files(task: Task) -> JobResult:
    task.files.mkdir()
    (task.files / "a.txt").write_text("a")
    return JobResult(summary={"n": 1}, files=())


def test_what_a_job_made_is_in_place_when_it_is_done(shop: Shop) -> None:
    with queue_in(shop) as queue:
        job = _ask(queue)
        work_once(shop, _files)
        done = queue.get(job)
    assert (done.state, done.attempts, done.problem) == (JobState.DONE, 1, None)
    assert done.result == JobResult(summary={"n": 1}, files=())
    assert (shop.work / "jobs" / job / "a.txt").read_text() == "a"
    assert not list(shop.work.glob(".draft-*"))


def _bad(task: Task) -> JobResult:
    raise BadInput("the seeds are bad", hint="take others", value=2)


def _full(task: Task) -> JobResult:
    raise OSError(28, "No space left on device", "a.txt")


def _large(task: Task) -> JobResult:
    raise MemoryError


def _unforeseen(task: Task) -> JobResult:
    raise RuntimeError("secret seed")


@pytest.mark.parametrize(
    ("do", "code", "says"),
    [
        (_bad, "bad_input", "the seeds are bad"),
        (_full, "unwritable", "No space left"),
        (_large, "no_memory", "more memory"),
        (_unforeseen, "bug", "RuntimeError"),
    ],
)
def test_a_job_that_fails_says_why_and_leaves_nothing(shop: Shop, do: type, code: str, says: str) -> None:
    with queue_in(shop) as queue:
        job = _ask(queue)
        work_once(shop, lambda task: _files(task) and do(task))
        failed = queue.get(job)
    assert failed.state is JobState.FAILED
    assert failed.problem is not None
    assert failed.problem.code == code
    assert says in failed.problem.detail
    assert "secret" not in failed.problem.detail
    assert not list(shop.work.glob(".draft-*"))
    assert not list((shop.work / "jobs").iterdir())


def test_a_failure_does_not_keep_the_next_job_from_being_done(shop: Shop) -> None:
    with queue_in(shop) as queue:
        jobs = [_ask(queue), _ask(queue)]
        work_once(shop, lambda task: _bad(task) if task.job.id == jobs[0] else _files(task))
        assert [queue.get(job).state for job in jobs] == [JobState.FAILED, JobState.DONE]


def test_a_job_stops_at_its_next_step_when_it_is_to(shop: Shop) -> None:
    def endless(task: Task) -> JobResult:
        _files(task)
        begun.set()
        while True:
            task.progress("turning", 1, 2)
            time.sleep(0.01)

    begun = threading.Event()
    with queue_in(shop) as queue:
        job = _ask(queue)
        working = threading.Thread(target=work_once, args=(shop, endless))
        working.start()
        assert begun.wait(20)
        assert queue.cancel(job).cancel_requested
        working.join(60)
        assert not working.is_alive()
        stopped = queue.get(job)
    assert (stopped.state, stopped.step) == (JobState.CANCELLED, "turning")
    assert not list(shop.work.glob(".draft-*"))


class ShakyQueue:
    """A queue whose database fails for a moment, in the way that is told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.beats: list[str] = []

    def beat(self, _job: str, step: str, _done: int, _total: int) -> bool:
        self.beats.append(step)
        if self.failures:
            raise self.failures.pop(0)
        return False


def test_a_heart_beats_on_when_the_database_fails_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BEAT_S", 0.01)
    queue = ShakyQueue(CaseStoreError("it is gone"), TimeoutError("no connection is free"))
    with worker.Heart(cast("JobQueue", queue), "job") as heart:
        heart.steps("turning", 1, 2)
        until = time.monotonic() + 20
        while (queue.failures or "turning" not in queue.beats) and time.monotonic() < until:
            time.sleep(0.01)
    assert not queue.failures
    assert "turning" in queue.beats


DEAF = """
import time
from cointrail.jobs import worker
class Queue:
    def beat(self, *_): return True
    def stopped(self, _job): raise RuntimeError("the database is gone")
worker.BEAT_S = worker.GRACE_S = 0.01
with worker.Heart(Queue(), "job"):
    time.sleep(60)
"""


def test_work_that_is_to_stop_is_ended_also_when_nobody_can_be_told() -> None:
    ended = subprocess.run([sys.executable, "-c", DEAF], capture_output=True, timeout=50, check=False)
    assert ended.returncode == KILLED


def test_a_job_that_was_whole_when_its_worker_died_is_not_done_again(shop: Shop) -> None:
    """It died between putting the result down and putting the files in place."""

    def never(task: Task) -> JobResult:
        raise AssertionError("it was done already")

    with queue_in(shop) as queue:
        job = _ask(queue)
        assert queue.claim() is not None
        draft = shop.work / f".draft-{job}" / "files"
        draft.mkdir(parents=True)
        (draft / "a.txt").write_text("a")
        queue.keep(job, {"result": {"summary": {"n": 1}, "files": []}})
        work_once(shop, never)
        assert queue.get(job).state is JobState.DONE
    assert (shop.work / "jobs" / job / "a.txt").read_text() == "a"


def test_what_a_dead_worker_left_half_written_is_begun_anew(shop: Shop) -> None:
    with queue_in(shop) as queue:
        job = _ask(queue)
        assert queue.claim() is not None
        draft = shop.work / f".draft-{job}" / "files"
        draft.mkdir(parents=True)
        (draft / "half.txt").write_text("a")
        work_once(shop, _files)
        done = queue.get(job)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert [path.name for path in (shop.work / "jobs" / job).iterdir()] == ["a.txt"]


def test_the_next_worker_removes_what_a_worker_left_that_was_ended_over_a_cancelled_job(shop: Shop) -> None:
    """A job that does not stop is called cancelled, and its process ends at once: the draft stays."""
    with queue_in(shop) as queue:
        job = _ask(queue)
        assert queue.claim() is not None
        for name in (job, "20260101000000000000-abcd"):
            (shop.work / f".draft-{name}" / "files").mkdir(parents=True)
        queue.stopped(job)
        work_once(shop, _files)
    assert [path.name for path in shop.work.glob(".draft-*")] == [".draft-20260101000000000000-abcd"]


def test_a_job_about_a_case_that_is_gone_fails_in_words(shop: Shop) -> None:
    with queue_in(shop) as queue:
        job = _ask(queue)
        work_once(shop, perform)
        problem = queue.get(job).problem
    assert problem is not None
    assert problem.code == "no_such_case"


def test_a_shop_goes_through_its_pipe_unchanged(tmp_path: Path) -> None:
    shop = Shop(store=tmp_path, work=tmp_path, tags=(tmp_path / "a\n.yaml",), place="postgresql://u:p@h/d")
    assert "\n" not in shop.to_json()
    assert Shop.from_json(shop.to_json()) == shop
