"""What stands before every request: who may ask, from where, how much; and the headers of every answer."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from cointrail.api.problems import problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "__Host-cointrail"
"""The prefix binds it to this host and path, over a connection that browsers trust; loopback is one."""
SESSION_SECONDS = 12 * 3600
MOST_SESSIONS = 100
MOST_BODY = 16 << 20
"""Bytes of a request. A drawing of 5,000 parts that was arranged twice has some 10 MB."""
MOST_BODIES = 64 << 20
"""Bytes of all requests that are read or answered at a time: fifty users who each paste ten thousand lines.
What is made of them takes 25 times as much memory at most: of empty objects in JSON, as measured."""
MOST_UNKNOWN = 4 << 10
"""Bytes of a request from who has no session: a token. Others of this machine can fill no memory."""

API = "/api/"
OPEN_PATHS = frozenset({"/api/v1/session"})
"""Of the API, what may be asked without a session: it is where one begins."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NO_STORE = "no-store"


class Sessions:
    """Sessions of one server, in memory: a restart ends them all.

    Args:
        token: the secret that begins a session, and that programs send as a bearer token.
        clock: seconds that only grow.
    """

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._clock = clock
        self._ends: dict[str, float] = {}

    def begin(self, token: str) -> str | None:
        """A new session for who knows the token; None for who does not."""
        if not self.knows(token):
            return None
        now = self._clock()
        self._ends = {one: end for one, end in self._ends.items() if end > now}
        while len(self._ends) >= MOST_SESSIONS:
            del self._ends[next(iter(self._ends))]
        session = secrets.token_urlsafe(32)
        self._ends[session] = now + SESSION_SECONDS
        return session

    def end(self, session: str) -> None:
        """Forget a session."""
        self._ends.pop(session, None)

    def knows(self, token: str) -> bool:
        """Whether it is the token."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def holds(self, session: str) -> bool:
        """Whether a session goes on."""
        return self._ends.get(session, 0.0) > self._clock()


class _Bodies:
    """Counts the bytes of bodies that are held at a time.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def one(self) -> Iterator[Callable[[int], bool]]:
        """One body, which is let go at the end: says of each piece whether there is room for it."""
        own = 0

        def take(size: int) -> bool:
            nonlocal own
            if self._held + size > self._most:
                return False
            own += size
            self._held += size
            return True

        try:
            yield take
        finally:
            self._held -= own


class Guard:
    """Refuses what this server must not answer, before anything of it is read.

    Against pages of other origins that a browser lets reach this machine: the Host header must name this
    server (DNS rebinding), an Origin must be this server's, Sec-Fetch-Site must not be another site's.

    Args:
        app: what is behind it.
        sessions: who may ask.
        hosts: values of the Host header that name this server.
        most_bodies: bytes of all requests that are read or answered at a time.
    """

    def __init__(
        self, app: App, *, sessions: Sessions, hosts: Iterable[str], most_bodies: int = MOST_BODIES
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._bodies = _Bodies(most_bodies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        api = scope["path"].startswith(API)
        guarded = _with_headers(send, api=api)
        refused = self._refusal(scope, api=api)
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        most = self._most(Headers(scope=scope))
        with self._bodies.one() as taken:
            body = await _read_body(receive, most, taken)
            if isinstance(body, Response):
                await body(scope, receive, guarded)
                return
            await self._app(scope, _again(body, receive), guarded)

    def _refusal(self, scope: Scope, *, api: bool) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return problem(
                421, "wrong_host", "Not this server", "the Host header names another server than this one"
            )
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in self._origins:
            return problem(
                403, "wrong_origin", "Another origin", "pages of other origins may not ask this server"
            )
        if api and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return problem(
                403, "wrong_origin", "Another site", "pages of other sites may not ask this server"
            )
        if _length(headers) > MOST_BODY:
            return _too_large(MOST_BODY)
        if api and scope["path"] not in OPEN_PATHS and not self._may_ask(headers):
            return problem(
                401,
                "no_session",
                "Nobody is signed in",
                "this request has no session and no token",
                "open the address that `cointrail serve` printed",
            )
        return None

    def _most(self, headers: Headers) -> int:
        return MOST_BODY if self._may_ask(headers) else MOST_UNKNOWN

    def _may_ask(self, headers: Headers) -> bool:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._sessions.knows(token.strip()):
            return True
        return self._sessions.holds(session_of(headers.get("cookie", "")))


def session_of(cookie: str) -> str:
    """The session that a Cookie header carries; empty when none."""
    jar = SimpleCookie()
    try:
        jar.load(cookie)
    except CookieError:
        return ""
    found = jar.get(COOKIE)
    return found.value if found else ""


def _too_large(most: int) -> Response:
    return problem(
        413, "too_large", "Too much at once", f"a request may have {most:,} bytes", "send it in parts"
    )


def _too_many() -> Response:
    return problem(
        429,
        "too_many_bodies",
        "Too much at once",
        "requests that are read or answered already leave no room for this one",
        "ask again in a moment",
    )


async def _read_body(receive: Receive, most: int, take: Callable[[int], bool]) -> bytes | Response:
    """All of a request's body, or why it is not read on.

    Args:
        receive: gives it piece by piece.
        most: bytes that it may have.
        take: told of the bytes of each piece; False: there is no room for it.
    """
    body = bytearray()
    while True:
        message = await receive()
        piece = message.get("body", b"")
        if len(body) + len(piece) > most:
            return _too_large(most)
        if not take(len(piece)):
            return _too_many()
        body += piece
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read already, and then whatever else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send, *, api: bool) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if api:
                headers["cache-control"] = NO_STORE
        await send(message)

    return with_headers


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else MOST_BODY + 1
