"""Parts of the pages that could not be read, in Chromium: they say so, and never pass for nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import OpenBench
from cointrail.workbench.case_folder import CaseFolder
from support.browser import answering, visit
from support.demo_world import DemoFolder
from support.job_shops import queue_in, shop_in
from support.kept_cases import REFERENCE, kept_case

pytestmark = pytest.mark.slow

REFUSED = {"title": "The server is busy", "detail": "too much at once", "status": 503}
WHY = "The server is busy: too much at once"


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    folder = tmp_path_factory.mktemp("unread")
    shop = shop_in(folder, demo.store)
    with queue_in(shop) as queue:
        server = Server(
            bench=OpenBench(demo.store, tags=[demo.tags]),
            pages=Pages(b"key"),
            cases={"demo": CaseFolder(demo.path / "case")},
            place=str(kept_case(tmp_path_factory, demo, folder)),
            who="ann",
            prices=(demo.prices,),
            jobs=JobDesk(queue=queue, folder=WorkFolder(shop.work)),
        )
        with answering(server) as url:
            yield url


def refuse(page: Page, what: str) -> None:
    page.route(f"**/api/v1/{what}", lambda route: route.fulfill(status=503, json=REFUSED))


def test_the_card_of_a_case_says_which_of_its_parts_could_not_be_read(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        card = site.page.locator(".cards li", has_text=REFERENCE)
        site.open("/")
        expect(card).not_to_contain_text("could not be read")
        refuse(site.page, "jobs?*")
        refuse(site.page, "cases/*/requests?*")
        site.open("/")
        expect(card).to_contain_text(f"requests could not be read: {WHY}")
        expect(card).to_contain_text(f"jobs could not be read: {WHY}")
        assert site.barriers() == []


def test_a_case_says_when_nobody_knows_whether_it_is_run(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        refuse(site.page, "jobs?*")
        site.open(f"/case/{REFERENCE}")
        expect(site.page.get_by_text(f"could not be read: {WHY}")).to_be_visible()


def test_entries_that_came_are_counted_though_they_cannot_be_read(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        entries = len(page.request.get(f"{url}/api/v1/cases/{REFERENCE}/news").json()["entries"])
        site.open("/")
        seen = json.dumps({REFERENCE: {"entries": 0, "run": None}})
        page.evaluate("(seen) => localStorage.setItem('cointrail.seen', seen)", seen)
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url) if "/news?" in one.url else None)
        site.open(f"/case/{REFERENCE}")
        news = page.get_by_role("region", name="New since your last visit")
        expect(news.locator("li", has_text="UTC")).to_have_count(min(entries, 5))
        assert asked == [f"{url}/api/v1/cases/{REFERENCE}/news?since={max(0, entries - 5)}"]
        if entries > 5:
            expect(news).to_contain_text(f"and {entries - 5} more")
        page.evaluate("(seen) => localStorage.setItem('cointrail.seen', seen)", seen)
        refuse(page, "cases/*/news?*")
        site.open(f"/case/{REFERENCE}")
        expect(news).to_contain_text(f"{entries} entries came to the journal and could not be read: {WHY}")
