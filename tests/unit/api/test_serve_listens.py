"""What the server's socket and threads are set to."""

from __future__ import annotations

import socket

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter

from cointrail.api.app import ANSWERED_AT_ONCE, make_app
from cointrail.api.serve import WAITING, listen
from cointrail.errors import BadInput

BROWSERS, CONNECTIONS_OF_ONE = 50, 6


def test_small_packets_of_an_answer_do_not_wait_for_each_other() -> None:
    with listen(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP, "accepted sockets have it too; asyncio goes by it"


def test_fifty_browsers_may_hold_all_their_connections() -> None:
    assert WAITING > BROWSERS * CONNECTIONS_OF_ONE


def test_a_port_that_is_taken_is_refused_with_its_number() -> None:
    with listen(0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(BadInput, match="cannot listen") as refused:
            listen(port)
    assert refused.value.facts["port"] == port


def test_few_requests_are_answered_at_once_and_the_others_wait() -> None:
    async def tokens() -> float:
        app = make_app()
        async with app.router.lifespan_context(app):
            return current_default_thread_limiter().total_tokens

    assert anyio.run(tokens) == ANSWERED_AT_ONCE
