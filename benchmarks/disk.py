"""What the disk gives: files put out of the page cache, then read from end to end; and what files take."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

READ_BYTES = 8 << 20
"""One read."""
PROBES = 64


def files_below(folder: Path) -> list[Path]:
    """Every file of a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def forget(paths: Iterable[Path]) -> None:
    """Write files out and give up their pages in the page cache, as any user can.

    The kernel keeps pages that some process has mapped.
    """
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def cached_share(paths: Sequence[Path]) -> float | None:
    """The share of the files that is in the page cache, by some probes; None where nobody can tell."""
    nowait = getattr(os, "RWF_NOWAIT", None)
    places = [(path, at) for path in paths for at in range(0, path.stat().st_size, READ_BYTES)]
    places = places[:: max(1, len(places) // PROBES)]
    if nowait is None or not places:
        return None
    try:
        return sum(_is_cached(path, at, nowait) for path, at in places) / len(places)
    except OSError:
        return None


def _is_cached(path: Path, at: int, nowait: int) -> bool:
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(handle, [bytearray(1)], at, nowait) == 1
    except BlockingIOError:
        return False
    finally:
        os.close(handle)


def read_through(paths: Iterable[Path]) -> float:
    """Read files one after another in large pieces. Returns the seconds."""
    buffer = memoryview(bytearray(READ_BYTES))
    begin = time.perf_counter()
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            while os.readv(handle, [buffer]):
                pass
        finally:
            os.close(handle)
    return time.perf_counter() - begin


def taken(paths: Iterable[Path]) -> int:
    """Bytes that files take on the disk; holes take none."""
    return sum(path.stat().st_blocks * 512 for path in paths)
