"""The whole way in the page, by mouse and by keys: from an empty install to a bundle that verifies."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Site, judged_notice, visit
from support.demo_world import DemoFolder
from support.hands import Hand, Keys, Mouse
from support.served_process import serving

pytestmark = pytest.mark.slow

REFERENCE = "4 Js 12/18"
REASON = "two persons, by the statement of a witness"


@pytest.mark.parametrize("hand_of", [Mouse, Keys])
def test_an_empty_install_leads_to_a_bundle_that_a_stranger_verifies(
    hand_of: Callable[[Page], Hand], demo: DemoFolder, browser: Browser, tmp_path: Path
) -> None:
    words = ["--store", demo.store, "--blocks", demo.blocks, "--tags", demo.tags, "--prices", demo.prices]
    words += ["--key", demo.path / "signer.key"]
    with serving(tmp_path, *words) as printed:
        url, token = printed.split("/#token=")
        with visit(browser, url, token=token) as site:
            hand = hand_of(site.page)
            _open_a_case(site, hand, demo.seeds())
            _run(site.page, hand)
            _follow_a_payer(site, hand)
            _cut_a_link(site, hand, demo.seeds()[0])
            _run(site.page, hand, again=True)
            _put_an_exhibit(site, hand, demo.seeds()[0])
            bundle = _bundle(site.page, hand, tmp_path)
            _check(site, hand, (demo.path / "signer.pub").read_text("utf-8"))
            assert site.troubles == []
    checked = _checked(bundle, tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert REASON in _texts_in(bundle)


def _open_a_case(site: Site, hand: Hand, seeds: list[str]) -> None:
    page = site.page
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    hand.write(page.get_by_label("Addresses, transactions, outpoints"), "\n".join([*seeds, "nonsense"]))
    hand.press(page.get_by_role("button", name="Read them"))
    expect(page.get_by_text(f"{len(seeds)} of {len(seeds) + 1} are on the chain")).to_be_visible()
    hand.press(page.get_by_role("button", name="Open a case with the good ones"))
    hand.write(page.get_by_label("Reference"), REFERENCE)
    hand.write(page.get_by_label("Legal basis"), "section 94 of the code of criminal procedure")
    hand.press(page.get_by_role("button", name="Open the case"))
    expect(page.locator("h1")).to_have_text(f"Case {REFERENCE}")
    hand.tick(page.get_by_label("FIFO first"))
    hand.press(page.get_by_role("button", name="Keep these terms"))
    expect(page.get_by_text("Kept. The next run goes by it.")).to_be_visible()


def _run(page: Page, hand: Hand, *, again: bool = False) -> None:
    hand.press(page.get_by_role("button", name="Run it again" if again else "Run the case"))
    expect(page.get_by_text("The run is done.")).to_be_visible()
    expect(page.get_by_text("Payments to the service")).to_be_visible()


def _follow_a_payer(site: Site, hand: Hand) -> None:
    """Draw the path of a lead, from an exchange's withdrawal to the payment, and go on from there."""
    page = site.page
    hand.press(page.get_by_role("link", name="Leads", exact=True))
    exchange = page.locator("main table td.claim").first.inner_text()
    hand.press(page.get_by_role("link", name="draw").first)
    expect(page.locator(".canvas[aria-busy=false]")).to_be_visible()
    things = page.get_by_role("table", name="What is drawn")
    expect(things).to_contain_text(exchange)
    edges = page.get_by_role("table", name="How it hangs together")
    expect(edges.locator(".tag.inference").first).to_be_visible()
    drawn = things.get_by_role("row").count()
    hand.press(page.get_by_role("button", name="Where it went"))
    expect(things.get_by_role("row")).not_to_have_count(drawn)


def _cut_a_link(site: Site, hand: Hand, address: str) -> None:
    page = site.page
    _search(page, hand, address)
    hand.press(page.locator("dl.facts a[href^='/cluster/']").first)
    size = page.locator("dl.facts dd").first
    before = size.inner_text()
    hand.press(page.get_by_role("button", name="Explain"))
    step = page.get_by_role("list", name="The path, link by link").get_by_role("listitem").first
    hand.press(step.get_by_role("button", name="Judge this link"))
    expect(step.locator("form select option:checked")).to_have_text(REFERENCE)
    hand.tick(step.get_by_label("different hands"))
    hand.write(step.get_by_label("Why", exact=True), REASON)
    hand.press(step.get_by_role("button", name="Put the judgement on the case"))
    hand.press(page.get_by_role("link", name="See the cluster under the judgements"))
    expect(judged_notice(page)).to_be_visible()
    expect(size).not_to_have_text(before)
    hand.press(page.get_by_role("link", name="Start", exact=True))
    hand.press(page.get_by_role("link", name=REFERENCE))


def _put_an_exhibit(site: Site, hand: Hand, address: str) -> None:
    page = site.page
    _search(page, hand, address)
    hand.press(page.get_by_role("button", name="Put on a case"))
    expect(page.locator(".put form select option:checked")).to_have_text(REFERENCE)
    hand.press(page.get_by_role("button", name="Put it on the case"))
    hand.press(page.get_by_role("link", name="exhibit 1 of"))


def _bundle(page: Page, hand: Hand, folder: Path) -> Path:
    hand.press(page.get_by_role("link", name="Report", exact=True))
    hand.tick(page.get_by_label("sign it with the key"))
    hand.press(page.get_by_role("button", name="Pack the bundle"))
    expect(page.get_by_text("The bundle is done.")).to_be_visible()
    with page.expect_download() as saving:
        hand.press(page.get_by_role("link", name="-bundle.zip"))
    to = folder / "bundle.zip"
    saving.value.save_as(to)
    return to


def _check(site: Site, hand: Hand, key: str) -> None:
    page = site.page
    hand.write(page.get_by_label("Public key of the signer"), key)
    hand.press(page.get_by_role("button", name="Check this bundle here"))
    answer = page.get_by_role("row").filter(has_text="the signature is right")
    expect(answer.get_by_text("holds", exact=True)).to_be_visible()
    assert site.barriers() == []


def _search(page: Page, hand: Hand, address: str) -> None:
    hand.write(page.get_by_placeholder("Address, transaction"), address)
    hand.press(page.get_by_role("button", name="Search"))
    expect(page).to_have_url(re.compile(f"/address/{address}$"))
    expect(page.get_by_role("button", name="Put on a case")).to_be_visible()


# -- the stranger


def _checked(bundle: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the bundle's own program says, in a Python that has nothing installed."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder / "unpacked")
    program = next((folder / "unpacked").glob("*/data/verify.py"))
    line = [sys.executable, "-I", "-S", str(program)]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)


def _texts_in(bundle: Path) -> str:
    with zipfile.ZipFile(bundle) as archive:
        names = [name for name in archive.namelist() if "journal" in name]
        return "\n".join(archive.read(name).decode(errors="replace") for name in names)
