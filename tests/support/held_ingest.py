"""`cointrail ingest` that stands still just before it commits, so that it can be killed there at leisure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COMMAND = """
import os, signal
import cointrail.store.ingest as steps
from cointrail.cli.main import main

steps.write_manifest = lambda *_: os.kill(os.getpid(), signal.SIGSTOP)
main()
"""


@contextmanager
def held_ingest(blocks: Path, store: Path) -> Iterator[None]:
    """An ingest that has written all but its commit, and stands still; in the end it is killed (signal 9)."""
    words = ["ingest", "--blocks", str(blocks), "--store", str(store)]
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"the ingest ended: {status}"
        yield
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL
