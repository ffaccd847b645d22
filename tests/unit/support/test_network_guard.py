"""The guard that keeps the suite off every network."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from support import network_guard
from support.network_guard import OutboundTrafficError

NOWHERE = ("192.0.2.1", 9)  # a documentation address (RFC 5737): nobody answers there


def _udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


WAYS_OUT: dict[str, Callable[[], object]] = {
    "name lookup": lambda: socket.getaddrinfo("example.org", 80),
    "old name lookup": lambda: socket.gethostbyname("localhost"),
    "connection": lambda: socket.socket().connect(NOWHERE),
    "connection without exception": lambda: socket.socket().connect_ex(NOWHERE),
    "connection to this machine": lambda: socket.socket().connect(("127.0.0.1", 9)),
    "six": lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 9)),
    "helper": lambda: socket.create_connection(NOWHERE),
    "datagram": lambda: _udp().sendto(b"", NOWHERE),
    "message": lambda: _udp().sendmsg([b""], [], 0, NOWHERE),
    "below the socket module": lambda: socket.SocketType(socket.AF_INET, socket.SOCK_STREAM).connect(NOWHERE),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the refused sockets are left to the collector
@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_refused_and_noted(way: str) -> None:
    with pytest.raises(OutboundTrafficError, match="outbound network is denied"):
        WAYS_OUT[way]()
    assert len(network_guard.ATTEMPTS) == 1
    network_guard.ATTEMPTS.clear()


def test_sockets_within_the_machine_still_work() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"hello")
        assert there.recv(5) == b"hello"


def test_programs_that_a_test_starts_are_guarded_too() -> None:
    program = f"import socket; socket.create_connection({NOWHERE})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "outbound network is denied" in done.stderr
