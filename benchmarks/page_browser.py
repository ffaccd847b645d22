"""Open pages of a server in Chromium, and print as JSON how long it takes until what was asked for is shown.

    python benchmarks/page_browser.py URL PAGES.json [--repeat 5]

URL is the one that `cointrail serve` printed, with its token; PAGES.json holds pairs of a kind and a path.
The first page is opened by that address in a browser that has seen nothing of it, the pages after it by
typing theirs. Shown is: the heading of the thing and its facts; and, as a second figure, everything.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

SHOWN = "main dl"
"""The facts of the thing, or of the chain."""
WAITING = "Looking it up"
"""What stands where an answer is to come."""
PATIENCE = 60_000
"""Milliseconds."""


def main() -> None:
    """Open, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("pages", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print(json.dumps({"missing": "no browser: as root, `apt-get install chromium`"}))
        return
    found: dict[str, list[dict[str, float]]] = {"start, first visit": []}
    with sync_playwright() as driver:
        # Chromium's sandbox refuses to run as root, as checks in containers do; it opens our page only.
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(args.repeat):
            _visit(browser, args.url, json.loads(args.pages.read_text()), found)
        browser.close()
    print(json.dumps({"pages": found}))


def _visit(
    browser: Browser, url: str, pages: list[tuple[str, str]], found: dict[str, list[dict[str, Any]]]
) -> None:
    """A visitor whom the browser has not seen before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    found["start, first visit"].append(_open(page, url))
    site = url.partition("/#")[0]
    for kind, path in pages:
        found.setdefault(kind, []).append(_open(page, f"{site}{path}"))
    context.close()


def _open(page: Page, url: str) -> dict[str, float]:
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(SHOWN).first.wait_for()
    shown = time.perf_counter() - begin
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(WAITING)).to_have_count(0, timeout=PATIENCE)
    # Half a second of the second figure is how long nothing must have been asked for.
    return {"shown": shown, "whole": max(shown, time.perf_counter() - begin - 0.5)}


if __name__ == "__main__":
    main()
