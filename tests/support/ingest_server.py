"""Ingests that can be killed: a process that has everything imported and forks one child an ingest.

Started as `python -m support.ingest_server BLOCKS`, it first ingests once, so that all machine code is
loaded and a child does nothing but ingest. It reads one JSON request a line and answers with the child's
process id; reads an empty line, waits for the child and answers with how it ended. `Ingests` is the other
end. Until it is asked for, a child that has ended keeps its id, so that no other process can have it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TESTS = Path(__file__).resolve().parent.parent


def _serve() -> None:
    from cointrail.sources.blocks_dir import BlocksDirectory  # noqa: PLC0415 - only in the server
    from cointrail.store.ingest import ingest  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, BlocksDirectory(Path(sys.argv[1])) as source:
        ingest(Path(folder), source)
    while line := sys.stdin.readline():
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            with BlocksDirectory(Path(request["blocks"]), to=request["to"]) as source:
                ingest(
                    Path(request["store"]),
                    source,
                    batch_bytes=request["batch_bytes"],
                    commit_bytes=request["commit_bytes"],
                )
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - the answer
        sys.stdin.readline()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


class Ingests:
    """A started server."""

    def __init__(self, blocks: Path) -> None:
        path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.ingest_server", str(blocks)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def _line(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def start(self, store: Path, blocks: Path, batch_bytes: int, commit_bytes: int, **more: Any) -> int:
        """Begin an ingest; its process id. `to` may be given."""
        request = {
            "store": str(store),
            "blocks": str(blocks),
            "batch_bytes": batch_bytes,
            "commit_bytes": commit_bytes,
            "to": more.get("to"),
        }
        self._say(json.dumps(request))
        return self._line()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def kill(self, child: int) -> None:
        """Kill -9 a child that `start` began and `wait` has not asked for."""
        os.kill(child, signal.SIGKILL)

    def wait(self) -> int:
        """How the ingest ended: 0, or minus the signal."""
        self._say("")
        return self._line()


if __name__ == "__main__":
    _serve()
