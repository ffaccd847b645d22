"""Values that the server does not tell, in a real browser: no file passes them off as without a rate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import drawing_file, served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

REFUSED = {
    "status": 503,
    "json": {"title": "The server is busy", "detail": "too much at once", "status": 503},
}
SAYS = "could not be fetched (The server is busy: too much at once); try again, or choose no currency"


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def refuse(page: Page, what: str) -> None:
    page.route(f"**/api/v1/{what}", lambda route: route.fulfill(**REFUSED))


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
def test_a_table_is_not_saved_without_its_values_and_is_once_they_come(
    demo: DemoFolder, browser: Browser, url: str, kind: str
) -> None:
    payment = demo.payments()[0]
    with visit(browser, url) as site:
        page = site.page
        saved: list[str] = []
        page.on("download", lambda file: saved.append(file.suggested_filename))
        refuse(page, "values")
        site.open(f"/tx/{payment['outpoint'][:64]}")
        page.get_by_text("Copy or save").first.click()
        page.get_by_role("button", name=f"Save as {kind}").first.click()
        expect(page.get_by_text(f"values in USD {SAYS}").first).to_contain_text("nothing was saved")
        assert saved == []
        page.unroute("**/api/v1/values")
        with page.expect_download() as saving:
            page.get_by_role("button", name=f"Save as {kind}").first.click()
        if kind == "CSV":
            text = Path(saving.value.path()).read_text(encoding="utf-8")
            assert all(float(row["worth"]) > 0 for row in csv.DictReader(io.StringIO(text)))
        expect(page.get_by_text("saved all").first).to_be_visible()
        assert all("503" in trouble for trouble in site.troubles)


def test_a_drawing_says_how_many_of_its_amounts_were_not_valued(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        refuse(page, "values")
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        says = "no value yet, or it could not be fetched"
        expect(page.locator(".legend")).to_contain_text(says)
        assert says in drawing_file(site, "SVG")
        assert says in drawing_file(site, "GraphML")
        assert "lack a rate" not in drawing_file(site, "GraphML")


def test_sums_of_relations_are_waited_for_before_they_are_saved(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        refuse(page, "graph/relations/worths")
        site.open(f"/graph/cluster/{demo.seeds()[0]}")
        expect(page.locator(".legend")).to_contain_text("no value yet, or it could not be fetched")
        page.get_by_text("Copy or save").last.click()
        page.get_by_role("button", name="Save as CSV").last.click()
        expect(page.get_by_text(SAYS)).to_contain_text("nothing was saved")
        page.unroute("**/api/v1/graph/relations/worths")
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as CSV").last.click()
        text = Path(saving.value.path()).read_text(encoding="utf-8")
        paid = [row for row in csv.DictReader(io.StringIO(text)) if row["value_sat"]]
        assert paid
        assert all(float(row["worth"]) > 0 for row in paid)


def test_price_tables_that_cannot_be_read_are_said_and_asked_for_again(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        refuse(page, "prices")
        site.open(f"/tx/{demo.payments()[0]['outpoint'][:64]}")
        expect(page.get_by_text("Price tables could not be read, so no amount has a value")).to_be_visible()
        assert site.barriers() == []
        page.unroute("**/api/v1/prices")
        page.get_by_role("button", name="Ask again").click()
        expect(page.get_by_label("Values at block time in")).to_have_value("USD")
