"""What the guard holds of requests at a time."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import anyio.lowlevel
import pytest

from cointrail.api.guard import Guard, Message, Receive, Scope, Send, Sessions

HOST, TOKEN, MOST = "127.0.0.1:8350", "a token", 100
HEADERS = [(b"host", HOST.encode()), (b"authorization", f"Bearer {TOKEN}".encode())]


class Asked:
    """One request to a guard, sent in pieces."""

    def __init__(self, guard: Guard, *sizes: int) -> None:
        self._guard = guard
        self._pieces: Iterator[Message] = iter(
            [{"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes]
            + [{"type": "http.request", "body": b""}]
        )
        self.sent: list[Message] = []

    async def ask(self) -> None:
        scope = {"type": "http", "method": "POST", "path": "/api/v1/x", "headers": HEADERS}
        await self._guard(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        await anyio.lowlevel.checkpoint()
        return next(self._pieces)

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


class Slow:
    """An application that answers once it is told to."""

    def __init__(self) -> None:
        self.go_on = anyio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("sizes", [(41,), (20, 20, 1)])
def test_bodies_that_are_held_at_a_time_have_a_bound(sizes: tuple[int, ...]) -> None:
    async def together() -> tuple[int, int, int, dict[bytes, bytes]]:
        slow = Slow()
        guard = Guard(slow, sessions=Sessions(TOKEN), hosts=[HOST], most_bodies=MOST)
        first, fits, beyond = Asked(guard, 30, 30), Asked(guard, 40), Asked(guard, *sizes)
        async with anyio.create_task_group() as group:
            group.start_soon(first.ask)
            await anyio.wait_all_tasks_blocked()
            await beyond.ask()
            group.start_soon(fits.ask)
            await anyio.wait_all_tasks_blocked()
            slow.go_on.set()
        return first.status, fits.status, beyond.status, dict(beyond.sent[0]["headers"])

    first, fits, beyond, headers = anyio.run(together)
    assert (first, fits, beyond) == (200, 200, 429)
    assert b"retry-after" in headers


def test_a_body_that_was_answered_makes_room_for_the_next() -> None:
    async def in_turn() -> list[int]:
        slow = Slow()
        slow.go_on.set()
        guard = Guard(slow, sessions=Sessions(TOKEN), hosts=[HOST], most_bodies=MOST)
        asked = [Asked(guard, 99), Asked(guard, 101), Asked(guard, 99)]
        for one in asked:
            await one.ask()
        return [one.status for one in asked]

    assert anyio.run(in_turn) == [200, 429, 200]
