"""How fast the browser draws: a drawing of invented parts, opened, arranged and moved about in Chromium.

    python benchmarks/graph_page.py STORE [--nodes 1000 5000]

Serves the store, opens a saved drawing of each size in the page, and prints how long it took to be drawn and
to be laid out, and how much script a frame needs while the drawing is moved. Chromium may render in software,
where frames a second are few on any page: the script's share is what the page can answer for.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

MOVES = 90
"""Movements of the mouse while it drags the drawing, about one a frame."""

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
    script_a_frame: float
    frames: int


def main() -> None:
    """Measure each size, print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1_000, 5_000])
    args = parser.parse_args()
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
            sys.stdout.write(
                f"{found.nodes:,} nodes, {found.edges:,} edges: opened in {found.opened:,.0f} ms, "
                f"laid out in {found.arranged:,.0f} ms, "
                f"{found.script_a_frame:.1f} ms of script a frame over {found.frames} frames\n"
            )
        browser.close()


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
    arranged = page.evaluate(_ARRANGE)
    page.evaluate(_DRAWN)
    script, frames = moved(page)
    edges = len(drawing["log"]["steps"][0]["changes"]) - nodes
    return Figures(
        nodes=nodes,
        edges=edges,
        opened=opened,
        arranged=arranged,
        script_a_frame=1000 * script / max(frames, 1),
        frames=frames,
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
    before, first = _script(tools), page.evaluate("window.frames_seen")
    for step in range(MOVES):
        page.mouse.move(x + 3 * (step % 40), y + 2 * (step % 30))
        page.wait_for_timeout(16)
    page.mouse.up()
    return _script(tools) - before, page.evaluate("window.frames_seen") - first


def _script(tools: Any) -> float:
    told = tools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "ScriptDuration"))


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
