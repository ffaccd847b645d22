"""How fast the browser draws: a drawing of invented parts, opened, arranged and moved about in Chromium.

    python benchmarks/graph_page.py STORE [--nodes 1000 5000] [--results DIR] [--note TEXT]

Serves the store, opens a saved drawing of each size in the page, and prints how long it took to be drawn and
to be laid out, the longest task of that, how much script a frame needs while the drawing is moved, and how
much script, style and layout a step needs with all that stands on the page, its tables among it.
Chromium may render in software, where frames a second are few on any page: the script's share is what
the page can answer for.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from machine import machine

MOVES = 90
"""Movements of the mouse while it drags the drawing, about one a frame."""

STEPS = 10
"""Steps that hide a part, each of them undone again."""

_ADDRESS = re.compile(r"http://\S+#token=\S+")
_ARRANGE = """
    () => new Promise(done => {
        const began = performance.now();
        const says = document.querySelector('.says');
        [...document.querySelectorAll('button')].find(one => one.textContent === 'Arrange').click();
        const ready = () => says.textContent === 'arrange';
        const look = () => ready() ? done(performance.now() - began) : setTimeout(look, 5);
        setTimeout(look, 5);
    })
"""
_FRAMES = """
    () => {
        window.frames_seen = 0;
        const one = () => { window.frames_seen++; requestAnimationFrame(one) };
        one();
    }
"""
_TASKS = """
    () => {
        window.longest_task = 0;
        new PerformanceObserver(told => told.getEntries().forEach(one => {
            window.longest_task = Math.max(window.longest_task, one.duration);
        })).observe({ type: 'longtask' });
    }
"""
_DRAWN = """
    () => new Promise(done => {
        const next = requestAnimationFrame;
        next(() => next(() => done(performance.now())));
    })
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Milliseconds for one size of drawing."""

    nodes: int
    edges: int
    opened: float
    arranged: float
    longest_task: float
    script_a_frame: float
    frames: int
    step: float


def main() -> None:
    """Measure each size, print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--results", type=Path, help="folder for the result as JSON")
    parser.add_argument("--note", default="", help="what else the machine did")
    args = parser.parse_args()
    drawings = []
    with served(args.store) as url, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        for nodes in args.nodes:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(180_000)
            page.goto(url)
            found = measure(page, url.partition("#")[0], nodes)
            page.close()
            drawings.append(asdict(found))
            sys.stdout.write(
                f"{found.nodes:,} nodes, {found.edges:,} edges: opened in {found.opened:,.0f} ms, "
                f"laid out in {found.arranged:,.0f} ms (longest task {found.longest_task:,.0f} ms), "
                f"{found.script_a_frame:.1f} ms of script a frame over {found.frames} frames, "
                f"{found.step:.0f} ms a step\n"
            )
        browser.close()
    if args.results is not None:
        now = datetime.now(UTC)
        result = {"measured_at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "note": args.note, "machine": machine()}
        args.results.mkdir(parents=True, exist_ok=True)
        path = args.results / f"{now:%Y-%m-%d}.json"
        path.write_text(json.dumps({**result, "drawings": drawings}, indent=1) + "\n", encoding="utf-8")


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The server in a process of its own, and the address that opens a session."""
    command = [sys.executable, "-m", "cointrail.cli.main", "serve", "--store", str(store), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(found[0] for line in server.stdout if (found := _ADDRESS.search(line)))
        finally:
            server.terminate()


def measure(page: Page, url: str, nodes: int) -> Figures:
    """Open, arrange and move one drawing."""
    drawing = invented(nodes)
    page.goto(f"{url}graph")
    page.wait_for_load_state("networkidle")
    page.get_by_text("Save, export, history").click()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.json"
        path.write_text(json.dumps(drawing), encoding="utf-8")
        began = page.evaluate("performance.now()")
        page.locator("input[type=file]").set_input_files(path)
        page.wait_for_function("() => document.querySelector('.says').textContent.startsWith('opened')")
        opened = page.evaluate(_DRAWN) - began
    page.evaluate(_TASKS)
    arranged = page.evaluate(_ARRANGE)
    page.evaluate(_DRAWN)
    longest = page.evaluate("window.longest_task")
    script, frames = moved(page)
    step = stepped(page)
    edges = len(drawing["log"]["steps"][0]["changes"]) - nodes
    return Figures(
        nodes=nodes,
        edges=edges,
        opened=opened,
        arranged=arranged,
        longest_task=longest,
        script_a_frame=1000 * script / max(frames, 1),
        frames=frames,
        step=step,
    )


def moved(page: Page) -> tuple[float, int]:
    """Seconds of script and frames while the drawing is dragged about by its empty corner."""
    page.locator(".canvas").scroll_into_view_if_needed()
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    page.evaluate(_FRAMES)
    x, y = box["x"] + 8, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    before, first = _seconds(tools, "ScriptDuration"), page.evaluate("window.frames_seen")
    for step in range(MOVES):
        page.mouse.move(x + 3 * (step % 40), y + 2 * (step % 30))
        page.wait_for_timeout(16)
    page.mouse.up()
    return _seconds(tools, "ScriptDuration") - before, page.evaluate("window.frames_seen") - first


def stepped(page: Page) -> float:
    """Milliseconds of script, style and layout of a step: a part is hidden by its key, or brought back."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    page.locator(".canvas").focus()
    worked = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
    spent = 0.0
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
        page.evaluate(_DRAWN)
        before = _seconds(tools, *worked)
        for key, said in (("h", "hide"), ("Control+z", "undone")):
            page.keyboard.press(key)
            page.wait_for_function(
                "said => document.querySelector('.says').textContent.startsWith(said)", arg=said
            )
            page.evaluate(_DRAWN)
        spent += _seconds(tools, *worked) - before
    return 1000 * spent / (2 * STEPS)


def _seconds(tools: Any, *names: str) -> float:
    told = tools.send("Performance.getMetrics")["metrics"]
    return sum(float(one["value"]) for one in told if one["name"] in names)


def invented(nodes: int) -> dict[str, Any]:
    """A saved drawing: transactions that spend coins of earlier ones, with coins on both sides."""
    rng = random.Random(nodes)
    parts: dict[str, dict[str, Any]] = {}
    coins: list[str] = []
    while sum(one["kind"] == "node" for one in parts.values()) < nodes:
        count = len(parts)
        tx = f"tx {count}"
        parts[tx] = _node(tx, "transaction", 60 * (count % 83), 70 * (count // 83))
        for coin in rng.sample(coins[-40:], min(len(coins[-40:]), rng.choice((1, 1, 2)))):
            parts[f"edge {coin} > {tx}"] = _edge(coin, tx, rng)
            coins.remove(coin)
        for place in range(rng.choice((1, 2, 2, 3))):
            if sum(one["kind"] == "node" for one in parts.values()) >= nodes:
                break
            coin = f"coin {count}:{place}"
            parts[coin] = _node(coin, "coin", 60 * (len(parts) % 83), 70 * (len(parts) // 83))
            parts[f"edge {tx} > {coin}"] = _edge(tx, coin, rng)
            coins.append(coin)
    changes = [{"id": key, "before": None, "after": one} for key, one in parts.items()]
    steps = [{"title": "invented", "at": "2026-01-01T00:00:00Z", "changes": changes}]
    return {
        "format": "cointrail-graph",
        "version": 1,
        "title": "Invented",
        "bases": [],
        "log": {"steps": steps, "done": 1},
    }


def _node(key: str, concept: str, x: int, y: int) -> dict[str, Any]:
    return {
        "kind": "node",
        "id": key,
        "level": "transactions",
        "concept": concept,
        "x": x,
        "y": y,
        "name": key,
        "lines": [key, "0.12345678 BTC"],
        "sat": 12_345_678,
        "time": "2017-01-01T00:00:00Z",
        "certainty": "fact",
        "claims": [],
        "says": ["invented"],
        "hidden": False,
        "note": "",
        "carried": None,
    }


def _edge(start: str, end: str, rng: random.Random) -> dict[str, Any]:
    return {
        "kind": "edge",
        "id": f"edge {start} > {end}",
        "level": "transactions",
        "from": start,
        "to": end,
        "certainty": "fact",
        "label": "",
        "sat": rng.randint(1_000, 10**10),
        "time": "2017-01-01T00:00:00Z",
        "says": "invented",
        "hidden": False,
    }


if __name__ == "__main__":
    main()
