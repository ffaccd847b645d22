"""Start a program, wait for it, and print as JSON what it took and what it wrote.

    python -I -S benchmarks/launch.py PROGRAM ARGUMENTS...

A program of its own and a small one: Linux counts the memory that a starter held at the moment of the
start as the peak of what it started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

LOOK_EVERY = 0.05
"""Seconds."""
OWN = ("RssAnon:", "RssShmem:")
"""Lines of /proc/PID/status: memory that no file backs. Pages of mapped files are the system's to take."""


class Watch(threading.Thread):
    """Looks again and again at how much memory a process has that no file backs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self.path = f"/proc/{pid}/status"
        self.done = threading.Event()

    def run(self) -> None:
        """Look until told to stop; where there is no /proc, never."""
        while not self.done.wait(LOOK_EVERY):
            try:
                with open(self.path, encoding="ascii") as file:  # noqa: PTH123 -- pathlib is slow to load
                    lines = [line.split() for line in file if line.startswith(OWN)]
            except OSError:
                return
            self.peak_bytes = max(self.peak_bytes, 1024 * sum(int(line[1]) for line in lines))


def main() -> None:
    """Run the command line given as arguments."""
    begin = time.perf_counter()
    # No `with`: the process is waited for by its id, which gives the figures of this process alone.
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
    watch = Watch(child.pid)
    watch.start()
    assert child.stdout
    written = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    watch.done.set()
    child.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    took = {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": peak,
        "own_peak_bytes": watch.peak_bytes,
    }
    print(json.dumps({**took, "code": child.returncode, "written": written}))


if __name__ == "__main__":
    main()
