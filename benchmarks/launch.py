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
import time


def main() -> None:
    """Run the command line given as arguments."""
    begin = time.perf_counter()
    # No `with`: the process is waited for by its id, which gives the figures of this process alone.
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
    assert child.stdout
    written = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    took = {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": peak}
    print(json.dumps({**took, "code": child.returncode, "written": written}))


if __name__ == "__main__":
    main()
