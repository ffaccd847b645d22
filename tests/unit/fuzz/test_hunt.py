from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest

import hunt
import watch
from cases import Case, read_cases
from hunt import Hunt, Row
from shares import SHARES, batches, shares
from support import fuzz_worker

PROGRAM = fuzz_worker.__file__


def _run(fault: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> Row:
    def command(*arguments: str) -> list[str]:
        return [sys.executable, PROGRAM, fault, *arguments]

    monkeypatch.setattr(hunt, "worker_command", command)
    monkeypatch.setattr(hunt, "batches", lambda *_: [10] * fuzz_worker.BATCHES)
    patience = 3 if fault == "hangs" else 60
    one = Hunt(5, out, memory=1000, patience=patience, checked=False)
    one.run("block", 30)
    return one.rows["block"]


def test_a_reader_without_faults_gives_no_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = _run("is sound", tmp_path, monkeypatch)
    assert (row.inputs, row.failures, row.judged, row.peak_mb) == (30, 0, 3, 5)
    assert row.verdicts == {"fine": 30}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "why", "origin"),
    [
        ("misreads", "misread", "batch 1, input 7"),
        ("aborts", "the worker ended with signal 6", "seed 5, batch 1, input 7"),
        ("hangs", "the worker hung: said nothing for 3 seconds", "seed 5, batch 1, input 7"),
    ],
)
def test_what_is_wrong_is_found_and_kept_and_the_run_goes_on(
    fault: str, why: str, origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _run(fault, tmp_path, monkeypatch)
    assert (row.inputs, row.failures) == (30, 1)
    assert read_cases(tmp_path) == [Case("block", {"raw": b"7"}, "", why, origin)]
    assert read_cases(tmp_path / "block-001.json") == read_cases(tmp_path)


def test_a_worker_that_ends_with_an_error_has_died() -> None:
    with (
        watch.Worker([sys.executable, "-c", "print('{}'); raise SystemExit(3)"], 60) as worker,
        pytest.raises(watch.WorkerDiedError, match="ended with exit code 3"),
    ):
        list(worker.lines())


def test_a_worker_that_is_told_to_pause_has_not_hung() -> None:
    pausing = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP); print('{}')"
    with watch.Worker([sys.executable, "-c", pausing], 1) as worker:
        goes_on = Timer(4, os.kill, (worker.pid, signal.SIGCONT))
        goes_on.start()
        assert list(worker.lines()) == [{}]
        goes_on.join()


def test_all_inputs_are_dealt_out_and_each_target_has_some() -> None:
    dealt = shares("all", 10_000_000)
    assert sum(dealt.values()) == 10_000_000
    assert set(dealt) == set(SHARES)
    assert min(shares("all", 10).values()) > 0
    assert shares("undo", 4321) == {"undo": 4321}
    assert [sum(batches(name, 4321)) for name in SHARES] == [4321] * len(SHARES)


def test_workers_are_told_of_bounds_checks_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    made: Callable[..., dict[str, str]] = watch.environment
    assert "NUMBA_BOUNDSCHECK" not in made(checked=False)
    assert made(checked=True)["NUMBA_BOUNDSCHECK"] == "1"
