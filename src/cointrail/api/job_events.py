"""How far a job is, as server-sent events (WHATWG HTML, section 9.2).

A stream holds nothing back for a slow reader: when it can send again it sends the job as it is then.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from threading import Lock

import anyio
from starlette.responses import Response, StreamingResponse

from cointrail.api.problems import problem
from cointrail.api.shapes import exact
from cointrail.errors import CointrailError
from cointrail.jobs.job import Job
from cointrail.jobs.queue import JobQueue

MOST_STREAMS = 20
"""Streams at a time, of one server; our choice: some windows of one user."""
LOOK_S = 0.5
"""Seconds between two looks at a job."""
BEAT_S = 10.0
"""Seconds after which a stream without news sends a comment, so that both sides know of each other."""
LONGEST_S = 3600.0
"""Of one stream; a browser asks again by itself."""


class Streams:
    """Counts the streams of a server."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = 0

    def take(self) -> bool:
        """Whether one more may be opened; it must be given back."""
        with self._lock:
            if self._open >= MOST_STREAMS:
                return False
            self._open += 1
            return True

    def give_back(self) -> None:
        """One is closed."""
        with self._lock:
            self._open -= 1


def event_stream(queue: JobQueue, job: str, streams: Streams) -> Response:
    """The events of a job, until it ends.

    Raises:
        NotFound: there is no such job.
    """
    first = queue.get(job)
    if not streams.take():
        return problem(
            429,
            "too_many_streams",
            "Too many streams",
            f"{MOST_STREAMS} streams of events are open already",
            "close one, or ask for the job itself",
        )
    return _Stream(_events(queue, first), streams)


class _Stream(StreamingResponse):
    """Gives its place back however it ends."""

    def __init__(self, events: AsyncIterator[bytes], streams: Streams) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._streams = streams

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        try:
            await super().__call__(scope, receive, send)  # type: ignore[arg-type]
        finally:
            self._streams.give_back()


async def _events(queue: JobQueue, now: Job) -> AsyncIterator[bytes]:
    began = said = time.monotonic()
    yield _event(now)
    while not now.has_ended and time.monotonic() - began < LONGEST_S:
        await anyio.sleep(LOOK_S)
        try:
            found = await anyio.to_thread.run_sync(queue.get, now.id)
        except CointrailError as error:
            yield f": {type(error).__name__}\n\n".encode()
            continue
        if found != now:
            now, said = found, time.monotonic()
            yield _event(now)
        elif time.monotonic() - said >= BEAT_S:
            said = time.monotonic()
            yield b": nothing new\n\n"


def _event(job: Job) -> bytes:
    data = json.dumps(exact(job), ensure_ascii=False, separators=(",", ":"))
    return f"event: job\ndata: {data}\n\n".encode()
