"""No command reaches for a network: each runs where there is none, and none is asked for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache

import pytest

COMMANDS = [
    ["--help"],
]
"""What is run without a network; each must end well."""

PROGRAM = "import sys; from cointrail.cli.main import main; sys.exit(main())"


@cache
def _without_network() -> tuple[str, ...]:
    """The start of a command line that runs the rest where no network is; empty where that is not allowed."""
    for words in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        if shutil.which(words[0]):
            tried = subprocess.run([*words, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return words
    return ()


def _python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*_without_network(), sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_there_is_truly_no_network_where_commands_run() -> None:
    """The guard refuses before the system does, so it is left out here."""
    if not _without_network():
        pytest.skip("this machine lets nobody start a program without a network; the guard alone must do")
    program = "import socket; print(socket.if_nameindex()); socket.socket().connect(('192.0.2.1', 9))"
    words = [*_without_network(), sys.executable, "-S", "-c", program]  # -S: no guard
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "[(1, 'lo')]\n"
    assert "OSError: [Errno 101]" in done.stderr


def test_the_guard_is_on_where_commands_run() -> None:
    done = _python("import socket; socket.getaddrinfo('example.org', 443)")
    assert done.returncode == 1
    assert "outbound network is denied" in done.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_ends_well_without_a_network(arguments: list[str]) -> None:
    done = _python(PROGRAM, *arguments)
    assert (done.returncode, "outbound network" in done.stderr) == (0, False), done.stderr
