"""The tutorial of the page, done as it says: every word that it has in bold is what stands on the page."""

from __future__ import annotations

import re
import shlex
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Site, judged_notice, visit
from support.demo_world import DemoFolder
from support.real_data import ROOT
from support.served_process import serving
from support.tutorial import Tutorial

pytestmark = pytest.mark.slow

TUTORIAL = ROOT / "docs" / "tutorial" / "a-case-in-the-browser.md"
REFERENCE = "my first case"


def test_a_stranger_who_follows_the_tutorial_ends_with_a_bundle_that_verifies(
    demo: DemoFolder, browser: Browser, tmp_path: Path
) -> None:
    tutorial = Tutorial.read(TUTORIAL)
    made, serve = tutorial.commands("Make the demo and open it")
    assert made == "make demo"
    words = [word.replace("demo-out", str(demo.path)) for word in shlex.split(serve)]
    assert words[:2] == [".venv/bin/cointrail", "serve"]
    with serving(tmp_path, *words[2:]) as printed:
        url, token = printed.split("/#token=")
        with visit(browser, url, token=token) as site:
            _look_at_the_start(tutorial, site)
            _open_a_case(tutorial, site.page, (demo.path / "world" / "seeds.csv").read_text(encoding="utf-8"))
            _follow_a_payer(tutorial, site.page)
            _question_a_link(tutorial, site.page, demo.seeds()[0])
            _put_an_exhibit(tutorial, site.page, demo.seeds()[0])
            _ask_the_exchanges(tutorial, site.page)
            bundle = _hand_it_over(tutorial, site.page, tmp_path)
            assert site.troubles == []
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "unpacked")
    (check,) = tutorial.commands("Hand it over")
    told = subprocess.run(
        ["sh", "-c", check], cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout


def test_the_tutorial_names_nothing_in_bold_where_nothing_is_done() -> None:
    assert list(Tutorial.read(TUTORIAL).bold()) == [
        "Make the demo and open it",
        "Open a case",
        "Follow a payer to an exchange",
        "Question a link",
        "Put an exhibit on the case",
        "Ask the exchanges",
        "Hand it over",
    ]


def _look_at_the_start(tutorial: Tutorial, site: Site) -> None:
    with tutorial.follow("Make the demo and open it", site.page) as reader:
        reader.see()
        expect(site.page.get_by_role("link", name="DEMO-1")).to_be_visible()
        reader.press()
    expect(site.page.locator("h1")).to_have_text("Words")
    site.open("/")


def _open_a_case(tutorial: Tutorial, page: Page, seeds: str) -> None:
    with tutorial.follow("Open a case", page) as reader:
        reader.see()
        page.get_by_role("main").get_by_role("textbox").fill(seeds)
        reader.press()
        reader.press()
        reader.write(REFERENCE)
        reader.write("none: an exercise")
        reader.press()
        expect(page.locator("h1")).to_have_text(f"Case {REFERENCE}")
        reader.see()
        reader.choose()
        reader.press()
        reader.press()
    expect(page.get_by_text("The run is done.")).to_be_visible()
    expect(page.get_by_text("Led back to an exchange")).to_be_visible()


def _follow_a_payer(tutorial: Tutorial, page: Page) -> None:
    with tutorial.follow("Follow a payer to an exchange", page) as reader:
        reader.press()
        reader.press()
        joined = page.get_by_role("table", name="How it hangs together")
        expect(joined.locator(".tag.inference").first).to_be_visible()
        things = page.get_by_role("table", name="What is drawn").get_by_role("row")
        before = things.count()
        reader.press()
        expect(things).not_to_have_count(before)
        reader.press()
        expect(things).to_have_count(before)
        reader.press()
    expect(page.get_by_role("table", name="proceeds of the case")).to_be_visible()


def _question_a_link(tutorial: Tutorial, page: Page, seed: str) -> None:
    with tutorial.follow("Question a link", page) as reader:
        page.get_by_role("search").get_by_role("textbox").fill(seed)
        reader.press()
        expect(page).to_have_url(re.compile(f"/address/{seed}$"))
        reader.see()
        page.locator("dl.facts a[href^='/cluster/']").first.click()
        reader.see()
        reader.press()
        path = page.get_by_role("list", name="The path, link by link")
        reader.press(path)
        expect(path.locator("form select option:checked")).to_have_text(REFERENCE)
        reader.choose()
        reader.write("two persons, by the statement of a witness")
        reader.press()
        reader.press()
        expect(judged_notice(page)).to_be_visible()
        reader.press()
        page.get_by_role("link", name=REFERENCE).click()
        reader.press()
    expect(page.get_by_text("The run is done.")).to_be_visible()


def _put_an_exhibit(tutorial: Tutorial, page: Page, seed: str) -> None:
    page.get_by_role("search").get_by_role("textbox").fill(seed)
    page.get_by_role("search").get_by_role("button").click()
    expect(page).to_have_url(re.compile(f"/address/{seed}$"))
    with tutorial.follow("Put an exhibit on the case", page) as reader:
        reader.press()
        reader.press()
        page.get_by_role("link", name="exhibit 1 of").click()
        reader.press()
        expect(page.get_by_text("The verification is done.")).to_be_visible()
        reader.press()
    expect(page.get_by_text("The journal is whole:")).to_be_visible()


def _ask_the_exchanges(tutorial: Tutorial, page: Page) -> None:
    with tutorial.follow("Ask the exchanges", page) as reader:
        reader.press()
        reader.press()
    expect(page.get_by_text("Making packets is done.")).to_be_visible()


def _hand_it_over(tutorial: Tutorial, page: Page, folder: Path) -> Path:
    with tutorial.follow("Hand it over", page) as reader:
        reader.press()
        reader.press()
        reader.press()
        expect(page.get_by_text("The bundle is done.")).to_be_visible()
        with page.expect_download() as saving:
            reader.press()
    to = folder / "bundle.zip"
    saving.value.save_as(to)
    return to
