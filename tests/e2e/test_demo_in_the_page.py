"""What the demo offers when it ends is all that is needed: from its command to a bundle that is checked."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cointrail.cli.world import serve_line
from support.browser import visit
from support.demo_world import DemoFolder
from support.kept_cases import REFERENCE
from support.served_process import serving

pytestmark = pytest.mark.slow


def test_the_command_of_the_demo_needs_no_further_set_up(
    demo: DemoFolder, browser: Browser, tmp_path: Path
) -> None:
    program, command, *words = shlex.split(serve_line(demo.path))
    assert (Path(program).name, command) == ("cointrail", "serve")
    with serving(tmp_path, *words) as printed:
        url, token = printed.split("/#token=")
        with visit(browser, url, token=token) as site:
            page = site.page
            page.get_by_role("link", name=REFERENCE).click()
            page.get_by_role("link", name="Journal", exact=True).click()
            assert site.barriers() == []
            page.get_by_role("button", name="Keep this case").click()
            expect(page).to_have_url(f"{url}/case/{REFERENCE}/journal")
            expect(page.get_by_text("The journal is whole:")).to_be_visible()
            page.get_by_role("link", name="Payments", exact=True).click()
            page.get_by_role("button", name="Put the run on the case").click()
            page.get_by_role("button", name="Put it on the case").click()
            page.get_by_role("link", name="exhibit 1 of").click()
            page.get_by_role("button", name="Verify all 1").click()
            expect(page.get_by_text("the same to the byte").first).to_be_visible()
            page.get_by_role("link", name="Report", exact=True).click()
            page.get_by_role("button", name="Pack the bundle").click()
            expect(page.get_by_text("The bundle is done.")).to_be_visible()
            page.get_by_role("button", name="Check this bundle here").click()
            answers = page.get_by_role("table", name="What the check says")
            expect(answers.get_by_text("holds", exact=True).first).to_be_visible()
            expect(answers.get_by_text("fails", exact=True)).to_have_count(0)
            assert site.barriers() == []
            assert site.troubles == []
