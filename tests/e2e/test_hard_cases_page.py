"""What a page finds hard: very many rows, a join of 400, labels of any kind, a chain that moves under it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.errors import StoreError
from cointrail.workbench import OpenBench
from support.browser import NARROW, WIDE, Site, answering, served, visit
from support.demo_world import DemoFolder, demo_folder
from support.hard_world import HUB_TXS, JOINED, HardWorld, hard_world, read_blocks

pytestmark = pytest.mark.slow

FEW_ROWS = 80
"""Rows in the document, of whatever many the list has: those that are seen and some beyond each edge."""
GONE = "net::ERR_CONNECTION_REFUSED"

LABELS = {
    "long": "거래소 " + "L" * 9_996,
    "script": "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "bidi": "Kraken\u202emoc.\u2066live\u2069",
    "zero width": "Bit\u200bfinex\u2060\ufeff",
    "emoji": "🏴\u200d☠️👩‍👩‍👧‍👦🇰🇷",
    "korean": "업비트 두나무 주식회사",
    "arabic": "منصة تداول العملات (الرياض) 24",
}

LONGEST_SOURCE = "S" * 10_000


@pytest.fixture(scope="module", name="world")
def _world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> HardWorld:
    del browser  # without one there is nothing to look with
    return hard_world(tmp_path_factory)


@pytest.fixture(scope="module", name="url")
def _url(world: HardWorld) -> Iterator[str]:
    with answering(_server(world.store)) as url:
        yield url


@pytest.fixture(scope="module", name="demo")
def _demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    del browser
    return demo_folder(tmp_path_factory)


def _server(store: Path) -> Server:
    return Server(bench=OpenBench(store), pages=Pages(b"key"))


def _rows(page: Page) -> int:
    return page.locator("table[aria-label='Outputs'] tbody.rows tr").count()


def test_a_hub_shows_its_first_and_its_last_of_very_many_rows_with_few_in_the_document(
    world: HardWorld, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/address/{world.hub}")
        outputs = page.get_by_role("table", name="Outputs")
        expect(outputs).to_have_attribute("aria-rowcount", str(HUB_TXS + 1))
        assert 0 < _rows(page) < FEW_ROWS
        page.get_by_role("region", name="Rows of Outputs").evaluate("one => one.scrollTop = one.scrollHeight")
        expect(outputs.locator(f"tr[aria-rowindex='{HUB_TXS + 1}'] a").first).to_be_visible()
        assert 0 < _rows(page) < FEW_ROWS
        expect(page.get_by_text(f"{HUB_TXS:,} outputs", exact=True)).to_be_visible()
        assert site.barriers() == []
        assert site.troubles == []


def test_rows_are_walked_chosen_and_copied_by_keyboard_alone(
    world: HardWorld, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        site.open(f"/address/{world.hub}")
        table = page.get_by_role("table", name="Outputs")
        table.get_by_label("Choose row 1", exact=True).focus()
        page.keyboard.press("Space")
        for _ in range(60):
            page.keyboard.press("ArrowDown")
        expect(table.get_by_label("Choose row 61", exact=True)).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Control+Home")
        expect(table.get_by_label("Choose row 1", exact=True)).to_be_focused()
        page.get_by_role("button", name="Copy 2 chosen rows").press("Enter")
        expect(page.get_by_text("copied 2 rows")).to_be_visible()
        lines = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert lines[0].startswith("time_utc\tblock\toutpoint\tvalue_sat")
        assert len(lines) == 3
        assert site.troubles == []


def test_a_list_is_saved_whole_and_says_where_it_is_not(world: HardWorld, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        site.open(f"/address/{world.hub}")
        outputs = site.page.locator(".bar", has_text=f"{HUB_TXS:,} outputs")
        with site.page.expect_download() as saving:
            outputs.get_by_role("button", name="Save as CSV").click()
        rows = list(csv.DictReader(Path(saving.value.path()).read_text(encoding="utf-8").splitlines()))
        assert saving.value.suggested_filename == "outputs.csv"
        assert len({row["outpoint"] for row in rows}) == HUB_TXS
        assert site.troubles == []


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_a_join_of_four_hundred_is_drawn_in_groups_and_opens(
    world: HardWorld,
    browser: Browser,
    url: str,
    scheme: Literal["light", "dark"],
    size: tuple[int, int],
) -> None:
    with visit(browser, url, size=size, scheme=scheme) as site:
        page = site.page
        site.open(f"/tx/{world.join}")
        drawn = page.locator("figure svg text")
        expect(drawn.filter(has_text="and 360 more")).to_have_count(1)
        assert drawn.count() < 100
        page.get_by_role("button", name="Draw also the 360 inputs and 760 outputs of less value").click()
        expect(page.locator("figure path.input")).to_have_count(JOINED)
        expect(page.locator("figure path.output")).to_have_count(2 * JOINED)
        _apart(page)
        page.get_by_role("button", name="Look at it as a join").click()
        expect(page.get_by_role("table", name="Equal outputs")).to_be_visible()
        assert site.overhang() == 0
        assert site.barriers() == []
        assert site.troubles == []


def _apart(page: Page) -> None:
    """No name in the picture lies over another one."""
    ys = page.locator("figure svg text[text-anchor=end]").evaluate_all(
        "all => all.map(one => +one.getAttribute('y'))"
    )
    assert all(after - before >= 12 for before, after in zip(sorted(ys), sorted(ys)[1:], strict=False))


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_labels_of_any_length_and_script_stay_text_and_stay_inside(
    demo: DemoFolder, browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    tags = tmp_path / "labels.csv"
    addresses = [row["address"] for row in demo.payments()[: len(LABELS)]]
    with tags.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["address", "label", "source"])
        lines.writerows(zip(addresses, LABELS.values(), LABELS.values(), strict=True))
        lines.writerow([addresses[-1], "a source without end", LONGEST_SOURCE])
    with served(demo, [tags]) as url, visit(browser, url, size=size) as site:
        for kind, address in [
            ("address", addresses[0]),
            ("cluster", addresses[0]),
            ("address", addresses[-1]),
        ]:
            site.open(f"/{kind}/{address}")
            assert site.overhang() == 0, kind
            assert site.barriers() == [], kind
        text = site.page.locator("main").inner_text()
        assert LABELS["arabic"] in text
        assert "owned" not in site.page.title()
        assert LONGEST_SOURCE not in text
        row = site.page.get_by_role("row").filter(has_text="a source without end")
        row.get_by_role("button", name="Show all 10,000 letters").click()
        assert LONGEST_SOURCE in site.page.locator("main").inner_text()
        assert site.overhang() == 0
        assert site.barriers() == []
        site.open(f"/cluster/{addresses[0]}")
        text = site.page.locator("main").inner_text()
        assert not {"\u202e", "\u2066", "\u200b", "\u2060", "\ufeff"} & set(text)
        assert site.troubles == []


def test_an_empty_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with pytest.raises(StoreError) as refused:
        OpenBench(tmp_path / "store")
    assert refused.value.hint


def test_a_page_says_when_the_chain_went_on_and_when_it_was_replaced(
    world: HardWorld, browser: Browser, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(world.store, store)
    with answering(_server(store)) as url, visit(browser, url) as site:
        page = site.page
        site.open(f"/block/{world.tip}")
        old = page.locator("dd.mono").first.inner_text()
        read_blocks(world.path / "other", store)
        expect(page.get_by_text("The chain was reorganised")).to_be_visible()
        expect(page.locator("dd.mono").first).to_have_text(old)
        expect(page.get_by_text(f"Basis: block {world.tip} of regtest")).to_be_visible()
        assert site.barriers() == []
        page.get_by_role("button", name="Load anew").click()
        expect(page.locator("dd.mono").first).not_to_have_text(old)
        expect(page.get_by_text(f"Basis: block {world.tip + 3} of regtest")).to_be_visible()
        assert site.troubles == []


def test_a_store_that_grows_while_a_page_is_open_leaves_it_as_it_was(
    world: HardWorld, browser: Browser, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(world.store, store)
    with answering(_server(store)) as url, visit(browser, url) as site:
        page = site.page
        site.open(f"/tx/{world.join}")
        read_blocks(world.path / "longer", store)
        expect(page.get_by_text("The chain went on")).to_be_visible()
        expect(page.get_by_text(f"Basis: block {world.tip} of regtest")).to_be_visible()
        page.get_by_role("link", name="Rules", exact=True).click()
        expect(page.get_by_text("The chain went on")).to_have_count(0)
        assert site.troubles == []


def test_a_server_that_stopped_leaves_what_is_shown_and_says_so(world: HardWorld, browser: Browser) -> None:
    with ExitStack() as server:
        url = server.enter_context(answering(_server(world.store)))
        with visit(browser, url) as site:
            page = site.page
            site.open(f"/tx/{world.join}")
            server.close()
            expect(page.get_by_text("The server does not answer.")).to_be_visible()
            expect(page.locator("h1")).to_contain_text(world.join)
            page.get_by_role("button", name="Look at it as a join").click()
            expect(page.get_by_role("alert")).to_contain_text("Is cointrail serve still running?")
            assert [one for one in site.troubles if GONE not in one] == []


def test_a_page_on_paper_is_light_and_repeats_its_heads(world: HardWorld, browser: Browser, url: str) -> None:
    with visit(browser, url, scheme="dark") as site:
        page = site.page
        site.open(f"/address/{world.hub}")
        page.emulate_media(media="print")
        expect(page.locator("table[aria-label='Outputs'] tbody.rows tr")).to_have_count(100)
        assert (
            page.locator("thead").first.evaluate("one => getComputedStyle(one).display")
            == "table-header-group"
        )
        assert (
            page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
            == "rgb(255, 255, 255)"
        )
        expect(page.get_by_text("of 100,000 outputs are printed")).to_be_visible()


def test_a_page_at_twice_its_size_and_without_motion_loses_nothing(
    world: HardWorld, browser: Browser, url: str
) -> None:
    with visit(browser, url, size=(WIDE[0] // 2, WIDE[1] // 2)) as site:
        site.page.emulate_media(reduced_motion="reduce")
        for path in (f"/tx/{world.join}", f"/address/{world.hub}", "/trace", "/peel"):
            site.open(path)
            assert site.overhang() == 0, path
            assert site.barriers() == [], path
        assert site.troubles == []


def test_a_trace_and_a_peel_chain_are_followed_from_an_output(demo: DemoFolder, browser: Browser) -> None:
    outpoint = demo.payments()[0]["outpoint"]
    with served(demo, [demo.tags]) as url, visit(browser, url) as site:
        page = site.page
        site.open(f"/tx/{outpoint[:64]}")
        page.get_by_role("link", name=f"Trace output {outpoint[65:]} forward").click()
        page.get_by_role("button", name="Trace", exact=True).click()
        expect(page.get_by_text("there is no default")).to_be_visible()
        page.get_by_label("first in, first out").check()
        page.get_by_label("each output carries its share").check()
        page.get_by_role("button", name="Trace", exact=True).click()
        expect(page.get_by_role("table", name="Sums by stop reason")).to_be_visible()
        _adds_up(site)
        site.settle()
        assert site.barriers() == []
        site.open(f"/peel#from={outpoint}")
        expect(page.get_by_role("table", name="Hops of chain 1")).to_be_visible()
        assert site.barriers() == []
        assert site.troubles == []


def _adds_up(site: Site) -> None:
    """Each policy that conserves value gives all that was traced."""
    traced = (
        site.page.locator("main p[role=status]", has_text="BTC traced").locator(".num").first.inner_text()
    )
    sums = site.page.locator(".bar", has_text="stop reasons").locator("span.soft .num").all_inner_texts()
    assert sums == [traced, traced]


def test_another_currency_is_told_without_a_new_run_and_no_rate_is_no_zero(
    demo: DemoFolder, browser: Browser
) -> None:
    row = demo.payments()[0]
    with served(demo, [demo.tags]) as url, visit(browser, url) as site:
        page = site.page
        site.open("/case/demo/payments")
        line = page.locator("tbody.rows tr").filter(has=page.locator(f"a[href='/tx/{row['outpoint'][:64]}']"))
        table = page.get_by_role("table", name="payments of the case")
        expect(table).not_to_contain_text("USD at the payment")
        expect(line.first).to_contain_text(row["value"])
        page.get_by_label("Values at block time in").select_option("KRW")
        expect(table).to_contain_text("KRW at the payment")
        expect(line.first).to_contain_text("KRW")
        expect(line.first).to_contain_text(row["value"])
        site.open("/case/demo")
        expect(page.locator(".glance")).to_contain_text(
            "The run was valued in USD; KRW is told of single amounts only."
        )
        site.open("/block/0")
        expect(page.get_by_role("table", name="Transactions")).to_be_visible()
        assert "KRW" not in page.locator("tbody.rows").inner_text()
        assert site.troubles == []
