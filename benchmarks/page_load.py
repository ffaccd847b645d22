"""Put users on a server and say how long they wait.

    python benchmarks/page_load.py STORE [--users 50] [--seconds 15] [--results DIR] [--no-browser]

Starts `cointrail serve` on a store with its clusters. Asks for the pages of addresses, transactions and
clusters, by chance and the largest, as the page in the browser does: alone, one request after the other and
all of a page at once; then as many users at once, who read each page for some seconds, and who read nothing
at all. Opens pages in Chromium. Prints a table, with the errors and the memory of the server.

Users and browser run on the same cores as the server.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from commands import COINTRAIL
from machine import machine, versions
from measure import HERE, say
from page_asks import PAGES, beside
from pages import percentile
from table import Row, at_most, table_lines

PAUSE = 5.0
"""Seconds that somebody reads a page."""
LIMIT_MS = 100
FIRST_PAGE_MS = 1_000
START_SECONDS = 600
"""That a server may take to start, with clusters that must be built."""


class Serving(NamedTuple):
    """A server that answers."""

    process: subprocess.Popen[str]
    url: str
    port: int
    token: str
    seconds: float
    """from its start to where it listens"""

    def memory(self) -> dict[str, int]:
        """Bytes that no file backs, and those of mapped files, now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) << 10 for line in lines if line.startswith("Rss")}
        return {"own": sizes["RssAnon"] + sizes["RssShmem"], "mapped": sizes["RssFile"]}

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serve, ask, print."""
    args = _arguments()
    say("choosing what to look at")
    with tempfile.TemporaryDirectory(prefix="cointrail-load-") as folder:
        work = Path(folder)
        subjects = _output("page_subjects.py", args.store, "--count", args.count, "--seed", args.seed)
        with _serving(args.store, work) as server:
            figures = _measure(server, subjects["chosen"], work, args)
            figures["start_seconds"] = round(server.seconds, 2)
    rows = _rows(figures, args.users)
    result = {
        "measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "note": args.note,
        "users": args.users,
        "machine": figures.pop("machine"),
        "versions": versions(),
        "store": {key: subjects[key] for key in ("transactions", "scripts")},
        "largest": {
            kind: [one["size"] for one in found]
            for kind, found in subjects["chosen"].items()
            if kind.endswith("largest")
        },
        "table": [row.said for row in rows],
        **figures,
    }
    _print(result, rows)
    if args.results is not None:
        args.results.mkdir(parents=True, exist_ok=True)
        path = args.results / f"{datetime.now(UTC):%Y-%m-%d}-{subjects['transactions']}.json"
        path.write_text(json.dumps(result, indent=1) + "\n")
        say(f"written to {path}")
    if any(phase["errors"] for phase in result["phases"].values()):
        sys.exit("some requests were not answered")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--users", type=int, default=50, help="at once (50)")
    parser.add_argument("--seconds", type=float, default=15, help="of each phase (15)")
    parser.add_argument("--count", type=int, default=30, help="of each kind, by chance (30)")
    parser.add_argument("--seed", type=int, default=1, help="of what is asked for (1)")
    parser.add_argument("--results", type=Path, help="folder for the JSON; none: it is not kept")
    parser.add_argument("--note", default="", help="what else is to be known of this run")
    parser.add_argument("--no-browser", action="store_true", help="leave the browser out")
    return parser.parse_args()


@contextmanager
def _serving(store: Path, work: Path) -> Iterator[Serving]:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*COINTRAIL, "serve", "--store", str(store), "--port", "0", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(work)},
    )
    try:
        assert process.stdout
        lines = []
        while (line := process.stdout.readline()) and line != "}\n":
            lines.append(line)
        if not line:
            raise SystemExit("the server did not start: see `cointrail serve --store` with this store")
        ready = json.loads("".join(lines) + line)
        token = Path(ready["token_file"]).read_text()
        yield Serving(process, ready["url"], ready["port"], token, time.perf_counter() - begin)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _output(program: str, *arguments: object, given: str = "") -> Any:
    command = [sys.executable, str(HERE / program), *map(str, arguments)]
    return json.loads(
        subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True).stdout
    )


def _measure(server: Serving, chosen: dict[str, Any], work: Path, args: argparse.Namespace) -> dict[str, Any]:
    pages = work / "pages.json"
    kinds = [(kind, one) for kind, found in chosen.items() for one in found]
    asks = [(kind, [*PAGES[kind.split(",")[0]](one["name"])]) for kind, one in kinds]
    more = [
        (kind, [*beside(kind.split(",")[0], one["name"], one["other"])])
        for kind, one in kinds
        if not kind.startswith("transaction")
    ]

    def ask(what: Sequence[Any], *options: object) -> dict[str, Any]:
        pages.write_text(json.dumps(what))
        before, worked = server.memory(), server.cpu_seconds()
        found = _output(
            "page_users.py", server.port, pages, "--seed", args.seed, *options, given=server.token
        )
        told = _told(found)
        each = (server.cpu_seconds() - worked) / max(1, sum(one["count"] for one in told["routes"].values()))
        return {
            **told,
            "server_cpu_ms_per_request": round(1000 * each, 2),
            "memory_before": before,
            "memory_after": server.memory(),
        }

    about = machine()
    say("first time each")
    first = ask(asks, "--users", 1, "--seconds", 0, "--one-by-one", server.process.pid)
    phases = {"first": first}
    say("alone")
    phases["alone"] = ask(asks, "--users", 1, "--seconds", args.seconds, "--one-by-one", server.process.pid)
    phases["page at once"] = ask(asks, "--users", 1, "--seconds", args.seconds)
    phases["beside pages"] = ask(
        more, "--users", 1, "--seconds", args.seconds, "--one-by-one", server.process.pid
    )
    say(f"{args.users} users")
    for name, pause in (("users who read", PAUSE), ("users who do not read", 0)):
        phases[name] = ask(asks, "--users", args.users, "--seconds", args.seconds, "--pause", pause)
    browser = {} if args.no_browser else _browse(server, kinds, pages)
    return {"machine": about, "phases": phases, "browser": browser}


def _browse(server: Serving, kinds: list[tuple[str, Any]], pages: Path) -> dict[str, Any]:
    say("in Chromium")
    paths = {"address": "address", "transaction": "tx", "cluster": "cluster"}
    first = {kind: one["name"] for kind, one in reversed(kinds)}
    typed = [(kind, f"/{paths[kind.split(',')[0]]}/{name}") for kind, name in first.items()]
    pages.write_text(json.dumps(typed))
    found = _output("page_browser.py", server.url, pages)
    if "missing" in found:
        say(found["missing"])
        return {}
    return {
        kind: {what: round(1000 * percentile([one[what] for one in each], 50), 1) for what in each[0]}
        | {"first": round(1000 * each[0]["shown"], 1)}
        for kind, each in found["pages"].items()
    }


def _told(found: dict[str, Any]) -> dict[str, Any]:
    def ms(seconds: list[float]) -> dict[str, float]:
        p50, p95 = (round(1000 * percentile(seconds, percent), 1) for percent in (50, 95))
        return {"p50_ms": p50, "p95_ms": p95, "most_ms": round(1000 * max(seconds), 1), "count": len(seconds)}

    routes = {name: ms(found["routes"][name]) for name in sorted(found["routes"])}
    for name, worked in found["worked"].items():
        routes[name]["cpu_p95_ms"] = round(1000 * percentile(worked, 95), 1)
    asked = sum(map(len, found["routes"].values()))
    return {
        "errors": found["errors"],
        "requests_per_second": round(asked / found["seconds"], 1),
        "routes": routes,
        "pages": {name: ms(found["pages"][name]) for name in sorted(found["pages"])},
    }


def _rows(figures: dict[str, Any], users: int) -> list[Row]:
    phases = figures["phases"]
    rows = [
        at_most(f"API, requests of a page, {name.replace('|', ', ')}, p95, ms", one["p95_ms"], LIMIT_MS)
        for name, one in phases["alone"]["routes"].items()
    ]
    rows += [
        at_most(
            f"the same on a core of the server, {name.replace('|', ', ')}, ms", one["cpu_p95_ms"], LIMIT_MS
        )
        for name, one in phases["alone"]["routes"].items()
    ]
    rows += [
        at_most(f"first page in Chromium, {kind}, ms", one["shown"], FIRST_PAGE_MS)
        for kind, one in figures["browser"].items()
    ]
    errors = sum(sum(phase["errors"].values()) for phase in phases.values())
    rows.append(at_most(f"requests that {users} users were not answered", errors, 0.5))
    return rows


def _print(result: dict[str, Any], rows: Sequence[Row]) -> None:
    print(f"store: {result['store']['transactions']:,} transactions, {result['store']['scripts']:,} scripts")
    print(f"largest: {result['largest']}; served after {result['start_seconds']} s")
    for name, phase in result["phases"].items():
        memory = [phase[f"memory_{when}"]["own"] / 1e6 for when in ("before", "after")]
        print(
            f"\n{name}: {phase['requests_per_second']:,} requests/s, "
            f"{phase['server_cpu_ms_per_request']} ms of a core each, errors {phase['errors'] or 'none'}, "
            f"memory of its own {memory[0]:,.0f} to {memory[1]:,.0f} MB"
        )
        print(f"  {'':34}{'p50':>9}{'p95':>9}{'most':>9}{'count':>8}  ms; p95 of what the server worked")
        for kind in ("routes", "pages"):
            for what, one in phase[kind].items():
                says = "".join(f"{one[key]:9,.1f}" for key in ("p50_ms", "p95_ms", "most_ms"))
                mark = "page: " if kind == "pages" else ""
                worked = one.get("cpu_p95_ms", "")
                print(f"  {mark + what.replace('|', ', '):34}{says}{one['count']:8}{worked:>9}")
    for kind, one in result["browser"].items():
        print(
            f"Chromium, {kind}: shown after {one['shown']} ms ({one['first']} the first time), "
            f"all after {one['whole']} ms"
        )
    print()
    print("\n".join(table_lines([row.said for row in rows])))


if __name__ == "__main__":
    main()
