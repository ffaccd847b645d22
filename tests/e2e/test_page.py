"""The page in a real browser: complete, open to everybody, talking to nobody else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cointrail.heuristics.base import Tier
from cointrail.workbench import LookupBench
from support.browser import NARROW, WIDE, Site, served, visit
from support.demo_world import DemoFolder
from support.hands import MOST_STOPS, tab_stops

pytestmark = pytest.mark.slow

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "bidi": "payee \u202egro.egnahcxe\u202c",
    "zero width": "exch\u200bange\u2060",
    "emoji": "🏴\u200d☠️ exchange 거래소 تبادل",
    "long": "A" * 10_000,
}


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    hostile = tmp_path_factory.mktemp("tags") / "hostile.csv"
    with hostile.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["address", "label", "source"])
        lines.writerows(
            [_hostile_address(demo), label, f"source of {name}"] for name, label in HOSTILE.items()
        )
    with served(demo, [demo.tags, hostile]) as url:
        yield url


def _hostile_address(demo: DemoFolder) -> str:
    return demo.payments()[1]["address"]


def _paths(demo: DemoFolder) -> list[str]:
    payment = demo.payments()[0]
    address = payment["address"]
    tabs = [f"/case/demo{tab}" for tab in ("", "/payments", "/leads", "/proceeds")]
    things = [f"/tx/{payment['outpoint'][:64]}", f"/address/{address}", f"/cluster/{address}", "/block/100"]
    return ["/", *tabs, *things, "/rules", "/rules/common_input", "/words", "/jobs", "/settings", "/nowhere"]


_UNKNOWN = ("/tx/00", f"/tx/{'ab' * 32}", "/address/xx", "/cluster/999999999", "/block/xx", "/rules/none")


@pytest.mark.parametrize("path", _UNKNOWN)
def test_a_page_of_nothing_says_so_once_and_leaves_no_failure_behind(
    browser: Browser, url: str, path: str
) -> None:
    with visit(browser, url) as site:
        failures: list[str] = []
        site.page.on("pageerror", lambda error: failures.append(str(error)))
        site.open(path)
        assert site.page.get_by_role("alert").count() == 1
        assert site.page.locator("h1").count() == 1
        assert site.barriers() == []
        assert failures == []
        refused = [one for one in site.troubles if "Failed to load resource" not in one]
        assert refused == []


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_every_page_is_open_to_everybody_and_quiet(
    demo: DemoFolder,
    browser: Browser,
    url: str,
    scheme: Literal["light", "dark"],
    size: tuple[int, int],
) -> None:
    with visit(browser, url, size=size, scheme=scheme) as site:
        barriers = {}
        for path in _paths(demo):
            site.open(path)
            assert site.page.get_by_role("alert").count() == 0, path
            assert site.page.locator("h1").count() == 1, path
            assert site.overhang() == 0, path
            barriers[path] = site.barriers()
        assert {path: found for path, found in barriers.items() if found} == {}
        assert site.troubles == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_no_page_has_more_tab_stops_than_a_hand_has_patience_for(
    demo: DemoFolder, browser: Browser, url: str, size: tuple[int, int]
) -> None:
    with LookupBench(demo.store)._desk(()) as desk:
        clusters = desk.clusters
        largest = max(clusters.partitions[Tier.T2].labels.tolist(), key=clusters.size)
    outpoint = demo.payments()[0]["outpoint"]
    paths = [*_paths(demo), f"/cluster/{largest}", f"/trace#from={outpoint}", f"/graph/tx/{outpoint[:64]}"]
    with visit(browser, url, size=size) as site:
        stops = {}
        for path in paths:
            site.open(path)
            stops[path] = tab_stops(site.page)
        assert {path: found for path, found in stops.items() if found > MOST_STOPS} == {}
        assert stops[f"/cluster/{largest}"] > 0


def test_arrow_keys_go_through_the_rows_of_a_table_that_tab_stops_at_once(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        site.open(f"/cluster/{demo.seeds()[0]}")
        rows = site.page.get_by_role("table", name="Members").locator("tbody.rows")
        first = rows.get_by_role("row").first.get_by_role("checkbox")
        first.focus()
        site.page.keyboard.press("ArrowRight")
        expect(rows.get_by_role("row").first.get_by_role("link")).to_be_focused()
        site.page.keyboard.press("ArrowDown")
        second = rows.get_by_role("row").nth(1).get_by_role("link")
        expect(second).to_be_focused()
        assert rows.locator("[tabindex='0']").count() == 1
        expect(second).to_have_attribute("tabindex", "0")
        site.page.keyboard.press("Tab")
        assert rows.locator(":focus").count() == 0


def test_the_search_finds_cases_and_labels_too_and_says_what_it_left_out(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        box = page.get_by_placeholder("Address, transaction")
        box.fill("demo")
        box.press("Enter")
        found = page.get_by_role("region", name="What was found")
        expect(found.get_by_role("link", name="DEMO-1")).to_be_visible()
        assert site.barriers() == []
        box.fill("exchange")
        box.press("Enter")
        expect(found.get_by_text("more labels: say more of it")).to_be_visible()
        found.locator("a[href^='/address/']").first.click()
        expect(page.locator("h1")).to_contain_text("Address")
        expect(found).not_to_be_attached()
        box.fill("no such thing anywhere")
        box.press("Enter")
        expect(page.get_by_text("no case and no label has it either")).to_be_visible()
        assert site.troubles == []


def test_a_trail_is_walked_from_a_name_to_a_table_by_mouse(
    demo: DemoFolder, browser: Browser, url: str
) -> None:
    payment = demo.payments()[0]
    with visit(browser, url) as site:
        page = site.page
        page.get_by_placeholder("Address, transaction").fill(payment["outpoint"])
        page.get_by_role("button", name="Search").click()
        expect(page.locator("h1")).to_contain_text(payment["outpoint"][:64])
        expect(page.get_by_role("table", name="Change, rule by rule")).to_be_visible()
        page.get_by_role("table", name="Outputs").locator("a[href^='/cluster/']").first.click()
        expect(page.locator("h1")).to_contain_text("Cluster")
        page.get_by_label("The other").fill(demo.seeds()[0])
        page.get_by_role("button", name="Explain").click()
        expect(page.get_by_text("that they are apart").or_(page.locator("ol li").first)).to_be_visible()
        page.get_by_role("link", name="Start").click()
        page.locator("a[href='/case/demo']").click()
        page.get_by_role("link", name="Payments", exact=True).click()
        _filter_and_save(site, demo)
        assert site.troubles == []


def _filter_and_save(site: Site, demo: DemoFolder) -> None:
    page = site.page
    rows = [row for row in demo.payments() if row["class"] == "payment"]
    page.get_by_role("form", name="Filter").get_by_label("Column").select_option("class")
    page.get_by_role("form", name="Filter").locator("select").nth(1).select_option("is")
    page.get_by_label("Text").fill("payment")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("rows pass the filters")).to_contain_text(f"{len(rows):,} of")
    expect(page.locator(".cited")).to_contain_text(
        f"{len(rows):,} of {len(demo.payments()):,} rows where class is"
    )
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as CSV").click()
    named = f"payments-filtered-{len(rows)}-of-{len(demo.payments())}.csv"
    assert saving.value.suggested_filename == named
    text = Path(saving.value.path()).read_text(encoding="utf-8")
    saved = list(csv.DictReader(io.StringIO(text)))
    assert [row["outpoint"] for row in saved] == [row["outpoint"] for row in rows]
    _filter_by_amount(site, rows)


def _filter_by_amount(site: Site, rows: list[dict[str, str]]) -> None:
    """Amounts are asked for in bitcoin, as the cells show them; who removes a filter goes on at the next."""
    page = site.page
    least = sorted(int(row["value_sat"]) for row in rows)[len(rows) // 2]
    passing = [row for row in rows if int(row["value_sat"]) >= least]
    page.get_by_role("button", name="Filter by value BTC").click()
    page.get_by_role("form", name="Filter").locator("select").nth(1).select_option("at_least")
    page.get_by_label("Text").fill(f"{least / 1e8:.8f}")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("rows pass the filters")).to_contain_text(f"{len(passing):,} of")
    in_force = page.get_by_role("list", name="Filters in force")
    expect(in_force).to_contain_text(f"value BTC is at least “{least / 1e8:.8f}”")
    in_force.get_by_role("button", name="Remove").first.click()
    expect(in_force.get_by_role("button", name="Remove")).to_be_focused()


def test_the_same_trail_is_walked_by_keyboard_alone(demo: DemoFolder, browser: Browser, url: str) -> None:
    payment = demo.payments()[0]
    with visit(browser, url) as site:
        page = site.page
        page.keyboard.press("/")
        page.keyboard.type(payment["address"])
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(payment["address"])
        expect(page.locator("h1")).to_be_focused()
        site.settle()
        _tab_to(page, "a[href^='/cluster/']")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("Cluster")
        page.go_back()
        expect(page.locator("h1")).to_contain_text("Address")
        site.open("/")
        _tab_to(page, "a[href='/case/demo']")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("Case")
        _tab_to(page, "a[href='/case/demo/payments']")
        page.keyboard.press("Enter")
        all_rows = f"{len(demo.payments()):,} of {len(demo.payments()):,} rows"
        expect(page.get_by_role("status").filter(has_text=all_rows)).to_be_visible()
        _tab_to(page, "th button")
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort='ascending']")).to_have_count(1)
        assert site.troubles == []


def _tab_to(page: Page, what: str) -> None:
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(f'document.activeElement.matches("{what}")'):
            return
    pytest.fail(f"no key leads to {what}")


def test_labels_that_would_lie_or_run_are_only_shown(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url, size=NARROW) as site:
        site.page.on("dialog", lambda dialog: site.troubles.append(f"dialog: {dialog.message}"))
        for kind in ("address", "cluster"):
            site.open(f"/{kind}/{_hostile_address(demo)}")
            text = site.page.locator("main").inner_text()
            assert "<script>alert(1)</script>" in text
            assert "⟨U+202E⟩gro" in text
            assert "⟨U+200B⟩" in text
            assert "거래소" in text
            assert not {"\u202e", "\u200b", "\u2060"} & set(text)
            assert site.overhang() == 0
            assert site.barriers() == []
        assert site.troubles == []


def test_without_a_session_the_page_says_what_to_do(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.goto(url)
    expect(page.get_by_role("alert").first).to_contain_text("open the address that cointrail serve printed")
    page.close()
