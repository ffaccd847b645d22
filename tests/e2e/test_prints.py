"""What stands on paper: all of a chart, whole names, and the heads of a table on each of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, expect

from support.browser import served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

PAPER_WIDE = 703
"""CSS pixels of A4 between its margins."""


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def test_a_printed_page_names_its_tip_and_its_ids_whole(
    demo: DemoFolder, browser: Browser, url: str, tmp_path: Path
) -> None:
    payment = demo.payments()[0]
    with visit(browser, url) as site:
        site.open(f"/address/{payment['address']}")
        expect(site.page.locator(".paper")).to_be_hidden()
        site.page.pdf(path=(file := tmp_path / "address.pdf"), format="A4")
    said = "".join(_pages(file))
    for whole in (payment["address"], payment["outpoint"], "Cointrail, from block"):
        assert "".join(whole.split()) in said
    assert "page1of" in said
    assert "Search" not in said


def test_each_page_of_a_printed_table_has_all_heads_of_its_columns(
    demo: DemoFolder, browser: Browser, url: str, tmp_path: Path
) -> None:
    """On the screen they are buttons, which no browser repeats."""
    with visit(browser, url) as site:
        site.open("/case/demo/payments")
        heads = site.page.locator("th[data-head]").evaluate_all("all => all.map(one => one.dataset.head)")
        site.page.pdf(path=(table := tmp_path / "payments.pdf"), format="A4")
    first, second, *more = _pages(table)
    assert len(heads) > 5
    for head in ("".join(head.split()) for head in heads):
        assert head in first
        assert head in second
    assert f"Rows1to100of{len(demo.payments()):,}rowsareprinted" in "".join([first, second, *more])


def test_a_printed_chart_is_no_wider_than_the_paper(browser: Browser, url: str) -> None:
    """On the screen it is as wide as the window; what hung over the paper was cut off unsaid."""
    wide = "node => [node.getBoundingClientRect().width, getComputedStyle(node).minWidth]"
    with visit(browser, url) as site:
        site.open("/case/demo")
        months = site.page.get_by_role("img", name="Payments by month in BTC")
        assert months.evaluate(wide)[0] > PAPER_WIDE
        site.page.emulate_media(media="print")
        expect(months).to_have_attribute("width", "700")
        for chart in site.page.locator("figure svg").all():
            assert chart.evaluate(wide)[1] in {"0px", "auto"}


def test_a_wide_drawing_is_printed_in_parts_with_all_that_it_says_of_itself(
    demo: DemoFolder, browser: Browser, url: str, tmp_path: Path
) -> None:
    with visit(browser, url) as site:
        page = site.page
        page.add_init_script("window.print = () => (window.asked = true)")
        site.open(f"/graph/tx/{demo.payments()[0]['outpoint'][:64]}")
        expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()
        page.locator(".canvas").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Trace on").click()
        expect(page.get_by_label("Taint by")).to_be_visible()
        page.get_by_text("Save, export, history").click()
        page.get_by_role("button", name="Print or PDF").click()
        page.wait_for_function("window.asked")
        many = page.locator("section.part").count()
        page.pdf(path=(file := tmp_path / "drawing.pdf"), format="A4")
        expect(page.locator("section.part")).to_have_count(0)
    first, *more = _pages(file)
    assert many > 1
    for words in (f"Itfollowsin{many}parts", "taintbyFIFO", "dashedline:inference", "asofblock"):
        assert words in first
    assert [f"Part{one}of{many}" in more[one - 1] for one in range(1, many + 1)] == [True] * many


def _pages(file: Path) -> list[str]:
    """The text of each page of a PDF, without spaces and ends of lines."""
    with pdfium.PdfDocument(file) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]
