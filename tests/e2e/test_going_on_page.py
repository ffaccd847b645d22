"""On a page, a walk that a bound ended goes on from where it was, by keyboard, and says how far it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from cointrail.tracing.bounds import Bounds
from cointrail.workbench import OpenBench
from cointrail.workbench.trace_bench import TraceBench
from support.browser import Site, served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

FEW = 20
"""Outputs."""


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


@pytest.fixture(scope="module", name="seed")
def _seed(demo: DemoFolder, bench: TraceBench) -> str:
    """An output whose trace goes far beyond `FEW`."""
    for row in demo.payments():
        found = bench.trace([row["outpoint"]], forward=False, policies=["haircut"])
        if found.runs[0].outputs > 4 * FEW:
            return row["outpoint"]
    raise AssertionError("nothing in the demo is traced far")


def _status(page: Page) -> Any:
    return page.get_by_role("status").filter(has_text="Went on")


def _press(page: Page) -> None:
    """As somebody does who has no mouse."""
    page.get_by_role("button", name="Go on from here").focus()
    page.keyboard.press("Enter")


def _traced(site: Site, seed: str) -> None:
    page = site.page
    site.open(f"/trace#from={seed}&direction=backward")
    page.get_by_label("each output carries its share").check()
    page.get_by_text("How far").click()
    page.get_by_label("Outputs, at most").fill(str(FEW))
    page.get_by_role("button", name="Trace", exact=True).click()


def test_a_trace_goes_on_from_its_bound_until_nothing_is_left(
    browser: Browser, url: str, bench: TraceBench, seed: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        _traced(site, seed)
        expect(
            page.get_by_role("button", name=f"Go on from here, by up to {FEW} more outputs")
        ).to_be_visible()
        site.settle()
        assert site.barriers() == []
        page.reload()
        expect(page.get_by_label("each output carries its share")).to_be_checked()
        expect(page.get_by_role("button", name="Go on from here")).to_be_visible()
        _press(page)
        came = [
            bench.trace([seed], forward=False, policies=["haircut"], bounds=Bounds(max_outputs=most)).runs[0]
            for most in (FEW, 2 * FEW)
        ]
        more = came[1].outputs - came[0].outputs
        expect(_status(page)).to_contain_text(f"haircut by {more} outputs, again ended by the output limit")
        expect(page.get_by_role("button", name=f"by up to {2 * FEW} more outputs")).to_be_focused()
        while page.get_by_role("button", name="Go on from here").count():
            before = _status(page).inner_text()
            _press(page)
            expect(_status(page)).not_to_have_text(before)
        expect(_status(page)).to_contain_text("to its own ends")
        whole = bench.trace([seed], forward=False, policies=["haircut"]).runs[0]
        expect(page.locator("main")).to_contain_text(
            f"{whole.outputs} outputs in {whole.transactions} transactions."
        )
        focused = page.evaluate("document.activeElement.textContent")
        assert "to its own ends" in focused
        assert site.troubles == []


def test_going_on_asks_by_the_token_alone(browser: Browser, url: str, seed: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        _traced(site, seed)
        asked: list[Any] = []

        def note(one: Request) -> None:
            if "/traces" in one.url:
                asked.append(one.post_data_json)

        page.on("request", note)
        _press(page)
        expect(_status(page)).to_be_visible()
        assert [sorted(one) for one in asked] == [["limit", "token"]]
        assert site.troubles == []


def test_peel_chains_go_on_by_hops_and_by_branches(
    demo: DemoFolder, browser: Browser, url: str, bench: OpenBench
) -> None:
    start = next(
        row["outpoint"]
        for row in demo.payments()
        if (found := bench.peel(row["outpoint"])).chains[0].hops >= 2 or found.branches_left
    )
    with visit(browser, url) as site:
        page = site.page
        site.open("/peel")
        page.get_by_label("From the output").fill(start)
        page.get_by_label("Hops, at most").fill("1")
        page.get_by_role("button", name="Follow", exact=True).click()
        left = page.get_by_role("button", name="Go on from here")
        expect(left).to_be_visible()
        assert site.barriers() == []
        _press(page)
        expect(_status(page)).to_contain_text("Went on by")
        assert site.troubles == []
