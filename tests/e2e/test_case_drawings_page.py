"""Drawings of a kept case in a real browser: kept after each step, put on the case, never written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import CaseBench, OpenBench
from cointrail.workbench.case_folder import CaseFolder
from support.browser import NARROW, answering, drawing_file, visit
from support.demo_world import DemoFolder
from support.job_shops import queue_in, shop_in
from support.kept_api import NAME, WHO

pytestmark = pytest.mark.slow

GRAPH = f"/case/{NAME}/graph"


@pytest.fixture(name="url")
def _url(demo: DemoFolder, browser: Browser, tmp_path: Path) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    shop = shop_in(tmp_path, demo.store)
    with CaseBench(shop.place, WHO) as cases:
        cases.take_file(demo.case, network="regtest")
    with (
        queue_in(shop) as queue,
        answering(
            Server(
                bench=OpenBench(demo.store, tags=[demo.tags]),
                pages=Pages(b"key"),
                cases={"demo": CaseFolder(demo.path / "case")},
                place=shop.place,
                who=WHO,
                prices=(demo.prices,),
                jobs=JobDesk(queue=queue, folder=WorkFolder(shop.work)),
            )
        ) as url,
    ):
        yield url


def drawn(page: Page) -> int:
    """How many nodes there are, once it is at rest."""
    page.wait_for_function(
        "() => parseInt((document.querySelector('.canvas')?.ariaLabel ?? '').split(' ')[2]) > 0"
    )
    expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()
    said = page.locator(".canvas").get_attribute("aria-label") or ""
    return int(said.split()[2].replace(",", ""))


def hide_one(page: Page) -> None:
    """A step of somebody's own."""
    page.get_by_role("table", name="What is drawn").get_by_role("button", name="Hide").first.click()


def test_a_step_outlives_the_tab_and_a_drawing_on_the_case_outlives_steps(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(GRAPH)
        whole = drawn(page)
        expect(page.get_by_text("not kept yet")).to_be_visible()
        hide_one(page)
        expect(page.get_by_text("kept at 2")).to_be_visible()
        assert site.troubles == []
    with visit(browser, url, size=NARROW) as site:
        page = site.page
        site.open(GRAPH)
        assert drawn(page) == whole - 1
        page.get_by_text("Drawings of this case").click()
        page.get_by_label("What it shows").fill("without <b>one</b>")
        page.get_by_role("button", name="Put this drawing on the case").click()
        expect(page.get_by_text("It is drawing 1 of the case")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        assert drawn(page) == whole
        expect(page.get_by_text("version 2")).to_be_visible()
        assert site.barriers() == []
        assert site.overhang() <= 0
        page.get_by_role("button", name="Go on from it").click()
        expect(page.get_by_text("Drawing 1 is open as a new draft")).to_be_visible()
        assert drawn(page) == whole - 1
        site.open(f"/case/{NAME}/journal")
        expect(page.get_by_text("put a drawing on the case")).to_be_visible()
        assert site.troubles == []


def test_relations_that_were_drawn_are_there_after_a_reload(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(GRAPH)
        drawn(page)
        page.get_by_role("button", name="Relations", exact=True).click()
        expect(page.get_by_role("table", name="What is drawn")).to_contain_text("cluster")
        whole = drawn(page)
        hide_one(page)
        left = drawn(page)
        assert left < whole
        expect(page.get_by_text("kept at 2")).to_be_visible()
        site.open(GRAPH)
        drawn(page)
        expect(page.get_by_text("kept at 2")).to_be_visible()
        page.get_by_role("button", name="Relations", exact=True).click()
        expect(page.get_by_role("table", name="What is drawn")).to_contain_text("cluster")
        assert drawn(page) == left
        assert site.troubles == []


def test_two_tabs_never_write_over_each_other(browser: Browser, url: str) -> None:
    with visit(browser, url) as one, visit(browser, url) as other:
        for site in (one, other):
            site.open(GRAPH)
            drawn(site.page)
        hide_one(one.page)
        expect(one.page.get_by_text("kept at 2")).to_be_visible()
        hide_one(other.page)
        hide_one(other.page)
        alert = other.page.get_by_role("alert")
        expect(alert).to_contain_text("kept a newer version")
        left = drawn(other.page)
        alert.get_by_role("button", name="Keep mine under another name").click()
        expect(other.page.get_by_text("Kept as “Drawing 2”")).to_be_visible()
        expect(alert).to_have_count(0)
        other.page.get_by_text("Drawings of this case").click()
        other.page.get_by_role("button", name="Open", exact=True).and_(other.page.locator(":enabled")).click()
        expect(other.page.get_by_text("Draft “Drawing 1” is open")).to_be_visible()
        assert drawn(other.page) == left + 1
        assert [told for told in other.troubles if "409" not in told] == []


def test_a_saved_file_becomes_a_draft_of_its_own_and_the_draft_at_work_stays(
    browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(GRAPH)
        whole = drawn(page)
        saved = drawing_file(site, "Save the drawing")
        hide_one(page)
        expect(page.get_by_text("kept at 2")).to_be_visible()
        chosen = page.get_by_label("Saved drawing")
        chosen.set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": b'{"format": 1}'})
        expect(page.get_by_text("this is no graph of Cointrail")).to_be_visible()
        assert drawn(page) == whole - 1
        chosen.set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": saved.encode()})
        expect(page.locator(".kept")).to_contain_text("Drawing 2: kept at 2")
        assert drawn(page) == whole
        page.get_by_text("Drawings of this case").click()
        page.get_by_role("button", name="Open", exact=True).and_(page.locator(":enabled")).click()
        expect(page.get_by_text("Draft “Drawing 1” is open")).to_be_visible()
        assert drawn(page) == whole - 1
        assert site.troubles == []


def test_a_draft_that_another_tab_removed_is_kept_again(browser: Browser, url: str) -> None:
    with visit(browser, url) as one, visit(browser, url) as other:
        one.open(GRAPH)
        drawn(one.page)
        hide_one(one.page)
        expect(one.page.get_by_text("kept at 2")).to_be_visible()
        other.open(GRAPH)
        drawn(other.page)
        other.page.get_by_text("Drawings of this case").click()
        other.page.get_by_role("button", name="New drawing").click()
        other.page.get_by_role("button", name="Remove Drawing 1").click()
        other.page.get_by_role("button", name="Remove for good").click()
        expect(other.page.get_by_text("Draft “Drawing 1” is removed")).to_be_visible()
        hide_one(one.page)
        left = drawn(one.page)
        alert = one.page.get_by_role("alert")
        expect(alert).to_contain_text("This draft was removed")
        assert one.barriers() == []
        alert.get_by_role("button", name="Keep it again").click()
        expect(one.page.get_by_text("Kept again as “Drawing 1”")).to_be_visible()
        expect(alert).to_have_count(0)
        one.open(GRAPH)
        assert drawn(one.page) == left
        assert [told for told in one.troubles if "409" not in told] == []
