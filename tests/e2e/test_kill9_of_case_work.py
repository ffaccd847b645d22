from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support import postgres
from support.ingest_server import TESTS

KILLS = 12
"""In every run of the suite; `python -m support.kill_journal 500 1 postgres` does what the issue asks."""


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_case_work_that_is_killed_loses_no_acknowledged_entry(database: str) -> None:
    if database == "postgres" and (absent := postgres.why_absent()):
        pytest.skip(absent)
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = [sys.executable, "-m", "support.kill_journal", str(KILLS), "3", database]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] == KILLS
    assert told["acknowledged"] > 0
