"""Refuse every way out of the machine, for the whole life of a Python process.

An audit hook sees the calls below the `socket` module, cannot be patched around, and cannot be taken
off again. Sockets between processes of this machine (AF_UNIX) stay allowed; names are not even looked
up. Standard library only: programs that the tests start import it before anything else.
"""

from __future__ import annotations

import socket
import sys
from functools import cache

ATTEMPTS: list[str] = []
"""What was tried since the last look, also when the program swallowed the refusal."""

_NAME_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})


class OutboundTrafficError(AssertionError):
    """The program tried to reach a network. Not an OSError, so that no retry swallows it."""


@cache
def deny_network() -> None:
    """Refuse name lookups, connections and datagrams from here on, in this process."""
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event in _NAME_LOOKUPS:
        target = args[0]
    elif event in _SENDS and isinstance(args[0], socket.SocketType) and args[0].family in _INTERNET:
        target = args[1]
    else:
        return
    ATTEMPTS.append(f"{event} {target!r}")
    raise OutboundTrafficError(f"outbound network is denied: {ATTEMPTS[-1]}")
