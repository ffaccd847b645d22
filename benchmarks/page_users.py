"""Ask a server for pages as users do, and print as JSON how long each answer took.

    python benchmarks/page_users.py PORT PAGES.json [--users 50] [--seconds 15] [--pause 0] [--one-by-one PID]

Reads the server's token from the standard input. PAGES.json holds pages, each a list of requests. Each user
opens one page after the other, its requests at once over connections that stay open, as a browser does; with
`--one-by-one` one request after the other, each with what the server's process worked for it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

CONNECTIONS = 6
"""Of a browser to one server."""


class Page(NamedTuple):
    """A page: its kind, and the requests that it makes, each a route, a path and a body."""

    kind: str
    asks: list[tuple[str, str, Any]]


class Connection:
    """One connection that stays open: HTTP/1.1 as far as this server speaks it."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._heads = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, body: Any) -> tuple[int, int]:
        """Send a request; the status of the answer and the bytes of its body."""
        if self._ends is not None and self._ends[0].at_eof():
            self._ends[1].close()
            self._ends = None
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._ends
        text = b"" if body is None else json.dumps(body).encode()
        kind = f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n" if text else ""
        method = "POST" if text else "GET"
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._heads}{kind}\r\n".encode() + text)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower().decode("latin-1").split("\r\n")
        except (OSError, asyncio.IncompleteReadError):
            self._ends = None
            return 0, 0
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        length = int(fields["content-length"])
        await reader.readexactly(length)
        if fields.get("connection") == "close":
            writer.close()
            self._ends = None
        return int(head[0].split(" ")[1]), length


class User:
    """Opens pages and notes how long they take."""

    def __init__(self, port: int, token: str, pid: int | None) -> None:
        self._connections = [Connection(port, token) for _ in range(CONNECTIONS)]
        self._pid = pid
        self.worked: dict[str, list[float]] = defaultdict(list)
        self.routes: dict[str, list[float]] = defaultdict(list)
        self.pages: dict[str, list[float]] = defaultdict(list)
        self.errors: dict[str, int] = defaultdict(int)
        self.bytes = 0

    async def open(self, page: Page, *, at_once: bool) -> None:
        """Ask for all that a page shows."""
        begin = time.perf_counter()
        if at_once:
            todo = list(page.asks)
            await asyncio.gather(*(self._drain(one, page.kind, todo) for one in self._connections))
        else:
            for ask in page.asks:
                await self._ask(self._connections[0], page.kind, *ask)
        self.pages[page.kind].append(time.perf_counter() - begin)

    async def _drain(self, connection: Connection, kind: str, todo: list[tuple[str, str, Any]]) -> None:
        while todo:
            await self._ask(connection, kind, *todo.pop(0))

    async def _ask(self, connection: Connection, kind: str, route: str, path: str, body: Any) -> None:
        name = f"{route}|{kind.partition(', ')[2]}"
        before = _worked(self._pid)
        begin = time.perf_counter()
        status, length = await connection.ask(path, body)
        self.routes[name].append(time.perf_counter() - begin)
        if self._pid is not None:
            self.worked[name].append(_worked(self._pid) - before)
        self.bytes += length
        if status != 200:
            self.errors[f"{status or 'broken off'}: {route}"] += 1


def _worked(pid: int | None) -> float:
    """Seconds that the threads of a process have been on a core; 0 without one, or where nobody counts."""
    counts = Path(f"/proc/{pid}/task").glob("*/schedstat") if pid is not None else ()
    return sum(int(path.read_text().split()[0]) for path in counts) / 1e9


async def _go_on(user: User, pages: Sequence[Page], until: float, pause: float, dice: random.Random) -> None:
    """Open pages by chance until the time is over, reading each for about so many seconds."""
    await asyncio.sleep(dice.uniform(0, pause))
    while time.perf_counter() < until:
        await user.open(dice.choice(pages), at_once=True)
        if pause:
            await asyncio.sleep(dice.uniform(0.5 * pause, 1.5 * pause))


async def _once(user: User, pages: Sequence[Page], until: float, *, at_once: bool) -> None:
    """Open every page once, and again while there is time."""
    for k in range(1_000_000):
        if k >= len(pages) and time.perf_counter() > until:
            return
        await user.open(pages[k % len(pages)], at_once=at_once)


async def _run(args: argparse.Namespace, pages: Sequence[Page]) -> dict[str, Any]:
    token = sys.stdin.read().strip()
    users = [User(args.port, token, args.one_by_one) for _ in range(args.users)]
    begin = time.perf_counter()
    until = begin + args.seconds
    if len(users) == 1:
        await _once(users[0], pages, until, at_once=args.one_by_one is None)
    else:
        dice = (random.Random(f"{args.seed} {k}") for k in range(len(users)))
        await asyncio.gather(*(_go_on(user, pages, until, args.pause, next(dice)) for user in users))
    seconds = time.perf_counter() - begin
    errors = {name: sum(user.errors[name] for user in users) for user in users for name in user.errors}
    return {
        "seconds": seconds,
        "bytes": sum(user.bytes for user in users),
        "errors": errors,
        **{
            what: {
                name: [took for user in users for took in getattr(user, what).get(name, ())]
                for name in dict.fromkeys(name for user in users for name in getattr(user, what))
            }
            for what in ("routes", "pages", "worked")
        },
    }


def main() -> None:
    """Ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("port", type=int)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pause", type=float, default=0, help="seconds that a user reads a page (0)")
    parser.add_argument("--one-by-one", type=int, metavar="PID", help="one request after the other")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pages = [Page(kind, [tuple(ask) for ask in asks]) for kind, asks in json.loads(args.pages.read_text())]
    print(json.dumps(asyncio.run(_run(args, pages))))


if __name__ == "__main__":
    main()
