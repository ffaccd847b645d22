"""`cointrail serve` as a user starts it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OF_THE_USER = frozenset({"COINTRAIL_DB", "COINTRAIL_DB_KEY_FILE", "COINTRAIL_WHO", "XDG_STATE_HOME"})
_SECONDS_TO_STOP = 30


@contextmanager
def serving(home: Path, *words: object) -> Iterator[str]:
    """The address that a server prints, for the time that it runs.

    Raises:
        RuntimeError: it ended before it listened.
    """
    given = {key: value for key, value in os.environ.items() if key not in _OF_THE_USER}
    folders = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_RUNTIME_DIR": str(home / "run")}
    line = [sys.executable, "-m", "cointrail.cli.main", "serve", *map(str, words)]
    server = subprocess.Popen(
        [*line, "--port", "0", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=given | folders,
    )
    assert server.stdout is not None
    try:
        with server.stdout as out:
            told = ""
            while not told.rstrip().endswith("}"):
                if not (more := out.readline()):
                    raise RuntimeError("the server ended before it listened")
                told += more
            yield json.loads(told)["url"]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(_SECONDS_TO_STOP)
