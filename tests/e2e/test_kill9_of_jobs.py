"""Worker and server killed at work: what a job made is there whole or not at all, and jobs go on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cointrail.jobs.job import Job, JobKind, JobState
from cointrail.jobs.keeping import WorkerKeeper
from cointrail.jobs.queue import JobQueue
from cointrail.jobs.shop import Shop
from cointrail.workbench.case_folder import CaseFolder
from support.demo_world import DemoFolder, demo_folder
from support.job_shops import queue_in, shop_in
from support.kept_cases import REFERENCE, kept_case

NAME = "DEMO-1"
KILLS = 5
PATIENCE = 120.0
LATEST_KILL = 1.5
"""Seconds after a job began in which its worker is killed."""

_STUCK = """
import sys, time
from pathlib import Path
from cointrail.jobs.shop import Shop
from support.job_shops import work_once
work_once(Shop.from_json(sys.argv[1]), lambda task: time.sleep(600))
"""


@pytest.fixture(name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Shop:
    demo = demo_folder(tmp_path_factory)
    return shop_in(tmp_path, demo.store, str(kept_case(tmp_path_factory, demo, tmp_path)))


def _ask(queue: JobQueue) -> str:
    return queue.add(JobKind.CASE_RUN, NAME, {"reference": REFERENCE, "options": {}}).id


def _wait(queue: JobQueue, job: str, until: Callable[[Job], bool]) -> Job:
    end = time.monotonic() + PATIENCE
    while not until(found := queue.get(job)):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def _runs(shop: Shop) -> list[str]:
    """Every run in the folder, each read back and compared with its digests."""
    found = sorted((shop.work / "runs").glob("*/*"))
    return [CaseFolder(path).folder.name for path in found]


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_nothing_half_written(shop: Shop) -> None:
    chance, jobs = random.Random(7), []
    with WorkerKeeper(shop) as keeper, queue_in(shop) as queue:
        for _ in range(KILLS):
            job = _ask(queue)
            jobs.append(job)
            _wait(queue, job, lambda found: found.state is not JobState.WAITING)
            time.sleep(chance.random() * LATEST_KILL)
            assert keeper.pid is not None
            os.kill(keeper.pid, signal.SIGKILL)
            assert set(_runs(shop)) <= set(jobs)
            done = _wait(queue, job, lambda found: found.has_ended)
            assert done.state is JobState.DONE, done.problem
    assert _runs(shop) == jobs
    assert not list(shop.work.glob(".draft-*"))


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _serve(shop: Shop, demo: DemoFolder, folder: Path) -> subprocess.Popen[str]:
    words = ["serve", "--store", str(demo.store), "--db", str(shop.place), "--work", str(shop.work)]
    server = subprocess.Popen(
        [sys.executable, "-m", "cointrail.cli.main", *words, "--port", "0", "--format", "json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )
    assert server.stdout is not None
    told = ""
    while not told.rstrip().endswith("}"):
        line = server.stdout.readline()
        assert line, "the server ended"
        told += line
    server.stdout.close()
    assert json.loads(told)["port"]
    return server


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_a_server_that_is_killed_takes_its_worker_along_and_the_next_goes_on(
    shop: Shop, demo: DemoFolder, tmp_path: Path
) -> None:
    first = _serve(shop, demo, tmp_path)
    with queue_in(shop) as queue:
        job = _ask(queue)
        _wait(queue, job, lambda found: found.state is not JobState.WAITING)
        (worker,) = _children(first.pid)
        first.kill()
        first.wait()
        end = time.monotonic() + PATIENCE
        while Path(f"/proc/{worker}").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert set(_runs(shop)) <= {job}
        second = _serve(shop, demo, tmp_path)
        try:
            assert _wait(queue, job, lambda found: found.has_ended).state is JobState.DONE
            assert queue.part().page.total == 1
        finally:
            second.send_signal(signal.SIGINT)
            second.wait(30)
    assert _runs(shop) == [job]


def test_work_that_reaches_no_step_is_ended_with_its_process(shop: Shop) -> None:
    with queue_in(shop) as queue:
        job = _ask(queue)
        worker = subprocess.Popen([sys.executable, "-c", _STUCK, shop.to_json()])
        _wait(queue, job, lambda found: found.state is JobState.RUNNING)
        queue.cancel(job)
        assert _wait(queue, job, lambda found: found.has_ended).state is JobState.CANCELLED
        assert worker.wait(PATIENCE) == 75
