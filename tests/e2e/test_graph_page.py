"""Drawings in a real browser: by mouse, by keyboard, as tables and as files; quiet and open to everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import NARROW, WIDE, Site, drawing_file, served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def nodes(page: Page) -> int:
    """How many nodes the drawing says that it has."""
    said = page.locator(".canvas").get_attribute("aria-label") or ""
    return int(said.split()[2].replace(",", ""))


def drawn(page: Page, least: int = 1) -> None:
    """Wait for a drawing of so many nodes, at rest."""
    page.wait_for_function(
        "least => parseInt((document.querySelector('.canvas')?.ariaLabel ?? '').split(' ')[2]) >= least",
        arg=least,
    )
    expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()


def places(site: Site) -> dict[str, tuple[float, float]]:
    """Where each node is, from the file that the page saves."""
    items: dict[str, Any] = {}
    log = json.loads(drawing_file(site, "Save the drawing"))["log"]
    for step in log["steps"][: log["done"]]:
        for change in step["changes"]:
            items[change["id"]] = change["after"]
    return {key: (one["x"], one["y"]) for key, one in items.items() if one and one["kind"] == "node"}


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_drawings_are_open_to_everybody_and_quiet(
    demo: DemoFolder,
    browser: Browser,
    url: str,
    scheme: Literal["light", "dark"],
    size: tuple[int, int],
) -> None:
    txid = demo.payments()[0]["outpoint"][:64]
    with visit(browser, url, size=size, scheme=scheme) as site:
        for path in ("/graph", f"/graph/tx/{txid}", "/case/demo/graph", f"/graph/cluster/{demo.seeds()[0]}"):
            site.open(path)
            if path != "/graph":
                drawn(site.page, 3)
            assert site.page.get_by_role("alert").count() == 0, path
            assert site.page.locator("h1").count() == 1, path
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert site.page.evaluate(wide) == 0, path
            assert site.barriers() == [], path
        site.page.get_by_role("button", name="Keys and signs").click()
        assert site.barriers() == []
        assert site.troubles == []


def test_a_case_begins_with_the_way_from_the_exchange_to_the_payment(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        site.open("/case/demo/leads")
        site.page.get_by_role("link", name="draw").first.click()
        drawn(site.page, 3)
        assert "#" not in site.page.url
        assert "?" not in site.page.url
        edges = site.page.get_by_role("table", name="How it hangs together")
        expect(edges.locator(".tag.inference").first).to_be_visible()
        things = site.page.get_by_role("table", name="What is drawn")
        expect(things.locator("tbody tr").first).to_contain_text("transaction")
        assert site.troubles == []


def test_a_trail_is_drawn_by_keyboard_alone_and_every_step_undone(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/tx/{demo.payments()[0]['outpoint'][:64]}")
        page.get_by_role("link", name="Open in the graph").press("Enter")
        drawn(page, 3)
        first, before = nodes(page), places(site)
        page.locator(".canvas").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("aside h2")).to_have_text("output")
        page.keyboard.press("e")
        drawn(page, first + 1)
        after = places(site)
        assert {key: after[key] for key in before} == before
        page.locator(".canvas").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("a")
        page.keyboard.type("seen at the desk")
        page.keyboard.press("Tab")
        expect(page.get_by_role("table", name="What is drawn")).to_contain_text("seen at the desk")
        page.locator(".canvas").focus()
        count = nodes(page)
        page.keyboard.press("h")
        page.wait_for_function(
            "count => parseInt(document.querySelector('.canvas').ariaLabel.split(' ')[2]) < count", arg=count
        )
        for _ in range(20):
            page.keyboard.press("Control+z")
        assert nodes(page) == 0
        for _ in range(20):
            page.keyboard.press("Control+y")
        assert nodes(page) < count
        page.reload()
        drawn(page, first)
        page.get_by_role("button", name="Show hidden").click()
        expect(page.get_by_role("table", name="What is drawn")).to_contain_text("seen at the desk")
        assert site.troubles == []


def test_a_trace_is_read_by_each_policy_in_place_and_up_to_a_day(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        drawn(page, 3)
        page.locator(".canvas").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Trace on").click()
        expect(page.get_by_label("Taint by")).to_be_visible()
        before = places(site)
        for policy in ("haircut", "poison", "fifo"):
            page.get_by_label("Taint by").select_option(policy)
            expect(page.get_by_role("columnheader", name=f"by {policy}, BTC")).to_be_visible()
        assert places(site) == before
        every = nodes(page)
        page.get_by_role("slider").press("Home")
        assert nodes(page) < every
        expect(page.get_by_text("nothing was asked anew")).to_be_visible()
        page.get_by_role("slider").press("End")
        assert nodes(page) == every
        assert site.troubles == []


def test_relations_list_the_largest_and_count_the_rest(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/cluster/{demo.seeds()[0]}")
        drawn(page, 5)
        things = page.get_by_role("table", name="What is drawn")
        more = things.get_by_role("row").filter(has_text="not drawn")
        expect(more).to_contain_text("it paid them")
        few = nodes(page)
        more.get_by_role("button", name="Expand").click()
        drawn(page, few + 1)
        expect(page.get_by_role("table", name="How it hangs together")).to_contain_text("T2, wrong ≤")
        assert site.troubles == []


def test_files_say_what_they_show_and_on_what_they_rest(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        site.open("/case/demo/graph")
        drawn(site.page, 3)
        tip = site.page.request.get(f"{url}/api/v1/cases/demo").json()["summary"]["tip"]
        picture, graph = drawing_file(site, "SVG"), drawing_file(site, "GraphML")
        for text in (picture, graph):
            assert tip["hash"] in text
            assert " UTC" in text
            assert "nodes" in text
            ET.fromstring(text)
        assert "foreignObject" not in picture
        assert "inference, with its tier" in picture
        shown = ET.fromstring(graph).findall(".//{*}node")
        assert len(shown) == nodes(site.page)
        assert site.troubles == []


def test_the_money_of_a_case_is_drawn_and_added_up(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        site.open("/case/demo")
        summary = site.page.request.get(f"{url}/api/v1/cases/demo").json()["summary"]
        site.page.get_by_text("Where payments came from, as a table").click()
        cells = site.page.get_by_role("table", name="Where payments came from").locator("td.num")
        sat = sum(round(float(cell.replace(",", "")) * 1e8) for cell in cells.all_inner_texts())
        assert sat >= int(summary["payments"]["value_sat"])
        assert site.troubles == []


def test_a_peel_chain_is_one_edge_that_opens_and_closes(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        output = _peeling(site, demo)
        site.open(f"/graph/tx/{output[:64]}")
        drawn(page, 3)
        page.get_by_label("Find in the drawing").fill(output)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Peel chain on").click()
        edges = page.get_by_role("table", name="How it hangs together")
        expect(edges).to_contain_text("peel chain: ")
        closed = nodes(page)
        edges.get_by_role("button", name="Open").click()
        expect(page.get_by_role("button", name="Close the peel chain")).to_be_visible()
        opened = nodes(page)
        assert opened > closed
        page.get_by_role("button", name="Close the peel chain").click()
        expect(edges).to_contain_text("peel chain: ")
        assert nodes(page) <= closed
        edges.get_by_role("button", name="Open").click()
        expect(edges).not_to_contain_text("peel chain: ")
        assert nodes(page) == opened
        assert site.troubles == []


def _peeling(site: Site, demo: DemoFolder) -> str:
    """An output at which a chain of some hops begins."""
    for row in demo.payments():
        for place in range(2):
            output = f"{row['outpoint'][:64]}:{place}"
            told = site.page.request.post(f"{site.url}/api/v1/peels", data={"output": output})
            if told.ok and told.json()["chains"][0]["hops"] > 1:
                return output
    pytest.fail("no output of the demo begins a peel chain")
