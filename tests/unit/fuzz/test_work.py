from __future__ import annotations

import json
import subprocess
import sys

import pytest

from watch import environment

PROGRAM = """
import numpy as np
from target import Result
from work import Work

class Target:
    name, verdicts = "block", {0: "fine", 1: "other"}

    def make(self, number, inputs):
        self.number, self.inputs = number, inputs

    def run(self):
        if FAULT == "grows" and self.number == 2:
            np.ones(30_000_000)
        if FAULT.startswith("raises") and self.number == 1:
            raise IndexError("outside")
        return Result(np.zeros(self.inputs, np.int64), {})

    def parts(self, number):
        return {"raw": bytes([max(number, 0)])}

    def judge(self, parts):
        if FAULT == "raises" and self.number == 1 and parts["raw"] == b"\\x03":
            raise IndexError("outside")
        return int(FAULT == "differs alone"), None

work = Work(Target(), 1)
for number in range(4):
    work.batch(number, 5)
"""


def _findings(fault: str) -> list[tuple[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", f"FAULT = {fault!r}\n{PROGRAM}"],
        env=environment(checked=False),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["batch"] for line in lines] == [0, 1, 2, 3]
    return [(found["origin"], found["why"]) for line in lines for found in line["failures"]]


def test_batches_without_faults_give_no_findings() -> None:
    assert _findings("none") == []


def test_a_worker_whose_memory_grows_says_so_once() -> None:
    ((origin, why),) = _findings("grows")
    assert origin.startswith("seed 1, batch 2")
    assert why.startswith("memory grew to ")


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("raises", [("seed 1, batch 1, input 3", "IndexError: outside")]),
        ("raises as a batch", [("seed 1, batch 1, input -1", "IndexError: outside")]),
        ("differs alone", [(f"seed 1, batch {n}, input {n}", "was `fine`, is `other`") for n in range(4)]),
    ],
)
def test_what_fails_is_told_with_its_batch_and_number(fault: str, wanted: list[tuple[str, str]]) -> None:
    assert _findings(fault) == wanted
