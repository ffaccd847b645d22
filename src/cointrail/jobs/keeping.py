"""Keeps a worker alive beside a server, and ends it with the server."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from cointrail.jobs.shop import Shop

LAST_WAIT_S = 3.0
"""Seconds that a worker has to put its job back when the server stops."""
SHORTEST_PAUSE_S = 0.1
"""Seconds before the next worker is started."""
LONGEST_PAUSE_S = 30.0
"""The same, where workers give up by themselves one after another: the case database may be gone."""
KILLED = 75
"""Exit code of a worker that ended itself because its job did not stop; EX_TEMPFAIL of sysexits.h."""

_LOG = logging.getLogger("cointrail.jobs")


class WorkerKeeper:
    """Starts a worker, and another one whenever it dies; use it as a context manager.

    Args:
        shop: what the worker works with; it reads that from a pipe, as a database's URL may hold a password.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._over = Event()
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread = Thread(target=self._keep, name="worker keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        """Of the worker; None while none runs."""
        return None if self._process is None else self._process.pid

    def __enter__(self) -> Self:
        self._start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over.set()
            process = self._process
        if process is None:
            return
        self._hang_up(process)
        try:
            process.wait(LAST_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @staticmethod
    def _hang_up(process: subprocess.Popen[str]) -> None:
        """Close the worker's input: that is how it learns that the server is gone."""
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()

    def _start(self) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cointrail.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is for the server, which tells the worker
            )
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(self._shop.to_json() + "\n")
                self._process.stdin.flush()

    def _keep(self) -> None:
        pause = SHORTEST_PAUSE_S
        while not self._over.is_set():
            process = self._process
            if process is None:
                return
            code = process.wait()
            self._hang_up(process)
            if self._over.is_set():
                return
            _LOG.info("the worker ended with %s", code)
            by_itself = code > 0 and code != KILLED
            pause = min(2 * pause, LONGEST_PAUSE_S) if by_itself else SHORTEST_PAUSE_S
            self._over.wait(pause)
            while not self._started():
                pause = min(2 * pause, LONGEST_PAUSE_S)
                self._over.wait(pause)

    def _started(self) -> bool:
        try:
            self._start()
        except OSError as error:  # no process or no memory is left: it may be, later
            _LOG.warning("no worker can be started: %s", error)
            return False
        return True
