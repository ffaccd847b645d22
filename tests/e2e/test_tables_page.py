"""Tables of the page in Chromium: sorted, filtered, cited and saved; a part is never sorted as the whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from cointrail.workbench import LookupBench
from support.browser import served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def test_a_list_that_is_all_here_is_filtered_and_saved_as_it_is_seen(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open("/rules")
        table = page.get_by_role("table", name="Rules")
        all_rows = table.locator("tbody.rows tr").count()
        table.get_by_role("button", name="Filter by tier").click()
        form = page.get_by_role("form", name="Filter Rules")
        expect(form.get_by_label("Text")).to_be_focused()
        form.get_by_label("How").select_option("is")
        form.get_by_label("Text").fill("T3")
        page.keyboard.press("Enter")
        expect(page.get_by_role("list", name="Filters in force on Rules")).to_contain_text("tier is “T3”")
        seen = table.locator("tbody.rows tr").count()
        assert 0 < seen < all_rows
        expect(page.get_by_text(f"{seen} of {all_rows} rules pass")).to_be_visible()
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as XLSX").click()
        assert saving.value.suggested_filename == f"rules-filtered-{seen}-of-{all_rows}.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(Path(saving.value.path()).read_bytes()))
        heads, *rows = book["rows"].values
        assert {row[heads.index("tier")] for row in rows} == {"T3"}
        assert len(rows) == seen
        assert ("filter", "tier is T3") in list(book["about"].values)
        assert site.barriers() == []
        assert site.troubles == []


def test_a_row_is_cited_by_keyboard_with_its_time_and_basis(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        payment = demo.payments()[0]
        site.open(f"/address/{payment['address']}")
        first = page.get_by_role("table", name="Outputs").locator("tbody.rows tr").first
        first.get_by_role("button", name="as citation").press("Enter")
        expect(page.get_by_text("copied the citation of row 1").first).to_be_visible()
        told = page.evaluate("navigator.clipboard.readText()")
        assert told.startswith(f"Outputs of address {payment['address']}: block time 20")
        assert first.locator("a[href^='/tx/']").first.get_attribute("aria-label") in told
        assert " UTC" in told
        assert "as of block " in told
        assert "store " in told
        assert site.troubles == []


def test_a_list_of_many_pages_is_fetched_whole_before_it_is_sorted(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    name = demo.seeds()[0]
    bench = LookupBench(demo.store)
    payments = bench.cluster_payments(name, limit=100_000).payments
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/cluster/{name}")
        table = page.get_by_role("table", name="Payments", exact=True)
        expect(page.get_by_text("In the order of the server").last).to_be_visible()
        table.get_by_role("button", name="BTC", exact=True).press("Enter")
        table.get_by_role("button", name="BTC", exact=True).press("Enter")
        expect(table.locator("th[aria-sort='descending']")).to_have_count(1)
        greatest = f"{max(one.value_sat for one in payments) / 1e8:,.8f}"
        expect(table.locator("tbody.rows tr").first).to_contain_text(greatest)
        expect(table).to_have_attribute("aria-rowcount", str(len(payments) + 1))
        assert site.troubles == []


def traced(page: Page) -> int:
    """Draw a trace on from the first output of what is drawn, and say how many nodes there are then."""
    expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()
    page.locator(".canvas").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Trace on").click()
    expect(page.get_by_label("Taint by")).to_be_visible()
    expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()
    return int((page.locator(".canvas").get_attribute("aria-label") or "").split()[2])


def test_the_table_of_a_drawing_keeps_order_and_filter_and_focus_through_a_step(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        count = traced(page)
        things = page.get_by_role("table", name="What is drawn")
        things.get_by_role("button", name="Filter by kind").click()
        form = page.get_by_role("form", name="Filter What is drawn")
        form.get_by_label("How").select_option("is")
        form.get_by_label("Text").fill("output")
        page.keyboard.press("Enter")
        things.get_by_role("button", name="BTC", exact=True).press("Enter")
        things.get_by_role("button", name="BTC", exact=True).press("Enter")
        expect(things.locator("th[aria-sort='descending']")).to_have_count(1)
        outputs = int(things.get_attribute("aria-rowcount") or "0") - 1
        expect(page.get_by_text(f"{outputs} of {count} nodes pass")).to_be_visible()
        second = things.locator("tbody.rows tr").nth(1)
        chosen = second.get_by_role("checkbox")
        chosen.check()
        next_one = second.get_by_role("button", name="Hide").get_attribute("aria-label") or ""
        things.locator("tbody.rows tr").first.get_by_role("button", name="Hide").press("Enter")
        expect(page.get_by_text(f"{outputs - 1} of {count - 1} nodes pass")).to_be_visible()
        expect(things.get_by_role("button", name=next_one, exact=True).first).to_be_focused()
        expect(things.locator("tbody.rows tr").first.get_by_role("checkbox")).to_be_checked()
        expect(things.locator("th[aria-sort='descending']")).to_have_count(1)
        expect(things.locator("tbody.rows [tabindex='0']")).to_have_count(1)
        assert site.barriers() == []
        assert site.troubles == []


def test_the_tables_of_a_drawing_are_saved_whole_with_their_claims_and_their_basis(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        count = traced(page)
        tip = page.request.get(f"{url}/api/v1/status").json()["store"]["tip"]["hash"]
        page.get_by_text("Copy or save").first.click()
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as CSV").click()
        assert saving.value.suggested_filename == "drawn-nodes.csv"
        rows = list(csv.DictReader(io.StringIO(Path(saving.value.path()).read_text(encoding="utf-8"))))
        assert len(rows) == count
        coins = [row for row in rows if row["kind"] == "output"]
        assert all(re.fullmatch(r"[0-9a-f]{64}:\d+", row["name"]) for row in coins)
        assert all(int(row["value_sat"]) > 0 for row in coins)
        assert {row["policy"] for row in coins if row["carried_sat"]} == {"fifo"}
        assert {row["certainty"] for row in rows} <= {"fact", "inference", "claim"}
        assert all(bool(row["claim_source"]) == (row["certainty"] == "claim") for row in coins)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as XLSX").click()
        book = openpyxl.load_workbook(io.BytesIO(Path(saving.value.path()).read_bytes()))
        assert len(list(book["rows"].values)) == count + 1
        assert tip in str(dict(book["about"].values)["table"])
        assert site.troubles == []


def test_a_link_that_holds_a_cluster_is_a_row_and_judged_from_there(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/cluster/{demo.seeds()[0]}")
        told = page.request.get(f"{url}/api/v1/clusters/{demo.seeds()[0]}/tiers?limit=1000").json()
        links = page.get_by_role("table", name="Links that alone hold a part")
        expect(links).to_have_attribute("aria-rowcount", str(len(told["bridges"]) + 1))
        links.get_by_role("button", name="cut off: scripts", exact=True).press("Enter")
        expect(links.locator("th[aria-sort='ascending']")).to_have_count(1)
        least = min(one["scripts"] for one in told["bridges"])
        expect(links.locator("tbody.rows tr").first.locator("td.num").nth(1)).to_have_text(f"{least:,}")
        row = links.locator("tbody.rows tr").first
        first = row.locator("a[href^='/address/']").first.get_attribute("aria-label") or ""
        row.get_by_role("button", name="Judge this link").press("Enter")
        form = page.get_by_role("region", name="Judgement on a link")
        expect(form).to_be_focused()
        expect(form.locator(f"[title='{first}']")).to_be_visible()
        expect(form.get_by_text("A judgement belongs to a case")).to_be_visible()
        assert site.barriers() == []
        assert site.overhang() == 0
        assert site.troubles == []
