"""One behaviour of the queue of jobs, whatever the database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.errors import JobsFull, NotFound
from cointrail.jobs.job import JobKind, JobProblem, JobResult, JobState
from cointrail.jobs.queue import MOST_ATTEMPTS, MOST_WAITING, JobQueue
from cointrail.workbench.case_bench import CaseBench
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.case_key import KEY_FILE
from support import postgres
from support.demo_world import demo_folder
from support.job_shops import clock, queue_in, shop_in, work_once
from support.kept_cases import REFERENCE

PARAMS = {"reference": "C 1", "options": {"data": True}}


@pytest.fixture(scope="session", name="server")
def _server() -> Iterator[postgres.Postgres]:
    if absent := postgres.why_absent():
        pytest.skip(absent)
    with postgres.Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "sqlcipher", "postgres"], name="place")
def _place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "sqlcipher":
        pytest.importorskip("sqlcipher3")
        (tmp_path / "key").write_text("a passphrase of some length\n")
        (tmp_path / "key").chmod(0o600)
        monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    if request.param != "postgres":
        return str(tmp_path / "cases.db")
    url: str = request.getfixturevalue("server").new_database()
    return url


@pytest.fixture(name="queue")
def _queue(place: str, tmp_path: Path) -> Iterator[JobQueue]:
    with queue_in(shop_in(tmp_path, place=place), clock()) as queue:
        yield queue


def _add(queue: JobQueue, case: str = "C-1") -> str:
    return queue.add(JobKind.REPORT, case, PARAMS).id


def test_a_job_is_there_when_the_database_is_opened_again(place: str, tmp_path: Path) -> None:
    shop = shop_in(tmp_path, place=place)
    with queue_in(shop) as queue:
        made = queue.add(JobKind.REPORT, "C-1", PARAMS)
        assert (made.state, made.options, made.attempts) == (JobState.WAITING, {"data": True}, 0)
    with queue_in(shop) as queue:
        assert queue.get(made.id) == made


def test_the_same_question_has_the_same_digest(queue: JobQueue) -> None:
    first, same = queue.get(_add(queue)), queue.get(_add(queue))
    other = queue.get(_add(queue, "C-2"))
    assert first.params_sha256 == same.params_sha256 != other.params_sha256


def test_jobs_are_taken_up_in_their_order_also_when_a_clock_is_set_back(place: str, tmp_path: Path) -> None:
    with queue_in(shop_in(tmp_path, place=place), clock(50, 50, 10, 10, 0)) as queue:
        jobs = [_add(queue) for _ in range(3)]
        assert jobs == sorted(jobs)
        claims = [queue.claim() for _ in range(4)]
    assert [claim and claim.job.id for claim in claims] == [*jobs, None]


def test_a_listing_has_the_newest_first_and_one_case_alone_where_asked(queue: JobQueue) -> None:
    jobs = [_add(queue, case) for case in ("C-1", "C-2", "C-1")]
    assert [one.id for one in queue.part().jobs] == jobs[::-1]
    part = queue.part(case="C-1", start=1, limit=1)
    assert ([one.id for one in part.jobs], part.page.total) == ([jobs[0]], 2)
    assert queue.part(case="C\0").jobs == ()


def test_two_workers_never_take_the_same_job(place: str, tmp_path: Path) -> None:
    shop, taken = shop_in(tmp_path, place=place), []

    def take() -> None:
        with queue_in(shop) as own:
            while claim := own.claim():
                taken.append(claim.job.id)

    with queue_in(shop) as queue:
        jobs = [_add(queue) for _ in range(12)]
        workers = [threading.Thread(target=take) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    assert sorted(taken) == jobs


def test_a_job_that_waits_is_cancelled_at_once(queue: JobQueue) -> None:
    job = _add(queue)
    assert queue.cancel(job).state is JobState.CANCELLED
    assert queue.claim() is None


def test_a_job_that_runs_is_told_to_stop_with_its_next_beat(queue: JobQueue) -> None:
    job = _add(queue)
    queue.claim()
    assert not queue.beat(job, "trace", 1, 2)
    assert queue.cancel(job).state is JobState.RUNNING
    assert queue.beat(job, "trace", 2, 2)
    queue.stopped(job)
    stopped = queue.get(job)
    assert (stopped.state, stopped.step, stopped.done) == (JobState.CANCELLED, "trace", 2)


def test_a_job_that_ended_stays_as_it_ended(queue: JobQueue) -> None:
    job = _add(queue)
    queue.claim()
    queue.finish(job, JobResult(summary={"n": 1}, files=()))
    before = queue.get(job)
    assert queue.cancel(job) == before
    queue.stopped(job)
    queue.fail(job, JobProblem(code="x", title="x", detail="x", hint=None, facts={}))
    queue.give_back(job)
    assert queue.get(job) == before
    assert queue.take_up_again() == []


def test_a_job_whose_workers_keep_dying_fails_in_the_end(queue: JobQueue) -> None:
    job = _add(queue)
    for _ in range(MOST_ATTEMPTS):
        assert queue.claim() is not None
        assert queue.take_up_again() == [job]
    failed = queue.get(job)
    assert failed.state is JobState.FAILED
    assert failed.problem is not None
    assert failed.problem.code == "worker_died"


def test_a_job_says_from_where_it_is_taken_up_again(queue: JobQueue) -> None:
    job = _add(queue)
    queue.claim()
    queue.take_up_again()
    assert queue.get(job).step == "taken up again from the beginning"
    queue.claim()
    queue.keep(job, {"result": {}})
    queue.take_up_again()
    assert queue.get(job).step == "taken up again where it was"


def test_a_dead_worker_job_that_was_to_stop_is_cancelled(queue: JobQueue) -> None:
    job = _add(queue)
    queue.claim()
    queue.cancel(job)
    queue.take_up_again()
    assert queue.get(job).state is JobState.CANCELLED


def test_giving_a_job_back_is_no_failed_attempt(queue: JobQueue) -> None:
    job = _add(queue)
    for _ in range(MOST_ATTEMPTS + 1):
        assert queue.claim() is not None
        queue.give_back(job)
    assert (queue.get(job).state, queue.get(job).attempts) == (JobState.WAITING, 0)


def test_more_jobs_than_may_wait_are_refused(queue: JobQueue) -> None:
    for _ in range(MOST_WAITING):
        _add(queue)
    with pytest.raises(JobsFull, match="wait already"):
        _add(queue)
    queue.claim()
    _add(queue)


def test_jobs_of_another_server_are_nobody_elses(queue: JobQueue, place: str, tmp_path: Path) -> None:
    job = _add(queue)
    with queue_in(shop_in(tmp_path, tmp_path / "another", place)) as other:
        assert other.claim() is None
        assert other.part().jobs == ()
        with pytest.raises(NotFound):
            other.get(job)


@pytest.mark.parametrize("job", ["", "x", "\0", "20260301000000000000-0000"])
def test_a_job_that_is_not_there_is_one_clear_error(queue: JobQueue, job: str) -> None:
    with pytest.raises(NotFound, match="there is no job"):
        queue.get(job)


def test_a_case_that_is_kept_in_any_database_is_run_by_a_worker(
    place: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = demo_folder(tmp_path_factory)
    shop = shop_in(tmp_path, demo.store, place)
    with CaseBench(place, "ann") as cases:
        cases.take_file(demo.case, network="regtest")
    with queue_in(shop) as queue:
        job = queue.add(JobKind.CASE_RUN, REFERENCE, {"reference": REFERENCE, "options": {}}).id
        work_once(shop)
        done = queue.get(job)
    assert (done.state, done.problem) == (JobState.DONE, None)
    assert CaseFolder(shop.work / "runs" / REFERENCE / job).summary["reference"] == REFERENCE
