"""Drawings in a currency, in a real browser: on both levels, with source, in every file."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import drawing_file, served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

SAYS = "at the time of the block"
SOURCE = "invented price of a simulated world"


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def edges(page: Page) -> str:
    return page.get_by_role("table", name="How it hangs together").inner_text()


def test_coins_are_worth_what_they_were_when_they_moved(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        expect(page.locator(".legend")).to_contain_text(f"values in USD {SAYS}, by {SOURCE}")
        assert "USD" in edges(page)
        picture = drawing_file(site, "SVG")
        assert f"values in USD {SAYS}" in picture
        assert SOURCE in picture
        page.get_by_label("Values at block time in").select_option("KRW")
        expect(page.locator(".legend")).to_contain_text("reference rate")
        expect(page.get_by_role("table", name="How it hangs together")).to_contain_text("KRW")
        assert "USD" not in edges(page).replace("USD (KRW)", "")
        page.get_by_label("Values at block time in").select_option("")
        expect(page.locator(".legend")).not_to_contain_text("values in")
        assert "values in" not in drawing_file(site, "SVG")
        assert site.troubles == []


def test_relations_are_sums_of_valued_transactions(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/cluster/{demo.seeds()[0]}")
        expect(page.locator(".legend")).to_contain_text("each transaction at the rate of its time")
        expect(page.get_by_role("table", name="How it hangs together")).to_contain_text("USD")
        graphml = ET.fromstring(drawing_file(site, "GraphML"))
        space = "{http://graphml.graphdrawing.org/xmlns}"
        worths = [
            {part.get("key"): part.text for part in edge.iter(f"{space}data")}
            for edge in graphml.iter(f"{space}edge")
        ]
        paid = [one for one in worths if "sat" in one]
        assert paid
        assert all(one["currency"] == "USD" and SOURCE in str(one["worth_source"]) for one in paid)
        assert all(float(str(one["worth"])) > 0 for one in paid)
        assert site.troubles == []
