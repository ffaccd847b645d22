"""The page over a store without a block, one that grows and one whose chain is replaced while it is open."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.journal.acts import TermsSet
from cointrail.workbench import CaseBench, OpenBench, Workbench
from cointrail.workbench.case_folder import CaseFolder
from support.browser import NARROW, WIDE, Site, answering, visit
from support.hard_world import read_blocks
from support.held_ingest import held_ingest
from support.moving_chain import FIRST, SECOND, SHOP, MovingChain, address, moving_chain
from support.store_scenes import empty_store

pytestmark = pytest.mark.slow

REPLACED = "The chain was reorganised."
GONE = re.compile("there is no|has received nothing")


@pytest.fixture(scope="module", name="chain")
def _chain(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> MovingChain:
    del browser  # without one there is nothing to look with
    return moving_chain(tmp_path_factory)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@contextmanager
def _served(store: Path, place: Path, cases: dict[str, CaseFolder] | None = None) -> Iterator[str]:
    server = Server(
        bench=OpenBench(store), pages=Pages(b"key"), place=str(place), who="ann", cases=cases or {}
    )
    with answering(server) as url:
        yield url


@pytest.fixture(name="url")
def _url(chain: MovingChain, store: Path, tmp_path: Path) -> Iterator[str]:
    read_blocks(chain.blocks("main"), store)
    with _served(store, tmp_path / "cases.db") as url:
        yield url


def _ingest(chain: MovingChain, name: str, store: Path) -> None:
    """As a user does it: the command, in a process of its own."""
    words = ["ingest", "--blocks", str(chain.blocks(name)), "--store", str(store)]
    subprocess.run([sys.executable, "-m", "cointrail.cli.main", *words], check=True, capture_output=True)


# -- without a block


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_start_over_a_store_without_a_block_says_what_to_run_and_opens_cases(
    browser: Browser, store: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with (
        _served(empty_store(store), tmp_path / "cases.db") as url,
        visit(browser, url, size=size) as site,
    ):
        page = site.page
        expect(page.get_by_text(f"cointrail ingest --blocks DIR --store {store}")).to_be_visible()
        expect(page.get_by_text("no block yet", exact=True)).to_be_visible()
        assert (site.barriers(), site.overhang()) == ([], 0)
        page.get_by_role("button", name="New case").click()
        page.get_by_label("Reference").fill("C-1")
        page.get_by_label("Legal basis").fill("an order")
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_role("heading", name="Case C-1")).to_be_visible()
        assert site.barriers() == []
        assert [one for one in site.troubles if "404" not in one] == []


def test_a_page_of_a_thing_says_that_there_is_no_block_yet(
    browser: Browser, store: Path, tmp_path: Path
) -> None:
    with _served(empty_store(store), tmp_path / "cases.db") as url, visit(browser, url) as site:
        for path in (
            f"/address/{address(FIRST)}",
            f"/cluster/{address(FIRST)}",
            "/block/0",
            f"/tx/{'ab' * 32}",
        ):
            site.open(path)
            expect(site.page.get_by_role("alert").first).to_contain_text("has no block yet")
            assert site.barriers() == [], path
        assert [one for one in site.troubles if "409" not in one] == []


def test_the_start_shows_the_first_blocks_as_soon_as_they_are_there(
    chain: MovingChain, browser: Browser, store: Path, tmp_path: Path
) -> None:
    with _served(empty_store(store), tmp_path / "cases.db") as url, visit(browser, url) as site:
        page = site.page
        expect(page.get_by_text("no block yet", exact=True)).to_be_visible()
        _ingest(chain, "main", store)
        expect(page.get_by_role("link", name=f"block {chain.tip}")).to_be_visible()
        page.get_by_label("up to 10,000").fill(address(FIRST))
        page.get_by_role("button", name="Read them").click()
        expect(page.get_by_text("1 of 1 are on the chain.")).to_be_visible()
        assert site.troubles == []


# -- growing


def test_the_rest_of_a_list_is_not_mixed_with_what_is_shown(
    chain: MovingChain, browser: Browser, store: Path, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/address/{address(SECOND)}")
        rows = page.get_by_role("region", name="Rows of Outputs")
        read_blocks(chain.blocks("longer"), store)
        expect(page.get_by_text("The chain went on")).to_be_visible()
        rows.evaluate("one => one.scrollTop = one.scrollHeight")
        expect(page.get_by_text("has changed since this list was begun")).to_be_visible()
        assert site.barriers() == []
        page.get_by_role("button", name="Load anew").click()
        expect(page.get_by_text(f"Basis: block {chain.tip + 1} of regtest").first).to_be_visible()
        assert [one for one in site.troubles if "409" not in one] == []


def test_a_page_says_when_its_parts_rest_on_different_blocks(
    chain: MovingChain, browser: Browser, store: Path, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        _trace(site, f"{chain.stays}:0")
        read_blocks(chain.blocks("longer"), store)
        expect(page.get_by_text("This page shows it as it was.")).to_be_visible()
        page.get_by_role("button", name="Trace", exact=True).click()
        expect(page.get_by_text("Parts of this page rest on different blocks.")).to_be_visible()
        assert site.troubles == []


def test_a_page_stays_as_it_is_while_an_ingest_is_killed_and_hears_of_the_next(
    chain: MovingChain, browser: Browser, store: Path, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        watch = page.get_by_label("State of the chain")
        site.open(f"/tx/{chain.stays}")
        said = page.locator("main").inner_text()
        with held_ingest(chain.blocks("longer"), store):
            _look_again(site)
            expect(watch).to_have_text("")
        _look_again(site)
        expect(watch).to_have_text("")
        assert page.locator("main").inner_text() == said
        assert site.barriers() == []
        page.get_by_placeholder("Address, transaction").fill(chain.goes)
        page.get_by_role("button", name="Search").click()
        expect(page.locator("h1")).to_contain_text(chain.goes)
        page.locator("main a[href^='/address/']").first.click()
        expect(page.locator("h1")).to_contain_text("Address")
        expect(page.get_by_text(f"Basis: block {chain.tip} of regtest").first).to_be_visible()
        _ingest(chain, "longer", store)
        expect(watch).to_contain_text(f"The chain went on from block {chain.tip} to {chain.tip + 1}.")
        assert site.barriers() == []
        assert site.troubles == []


def _look_again(site: Site) -> None:
    """Wait until the page has asked how the chain is."""
    with site.page.expect_response("**/api/v1/status") as told:
        pass
    assert told.value.ok


def _trace(site: Site, outpoint: str) -> None:
    site.open(f"/trace#from={outpoint}&direction=forward")
    site.page.get_by_label("first in, first out").check()
    site.page.get_by_role("button", name="Trace", exact=True).click()
    expect(site.page.get_by_role("table", name="Sums by stop reason")).to_be_visible()


# -- replaced


@pytest.mark.parametrize("kind", ["tx", "address", "cluster", "peel", "trace"])
def test_a_page_on_what_was_replaced_says_so_and_does_not_find_it_again(
    chain: MovingChain, browser: Browser, store: Path, url: str, kind: str
) -> None:
    path = {
        "tx": f"/tx/{chain.goes}",
        "address": f"/address/{address(SHOP)}",
        "cluster": f"/cluster/{address(SHOP)}",
        "peel": f"/peel#from={chain.goes}:1",
    }
    with visit(browser, url) as site:
        page = site.page
        if kind == "trace":
            _trace(site, f"{chain.goes}:0")
        else:
            site.open(path[kind])
        read_blocks(chain.blocks("other"), store)
        watch = page.get_by_label("State of the chain")
        expect(watch).to_contain_text(REPLACED)
        expect(watch).to_contain_text(f"block {chain.tip} (")
        assert site.barriers() == []
        page.get_by_role("button", name="Load anew").click()
        if kind == "trace":
            page.get_by_label("first in, first out").check()
            page.get_by_role("button", name="Trace", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text=GONE).first).to_be_visible()
        expect(watch).not_to_contain_text(REPLACED)
        assert [one for one in site.troubles if "404" not in one] == []


def test_a_drawing_on_what_was_replaced_says_so_and_is_looked_at_again(
    chain: MovingChain, browser: Browser, store: Path, url: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/graph/tx/{chain.goes}")
        drawn = page.get_by_role("application")
        expect(drawn).not_to_have_attribute("aria-label", "Drawing of 0 nodes")
        read_blocks(chain.blocks("other"), store)
        state = page.get_by_label("State of the drawing")
        expect(state).to_contain_text("The chain was reorganised under this drawing.")
        page.get_by_role("button", name="Load anew").click()
        expect(state).to_contain_text("The chain was reorganised under this drawing.")
        assert site.barriers() == []
        state.get_by_role("button", name="Look at it again").click()
        expect(page.get_by_text("are no longer on the chain")).to_be_visible()
        expect(state).to_have_text("")
        expect(page.get_by_label("State of the chain")).to_have_text("")
        expect(page.locator("main tbody tr", has_text=chain.goes[:8])).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("main tbody tr", has_text=chain.goes[:8])).not_to_have_count(0)
        assert [one for one in site.troubles if "404" not in one] == []


def test_a_case_whose_run_was_made_at_a_replaced_block_says_so_on_every_tab(
    chain: MovingChain, browser: Browser, store: Path, tmp_path: Path
) -> None:
    read_blocks(chain.blocks("main"), store)
    place = tmp_path / "cases.db"
    with CaseBench(str(place), "ann") as cases:
        cases.new("C-1", "section 1", network="regtest", seeds=[address(SECOND)])
        cases.terms("C-1", TermsSet(policies=("fifo", "haircut")))
        Workbench(store).run_case(cases.case_for("C-1"), tmp_path / "run")
    runs = {"C-1": CaseFolder(tmp_path / "run")}
    with _served(store, place, runs) as url, visit(browser, url) as site:
        page = site.page
        site.open("/case/C-1")
        state = page.get_by_label("State of the run")
        read_blocks(chain.blocks("longer"), store)
        expect(page.get_by_text("1 block came since.")).to_be_visible()
        expect(state).to_have_text("")
        read_blocks(chain.blocks("other"), store)
        expect(state).to_contain_text("The chain was reorganised under this run.")
        for tab in ("payments", "leads", "journal"):
            site.open(f"/case/C-1/{tab}")
            expect(state).to_contain_text("is no longer part of the chain")
            assert site.barriers() == [], tab
        assert [one for one in site.troubles if "404" not in one] == []
