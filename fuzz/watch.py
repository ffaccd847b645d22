"""Watching a worker: what it says, whether it still says anything, and what it died of."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
Line = dict[str, Any]
TICK = 0.5
"""Seconds after which one looks whether a silent worker is still meant to run."""


class WorkerDiedError(Exception):
    """A worker ended by a signal, with an error, or by our hand because it hung."""


def environment(*, checked: bool) -> dict[str, str]:
    """For a worker: where its modules are, and whether its kernels run under bounds checks."""
    found = [str(HERE), str(HERE.parent / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_BOUNDSCHECK"}
    kept |= {"PYTHONPATH": os.pathsep.join(found), "OPENBLAS_NUM_THREADS": "1"}  # a thread takes addresses
    return kept | ({"NUMBA_BOUNDSCHECK": "1"} if checked else {})


def worker_command(*arguments: str) -> list[str]:
    """The command line of a worker."""
    return [sys.executable, str(HERE / "work.py"), *arguments]


class Worker:
    """A started worker; ended when the context is left."""

    def __init__(self, command: Sequence[str], patience: float, *, checked: bool = False) -> None:
        """`patience`: seconds that it may be silent while it runs."""
        self._patience = patience
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=environment(checked=checked), bufsize=0
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def lines(self) -> Iterator[Line]:
        """What it says, line by line, until it ends well.

        Raises:
            WorkerDiedError: it ended otherwise, or was silent for too long.
        """
        rest = b""
        while True:
            chunk = self._read()
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            yield from map(json.loads, whole)
        code = self._process.wait()
        if code:
            raise WorkerDiedError(
                f"ended with signal {-code}" if code < 0 else f"ended with exit code {code}"
            )

    def _read(self) -> bytes:
        assert self._process.stdout
        silent = 0.0
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            while not waiting.select(TICK):
                silent += 0 if self._is_stopped() else TICK
                if silent > self._patience:
                    raise WorkerDiedError(f"hung: said nothing for {self._patience:.0f} seconds")
        return os.read(self._process.stdout.fileno(), 1 << 16)

    def _is_stopped(self) -> bool:
        """Whether somebody has told the worker to pause; that is no fault of an input."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return "\nState:\tT" in status
