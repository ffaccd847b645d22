"""The page in Debian's Chromium, over a server in a thread of this process; and all that went wrong."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import OpenBench
from cointrail.workbench.case_folder import CaseFolder
from support.demo_world import DemoFolder
from support.job_shops import queue_in, shop_in

CHROMIUM = shutil.which("chromium")
REQUIRED = bool(os.environ.get("COINTRAIL_REQUIRE_BROWSER"))
"""COINTRAIL_REQUIRE_BROWSER, not empty: a test that wants a browser and has none has failed."""
WIDE = (1440, 900)
NARROW = (390, 844)
HOST = "127.0.0.1"
TOKEN = "the token of the page's tests"
PATIENCE = 60_000
"""Milliseconds: a busy machine is no fault of the page."""
expect.set_options(timeout=PATIENCE)

_VIOLATIONS = """
    addEventListener('securitypolicyviolation',
        told => console.error(`CSP: ${told.violatedDirective} ${told.blockedURI}`))
"""


@dataclass
class Site:
    """A page of the browser, signed in, and what it complained of."""

    url: str
    page: Page
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Load a path as if it had been typed, and wait until nothing more is asked for."""
        self.page.goto(f"{self.url}{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the page has what it asked for."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("() => !document.body.innerText.includes('Looking it up')")

    def barriers(self) -> list[str]:
        """What axe finds wrong for people who use a keyboard, a magnifier or a screen reader."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def overhang(self) -> int:
        """Pixels by which the page is wider than the window; tables scroll within it."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning of the console."""
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{message.type}: {message.text}")

    def note_request(self, request: Request) -> None:
        """Keep a request to anywhere but the server."""
        if not request.url.startswith((f"{self.url}/", f"blob:{self.url}/")):
            self.troubles.append(f"asked {request.url[:200]}")


def judged_notice(page: Page) -> Locator:
    """What says that a cluster is under a case's judgements; the citation for prints says so too, unseen."""
    return page.locator(".panel", has_text="Under the judgements of")


def drawing_file(site: Site, button: str) -> str:
    """The text that a button below a drawing saves."""
    chosen = site.page.get_by_role("button", name=button, exact=True)
    if not chosen.is_visible():
        site.page.get_by_text("Save, export, history").click()
    with site.page.expect_download() as saving:
        chosen.click()
    return Path(saving.value.path()).read_text(encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; skips where Debian's package is not there, or fails where it is required."""
    if CHROMIUM is None:
        (pytest.fail if REQUIRED else pytest.skip)("no browser: as root, `apt-get install chromium`")
    with sync_playwright() as driver:
        # Chromium's sandbox refuses to run as root, as checks in containers do; it opens our page only.
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(demo: DemoFolder, tags: Sequence[Path]) -> Iterator[str]:
    """A server over the demo's store and case, with a queue that nobody works through; and its address."""
    with TemporaryDirectory() as folder:
        shop = shop_in(Path(folder), demo.store)
        with (
            queue_in(shop) as queue,
            answering(
                Server(
                    bench=OpenBench(demo.store, tags=tags),
                    pages=Pages(b"key"),
                    cases={"demo": CaseFolder(demo.path / "case")},
                    prices=(demo.prices,),
                    jobs=JobDesk(queue=queue, folder=WorkFolder(shop.work)),
                )
            ) as url,
        ):
            yield url


@contextmanager
def answering(behind: Server) -> Iterator[str]:
    """A server in a thread, and the address of it."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        host = f"{HOST}:{listening.getsockname()[1]}"
        app = serve_app(behind, token=TOKEN, hosts=[host])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://{host}"
        server.should_exit = True
        thread.join()


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = WIDE,
    scheme: Literal["light", "dark"] = "light",
    token: str = TOKEN,
) -> Iterator[Site]:
    """Sign in as the printed address does it, and go by what the page did when it is closed."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_VIOLATIONS)
    site = Site(url, context.new_page())
    site.page.on("console", site.note_message)
    site.page.on("pageerror", lambda error: site.troubles.append(f"page: {error}"))
    site.page.on("request", site.note_request)
    try:
        site.open(f"/#token={token}")
        yield site
    finally:
        context.close()
