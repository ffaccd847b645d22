"""The pages of a case in a real browser: from pasted seeds to a bundle that a stranger verifies."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.keeping import WorkerKeeper
from cointrail.jobs.queue import JobQueue, home_of
from cointrail.jobs.runs import Runs
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.workbench import CaseBench, OpenBench
from cointrail.workbench.case_bench import open_keeper
from cointrail.workbench.case_folder import CaseFolder
from support.browser import NARROW, WIDE, Site, answering, judged_notice, visit
from support.demo_world import DemoFolder
from support.hands import MOST_STOPS, tab_stops

pytestmark = pytest.mark.slow

WHO = "Kim Analyst"
KEPT = "DEMO-1"
TABS = ("", "payments", "leads", "proceeds", "exhibits", "desk", "journal", "report")


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    folder = tmp_path_factory.mktemp("cases")
    shop = Shop(
        store=demo.store,
        work=folder / "work",
        place=str(folder / "cases.db"),
        who=WHO,
        blocks=demo.blocks,
        tags=(demo.tags,),
        prices=(demo.prices,),
    )
    with CaseBench(shop.place, WHO) as cases:
        cases.take_file(demo.case, network="regtest")
    work = WorkFolder(shop.work)
    with (
        open_keeper(shop.place) as keeper,
        answering(
            Server(
                bench=OpenBench(demo.store, tags=shop.tags),
                pages=Pages(b"key"),
                cases=Runs({"demo": CaseFolder(demo.path / "case")}, work),
                place=shop.place,
                who=WHO,
                prices=shop.prices,
                work=work.path,
                jobs=JobDesk(
                    queue=JobQueue(keeper, home_of(work.path, shop.store)), folder=work, has_blocks=True
                ),
            )
        ) as url,
        WorkerKeeper(shop),
    ):
        yield url


def test_no_page_of_a_case_has_more_tab_stops_than_a_hand_has_patience_for(
    browser: Browser, url: str
) -> None:
    with visit(browser, url) as site:
        stops = {}
        for tab in (*TABS, "graph"):
            site.open(f"/case/{KEPT}/{tab}")
            stops[tab] = tab_stops(site.page)
        assert {tab: found for tab, found in stops.items() if found > MOST_STOPS} == {}


# -- from seeds to a bundle


def test_pasted_seeds_become_a_case_whose_bundle_a_stranger_verifies(
    demo: DemoFolder, browser: Browser, url: str, tmp_path: Path
) -> None:
    seeds = demo.seeds()
    with visit(browser, url) as site:
        page = site.page
        page.get_by_label("Addresses, transactions, outpoints").fill(
            "\n".join([*seeds, seeds[0], "nonsense"])
        )
        page.get_by_role("button", name="Read them").click()
        expect(page.get_by_text(f"{len(seeds)} of {len(seeds) + 1} are on the chain")).to_contain_text(
            "1 more was named before."
        )
        page.get_by_role("button", name="Open a case with the good ones").click()
        page.get_by_label("Reference").fill("4 Js 12/18")
        page.get_by_label("Legal basis").fill("section 94 of the code of criminal procedure")
        page.get_by_role("button", name="Open the case").click()
        expect(page.locator("h1")).to_have_text("Case 4 Js 12/18")
        expect(page.get_by_text(f"✓ {len(seeds)} seeds")).to_be_visible()
        expect(page.get_by_role("button", name="Run the case")).to_be_disabled()
        _run(page)
        _put_on_case(site, seeds[0])
        page.get_by_role("link", name="exhibit 1 of").click()
        _verify_all(page)
        _state_finding(page)
        bundle = _bundle(page, tmp_path)
        assert site.troubles == []
    assert _verdict_of(bundle, tmp_path).returncode == 0


def _run(page: Page) -> None:
    page.get_by_label("FIFO first").check()
    page.get_by_role("button", name="Keep these terms").click()
    expect(page.get_by_text("Kept. The next run goes by it.")).to_be_visible()
    page.get_by_role("button", name="Run the case").click()
    expect(page.get_by_text("The run is done.")).to_be_visible()
    expect(page.get_by_text("Payments to the service")).to_be_visible()


def _put_on_case(site: Site, address: str) -> None:
    page = site.page
    page.get_by_placeholder("Address, transaction").fill(address)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Put on a case").click()
    expect(page.locator(".put form select option:checked")).to_have_text("4 Js 12/18")
    page.get_by_role("button", name="Put it on the case").click()
    expect(page.get_by_role("link", name="exhibit 1 of")).to_be_visible()


def _verify_all(page: Page) -> None:
    page.get_by_role("button", name="Verify all").click()
    expect(page.get_by_text("The verification is done.")).to_be_visible()
    expect(page.get_by_text("asked again, the answer is the same to the byte")).to_be_visible()
    page.reload()  # whoever comes back later sees it too, and when it was
    expect(page.get_by_text(re.compile(r"the same to the byte, \S+ \S+ UTC: asked again"))).to_be_visible()


def _state_finding(page: Page) -> None:
    page.get_by_role("link", name="Journal").click()
    page.get_by_text("State a finding").click()
    page.get_by_label("Finding, a sentence").fill("The address received coins.")
    page.get_by_role("checkbox", name="exhibit 1").check()
    page.get_by_role("button", name="State it").click()
    expect(page.get_by_text("The finding is on the case.")).to_be_visible()


def _bundle(page: Page, folder: Path) -> Path:
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.locator("figure img")).to_be_visible()
    page.get_by_role("button", name="Pack the bundle").click()
    expect(page.get_by_text("The bundle is done.")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="-bundle.zip").click()
    to = folder / "bundle.zip"
    saving.value.save_as(to)
    return to


def _verdict_of(bundle: Path, folder: Path) -> subprocess.CompletedProcess[bytes]:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    program = next(folder.glob("*/data/verify.py"))
    return subprocess.run(
        [sys.executable, program], cwd=program.parent.parent, capture_output=True, check=False
    )


# -- the journal


def test_an_undo_needs_a_reason_and_stays_in_the_journal(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/case/{KEPT}/journal")
        page.get_by_text("Add a note").click()
        page.get_by_label("Note", exact=True).fill("<script>alert(1)</script> \u202egro")
        page.get_by_role("button", name="Add the note").click()
        expect(page.get_by_text("The note is on the case.")).to_be_visible()
        row = page.get_by_role("table", name="Entries").get_by_role("row").filter(has_text="alert(1)")
        expect(row).to_contain_text("<script>alert(1)</script> ⟨U+202E⟩gro")
        row.get_by_role("button", name="Undo entry").click()
        reason = page.get_by_label("not count?")
        expect(reason).to_be_focused()
        page.get_by_role("button", name="Undo it").click()
        expect(reason).to_be_focused()  # it is required
        reason.fill("a slip of the hand")
        page.get_by_role("button", name="Undo it").click()
        expect(row).to_contain_text("undone")
        expect(page.get_by_role("table", name="Entries")).to_contain_text("a slip of the hand")
        expect(page.get_by_text("The journal is whole:")).to_be_visible()
        assert site.troubles == []


def test_what_came_since_the_last_visit_is_marked_as_new(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/case/{KEPT}")
        expect(page.get_by_text("New since your last visit")).to_have_count(0)
        page.evaluate(
            """async (name) => {
                const body = JSON.stringify({text: "by another"});
                const headers = {"content-type": "application/json"};
                await fetch(`/api/v1/cases/${name}/notes`, {method: "POST", headers, body});
            }""",
            KEPT,
        )
        site.open("/")
        expect(page.get_by_text("Since your last visit: 1 new entry")).to_be_visible()
        site.open(f"/case/{KEPT}")
        expect(page.get_by_role("region", name="New since your last visit")).to_contain_text(
            "noted something"
        )
        site.open("/")
        expect(page.get_by_text("since your last visit")).to_have_count(0)
        page.evaluate(
            """(name) => {
                const seen = JSON.parse(localStorage.getItem("cointrail.seen"));
                Object.assign(seen[name].run, {basis_digest: "another", payments: 0, tags_digest: "others"});
                localStorage.setItem("cointrail.seen", JSON.stringify(seen));
            }""",
            KEPT,
        )
        site.open("/")
        expect(page.get_by_text("it was run with other tags")).to_be_visible()
        site.open(f"/case/{KEPT}")
        news = page.get_by_role("region", name="New since your last visit")
        expect(news).to_contain_text("more than before")
        expect(news).to_contain_text("it was run with other tags")


# -- clusters and desks


def test_a_link_is_cut_for_one_case_and_for_no_other(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/cluster/{demo.seeds()[0]}")
        size = page.locator("dl.facts dd").first
        before = size.inner_text()
        page.get_by_role("button", name="Explain").click()
        step = page.get_by_role("list", name="The path, link by link").get_by_role("listitem").first
        step.get_by_role("button", name="Judge this link").click()
        step.get_by_role("combobox", name="For the case").select_option(KEPT)
        step.get_by_label("different hands").check()
        step.get_by_label("Why", exact=True).fill("two persons, by the statement of a witness")
        step.get_by_role("button", name="Put the judgement on the case").click()
        assert _put_answer(page) == {"joined": True, "left_out": 0}
        page.get_by_role("link", name="See the cluster under the judgements").click()
        expect(judged_notice(page)).to_be_visible()
        expect(size).not_to_have_text(before)
        page.get_by_role("link", name="See it by the rules alone").click()
        expect(size).to_have_text(before)
        _run_again(site, "two persons, by the statement of a witness")
        assert site.troubles == []


def _run_again(site: Site, judgement: str) -> None:
    """Every page of the case says that a judgement is not in its run; then the run names it."""
    page, changed = site.page, "1 judgement of the case is not in this run"
    for tab in ("desk", "report", "leads"):
        site.open(f"/case/{KEPT}/{tab}")
        expect(page.get_by_role("status", name="State of the run")).to_contain_text(changed)
    page.get_by_role("link", name="Run the case again").click()
    rests = page.locator("dl.facts").filter(has_text="judgements")
    expect(rests).to_contain_text("none: clusters are those of the rules alone")
    page.get_by_role("button", name="Run it again").click()
    expect(rests).to_contain_text(judgement)
    expect(page.get_by_role("status", name="State of the run")).not_to_contain_text(changed)
    site.open(f"/case/{KEPT}/graph")
    expect(page.get_by_text("those of the rules alone: the judgements of the case")).to_be_visible()


def _put_answer(page: Page) -> dict[str, object]:
    """Put the explanation on the case; what the exhibit answers."""
    why = page.locator(".put").filter(has_text="Put on a case").last
    why.get_by_role("button", name="Put on a case").click()
    why.get_by_label("Case").select_option(KEPT)
    why.get_by_role("button", name="Put it on the case").click()
    link = why.get_by_role("link", name="exhibit")
    expect(link).to_be_visible()
    number = link.inner_text().split()[1]
    answer = page.evaluate(
        """async (path) => (await fetch(path)).json()""",
        f"/api/v1/cases/{KEPT}/exhibits/{number}/answer.json",
    )
    return {"joined": answer["joined"], "left_out": len(answer["left_out"])}


def test_a_desk_makes_packets_and_follows_requests(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(f"/case/{KEPT}/desk")
        expect(page.get_by_role("table", name="Whom to ask")).to_contain_text("unknown")
        page.get_by_label("For whom").select_option(index=1)
        page.get_by_role("button", name="Make the packets").click()
        expect(page.get_by_text("Making packets is done.")).to_be_visible()
        expect(page.get_by_role("link", name="-packets.zip")).to_be_visible()
        page.get_by_text("Go on with request 1", exact=True).click()
        page.get_by_role("button", name="Say so").click()
        expect(page.get_by_text("Request 1 is sent.")).to_be_visible()
        site.open("/")
        expect(page.get_by_text("1 open request")).to_be_visible()
        site.open(f"/case/{KEPT}")
        expect(page.locator(".panel", has_text="Open requests").locator("strong")).to_have_text("1")
        site.open(f"/case/{KEPT}/desk")
        page.get_by_text("Go on with request 1", exact=True).click()
        keys = sorted({row["withdrawal_outpoint"] for row in demo.rows("leads")})
        answer = "".join(["key,account\n", *(f"{key},7\n" for key in keys)]).encode()
        file = FilePayload(name="answer.csv", mimeType="text/csv", buffer=answer)
        page.get_by_label("Answer, CSV").set_input_files(file)
        page.get_by_role("button", name="Take the answer").click()
        accounts = page.get_by_role("table", name="Accounts that exchanges named")
        expect(accounts.get_by_role("row")).not_to_have_count(1)
        assert site.troubles == []


# -- everybody


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)])
def test_every_page_of_a_case_is_open_to_everybody_and_quiet(
    browser: Browser, url: str, scheme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    with visit(browser, url, size=size, scheme=scheme) as site:
        barriers = {}
        for path in ["/", "/jobs", "/settings", *(f"/case/{KEPT}/{tab}".rstrip("/") for tab in TABS)]:
            site.open(path)
            site.page.evaluate(
                "for (const fold of document.querySelectorAll('main details')) fold.open = true"
            )
            site.settle()
            assert site.page.get_by_role("alert").count() == 0, path
            assert site.page.locator("h1").count() == 1, path
            assert site.overhang() == 0, path
            barriers[path] = site.barriers()
        assert {path: found for path, found in barriers.items() if found} == {}
        assert site.troubles == []


def test_a_case_is_opened_and_run_by_keyboard_alone(demo: DemoFolder, browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        _tab_to(page, "#pasted")
        page.keyboard.insert_text(demo.seeds()[0])
        _tab_to(page, "#pasted ~ button")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 of 1 are on the chain")).to_be_visible()
        _tab_to(page, "button.first")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Reference")).to_be_focused()
        page.keyboard.type("5 Js 13/18")
        page.keyboard.press("Tab")
        page.keyboard.type("section 94")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Case 5 Js 13/18")
        _tab_to(page, "input[name=order]")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Kept. The next run goes by it.")).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        _tab_to(page, ".acts button.first")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The run is done.")).to_be_visible()
        assert site.troubles == []


def _tab_to(page: Page, what: str) -> None:
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate(f'document.activeElement.matches("{what}")'):
            return
    pytest.fail(f"no key leads to {what}")


# -- settings


def test_what_the_browser_keeps_is_said_and_can_be_removed(browser: Browser, url: str) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open("/settings")
        page.get_by_label("dark").check()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_label("A second time zone").fill("Asia/Nowhere")
        page.get_by_label("A second time zone").press("Tab")
        expect(page.get_by_text("knows no such zone")).to_be_visible()
        page.get_by_label("A second time zone").fill("Asia/Seoul")
        page.get_by_label("A second time zone").press("Tab")
        expect(page.get_by_text("cointrail.choices")).to_be_visible()
        site.open("/graph")
        page.evaluate("sessionStorage.setItem('cointrail-graph loose', '{}')")
        site.open("/settings")
        expect(page.get_by_text("it is gone when this tab is closed")).to_be_visible()
        site.open("/block/100")
        expect(page.locator("main")).to_contain_text("Asia/Seoul")
        site.open("/settings")
        page.get_by_role("button", name="Remove all of it").click()
        expect(page.get_by_text("It keeps nothing.")).to_be_visible()
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        assert site.troubles == []
