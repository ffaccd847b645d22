"""`cointrail serve` as a user starts it: with nothing set up it does jobs, and it stops in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cointrail.jobs.job import Job, JobKind, JobState
from cointrail.jobs.queue import JobQueue
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import CaseBench
from support.demo_world import DemoFolder, demo_folder
from support.job_shops import queue_in
from support.kept_cases import REFERENCE

PATIENCE = 120.0


@contextmanager
def _serving(demo: DemoFolder, home: Path) -> Iterator[Path]:
    """A server that knows its store alone; the file of its token."""
    names = {"COINTRAIL_DB", "COINTRAIL_DB_KEY_FILE", "XDG_STATE_HOME"}
    given = {key: value for key, value in os.environ.items() if key not in names}
    folders = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_RUNTIME_DIR": str(home / "run")}
    words = ["serve", "--store", str(demo.store), "--port", "0", "--format", "json"]
    server = subprocess.Popen(
        [sys.executable, "-m", "cointrail.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=given | folders,
    )
    assert server.stdout is not None
    with server.stdout as out:
        told = ""
        while not told.rstrip().endswith("}"):
            told += (line := out.readline())
            assert line, "the server ended"
    try:
        yield Path(json.loads(told)["token_file"])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _ended(queue: JobQueue, job: str) -> Job:
    end = time.monotonic() + PATIENCE
    while not (found := queue.get(job)).has_ended:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


@pytest.mark.slow
def test_a_server_with_nothing_set_up_does_jobs_and_has_them_after_a_restart(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    demo, data = demo_folder(tmp_path_factory), tmp_path / "data" / "cointrail"
    shop = Shop(store=demo.store, work=data / "work", place=str(data / "cases.db"))
    with _serving(demo, tmp_path) as token_file, queue_in(shop) as queue:
        assert token_file.is_file()
        with CaseBench(shop.place, "ann") as cases:
            assert cases.names() == []
            cases.take_file(demo.case, network="regtest")
        job = queue.add(JobKind.CASE_RUN, REFERENCE, {"reference": REFERENCE, "options": {}}).id
        assert _ended(queue, job).state is JobState.DONE
    assert not token_file.exists()
    assert shop.work.stat().st_mode & 0o077 == 0
    with _serving(demo, tmp_path), queue_in(shop) as queue:
        assert [one.id for one in queue.part().jobs] == [job]
        run = WorkFolder(shop.work).run_of(REFERENCE)
        assert run is not None
        assert run.summary["reference"] == REFERENCE
