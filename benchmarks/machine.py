"""The machine that figures come from, and the versions of what ran on it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from cointrail.kernel.sha256 import implementation, sha256d_many
from measure import MB

VERSIONS_OF = (
    "cointrail",
    "numba",
    "llvmlite",
    "numpy",
    "blockchain-parser",
    "bitcoin-explorer",
    "graphsense-clustering",
    "plyvel",
    "matplotlib",
)


def machine() -> dict[str, Any]:
    """Processor, cores, memory, load, how fast one core hashes."""
    return {
        "cpu": _cpu_model(),
        "cores": cores(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "load_before": load(),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "sha256": implementation(),
        "sha256d_mb_per_second": round(hash_rate()),
    }


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Programs that wanted to run at once, on average over the last minute."""
    return round(os.getloadavg()[0], 2)


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


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Of everything that has a say in the figures."""
    found = {"python": platform.python_version()}
    for name in VERSIONS_OF:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found | {"openssl": _openssl_version()}


def _openssl_version() -> str:
    try:
        done = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return done.stdout.split(" (")[0].strip()
