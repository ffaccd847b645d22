"""Programs run and measured; the machine they ran on."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from cointrail.kernel.sha256 import implementation, sha256d_many

MB = 1_000_000
VERSIONS_OF = ("cointrail", "numba", "llvmlite", "numpy", "blockchain-parser")


@dataclass(frozen=True)
class Run:
    """One run of one program, start to end."""

    seconds: float
    cpu_seconds: float
    """user and system time of all its threads"""
    peak_bytes: int
    answer: dict[str, Any]
    """the JSON it printed"""


def run_program(command: Sequence[str]) -> Run:
    """Run a program that prints JSON; what it says to stderr is shown when it fails.

    Raises:
        SystemExit: it failed.
    """
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).parent / "launch.py")]
    done = subprocess.run([*launcher, *command], capture_output=True, text=True, check=True)
    took = json.loads(done.stdout)
    if took["code"]:
        sys.exit(f"{done.stderr}`{' '.join(command)}` ended with exit code {took['code']}")
    return Run(took["seconds"], took["cpu_seconds"], took["peak_bytes"], json.loads(took["written"]))


@dataclass(frozen=True)
class Measured:
    """Several runs of one program on the same files."""

    name: str
    block_bytes: int
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """The median."""
        return median(run.seconds for run in self.runs)

    @property
    def mb_per_second(self) -> float:
        """Megabytes of blocks a second."""
        return self.block_bytes / MB / self.seconds

    @property
    def txs(self) -> int:
        """Transactions it says it has read."""
        answer = self.runs[0].answer
        return int(answer.get("transactions_read") or answer["txs"])

    @property
    def row(self) -> dict[str, Any]:
        """What the table and the JSON show."""
        return {
            "program": self.name,
            "block_mb": round(self.block_bytes / MB, 1),
            "transactions": self.txs,
            "seconds": round(self.seconds, 3),
            "fastest": round(min(run.seconds for run in self.runs), 3),
            "slowest": round(max(run.seconds for run in self.runs), 3),
            "cpu_seconds": round(median(run.cpu_seconds for run in self.runs), 3),
            "mb_per_second": round(self.mb_per_second, 2),
            "tx_per_second": round(self.txs / self.seconds),
            "peak_mb": round(max(run.peak_bytes for run in self.runs) / MB),
        }


def measure(
    name: str, command: Sequence[str], block_bytes: int, repeat: int, *, fresh: Path | None = None
) -> Measured:
    """Run a program several times; `fresh` is a folder to remove before each run."""
    runs = []
    for _ in range(repeat):
        if fresh:
            shutil.rmtree(fresh, ignore_errors=True)
        runs.append(run_program(command))
    return Measured(name, block_bytes, tuple(runs))


def hash_rate() -> float:
    """MB a second of our double SHA-256 on one core, over messages of 300 bytes."""
    count = 100_000
    data = np.zeros(300 * count, np.uint8)
    starts = np.arange(count, dtype=np.int64) * 300
    lengths, out = np.full(count, 300, np.int64), np.empty((count, 32), np.uint8)
    seconds = []
    for _ in range(4):
        begin = time.perf_counter()
        sha256d_many(data, starts, lengths, out)
        seconds.append(time.perf_counter() - begin)
    return len(data) / MB / min(seconds)


def machine() -> dict[str, Any]:
    """Processor, cores, memory, load, versions."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "sha256": implementation(),
        "sha256d_mb_per_second": round(hash_rate()),
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for name in VERSIONS_OF:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
