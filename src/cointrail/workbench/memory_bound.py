"""A bound on what this process may allocate from now on, kept by the system where it can."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SLACK = 512 << 20
"""Bytes for threads and for the program itself."""

_DATA = re.compile(r"^VmData:\s+(\d+) kB$", re.MULTILINE)


@contextmanager
def at_most(more: int) -> Iterator[None]:
    """Within this, so many bytes beyond those taken already and `SLACK`; past them allocating fails.

    Mapped files are not counted. Does nothing where the system does not say what is taken (not Linux).
    """
    taken = _taken()
    if taken is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = taken + more + SLACK
    soft = wanted if before[1] == resource.RLIM_INFINITY else min(wanted, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def three_quarters() -> int | None:
    """Bytes of three quarters of this machine's memory; None where nobody says how much it has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
    except (AttributeError, ValueError, OSError):
        return None


def _taken() -> int | None:
    """Bytes of private memory that this process has; None where nobody says."""
    try:
        found = _DATA.search(Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return int(found[1]) << 10 if found else None
