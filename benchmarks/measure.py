"""Programs run and measured, in turn with those that they are compared with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

T = TypeVar("T")

HERE = Path(__file__).parent
MB = 1_000_000
GB = 1_000_000_000


@dataclass(frozen=True)
class Run:
    """One run of one program, start to end."""

    seconds: float
    cpu_seconds: float
    """user and system time of all its threads"""
    peak_bytes: int
    """memory at its highest, pages of mapped files included"""
    own_peak_bytes: int
    """the same without those pages; looked at 20 times a second, 0 where the system does not say"""
    answer: dict[str, Any]
    """the JSON that it printed"""


class ProgramFailedError(Exception):
    """A measured program ended with an exit code; the text is what it said."""


def run_program(command: Sequence[str]) -> Run:
    """Run a program that prints JSON.

    Raises:
        ProgramFailedError: it failed.
    """
    launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py")]
    done = subprocess.run([*launcher, *command], capture_output=True, text=True, check=True)
    took = json.loads(done.stdout)
    if took.pop("code"):
        raise ProgramFailedError(f"{done.stderr}`{' '.join(command)}` failed")
    return Run(answer=json.loads(took.pop("written")), **took)


@dataclass(frozen=True)
class Spread:
    """Several figures of one thing: the median counts, the ends say how steady it is."""

    least: float
    median: float
    most: float
    count: int

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """The spread of one figure or more."""
        return cls(min(figures), median(figures), max(figures), len(figures))

    def under(self, whole: float) -> Spread:
        """`whole` divided by each: from seconds to bytes a second."""
        return Spread(whole / self.most, whole / self.median, whole / self.least, self.count)


def alternate(jobs: Mapping[str, Callable[[], T]], repeat: int) -> dict[str, list[T]]:
    """Do all jobs in turn, `repeat` times, so that a busy minute of the machine hits every one of them."""
    found: dict[str, list[T]] = {name: [] for name in jobs}
    for _ in range(repeat):
        for name, job in jobs.items():
            os.sync()  # nobody pays for what another has left to write
            found[name].append(job())
    return found


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)
