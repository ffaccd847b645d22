"""The program at a terminal, and somebody who types when asked."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

PROGRAM = "import sys; from cointrail.cli.main import main; sys.exit(main())"


def typed(*words: str, answers: Sequence[str]) -> tuple[int, str]:
    """Run a command; each time that it asks, type the next answer. Its exit code, and what was shown."""
    terminal, end = pty.openpty()
    line = [sys.executable, "-c", PROGRAM, *words]
    with subprocess.Popen(line, stdin=end, stdout=end, stderr=end, start_new_session=True) as running:
        os.close(end)
        shown, left = b"", list(answers)
        with suppress(OSError):  # so Linux says that the other end is closed
            while data := os.read(terminal, 4096):
                shown += data
                if left and shown.endswith(b": "):
                    os.write(terminal, left.pop(0).encode() + b"\n")
        os.close(terminal)
    return running.returncode, shown.decode()
