"""Every column of every table in Chromium: what stands under a head is what the file says for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from support.browser import Site, served, visit
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

THINGS = ("address", "tx", "block", "cluster", "case")
COLUMNS = "details:has(> fieldset > legend)"
"""Where the columns of a table are chosen; the buttons of that table stand beside it."""

_OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"
_TICK = """() => {
    const boxes = [...document.querySelectorAll('fieldset label input[type=checkbox]')]
    const chooses = (one) => one.closest('fieldset').innerText.startsWith('Columns of')
    const left = boxes.find((one) => !one.checked && chooses(one))
    left?.click()
    return left !== undefined
}"""
_ROWS = """(label) => [...document.querySelectorAll('table')].find((one) => one.ariaLabel === label)
    .querySelectorAll('tbody.rows tr[data-place]').values().toArray().map((row) => [
        Number(row.dataset.place),
        [...row.querySelectorAll(':scope > td:not(.noprint)')].map((cell) => ({
            text: cell.innerText.trim(),
            whole: [...cell.querySelectorAll('*')].flatMap((one) => [one.title, one.ariaLabel]),
        })),
    ])"""


@pytest.fixture(scope="module", name="url")
def _url(demo: DemoFolder, browser: Browser) -> Iterator[str]:
    del browser  # without one there is nothing to serve
    with served(demo, [demo.tags]) as url:
        yield url


def path_of(demo: DemoFolder, thing: str) -> str:
    payment = demo.payments()[0]
    names = {
        "address": payment["address"],
        "tx": payment["outpoint"][:64],
        "block": "100",
        "cluster": demo.seeds()[0],
        "case": "demo",
    }
    return f"/{thing}/{names[thing]}"


def tick_every_column(site: Site) -> None:
    """Show every column of every table, one press after the other."""
    site.page.evaluate(_OPEN)
    while site.page.evaluate(_TICK):
        pass
    site.settle()


def saved_rows(page: Page, table: int) -> list[dict[str, str]]:
    with page.expect_download() as saving:
        page.locator(COLUMNS).nth(table).locator("xpath=..").get_by_role("button", name="Save as CSV").click()
    text = Path(saving.value.path()).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def forms(column: str, text: str) -> set[str]:
    """As people read what a file has: bitcoin, percent, thousands and times."""
    if column.endswith("_sat"):
        return {f"{Decimal(text) / 10**8:,.8f}".replace("-", "\N{MINUS SIGN}")}
    if column.endswith("_utc"):
        return {text.replace("T", " ").removesuffix("Z")}
    if column.endswith("_ppm"):
        return {f"{Decimal(text) / 10_000:g} %"}
    if column == "worth":
        return {f"{abs(Decimal(text)):,.2f}"}
    if column == "wrong_links":  # a bound, so never rounded down
        return {f"{Decimal(text).quantize(Decimal('0.01'), ROUND_UP):,}"}
    if text.isdecimal():
        return {text, f"{int(text):,}"}
    return {text, text.replace("_", " ")}


def agrees(column: str, text: str, cell: dict[str, Any]) -> bool:
    if text == "":
        return True  # a cell may say why there is nothing
    if text.isdecimal() and text in forms(column, text):
        return cell["text"] in forms(column, text)  # and not as a part of another number
    says = [cell["text"], *filter(None, cell["whole"])]
    return any(form in one for form in forms(column, text) for one in says)


@pytest.mark.parametrize("thing", THINGS)
def test_each_cell_says_what_the_file_has_under_its_head(
    demo: DemoFolder, browser: Browser, url: str, thing: str
) -> None:
    with visit(browser, url) as site:
        page = site.page
        site.open(path_of(demo, thing))
        tick_every_column(site)
        labels = page.locator(f"{COLUMNS} legend").all_text_contents()
        assert labels
        wrong = []
        for table, label in enumerate(one.removeprefix("Columns of ") for one in labels):
            rows = saved_rows(page, table)
            drawn = page.evaluate(_ROWS, label)
            assert drawn
            for place, cells in drawn:
                told = rows[place]
                assert len(told) == len(cells)
                wrong += [
                    (label, column, text, cell["text"])
                    for (column, text), cell in zip(told.items(), cells, strict=True)
                    if not agrees(column, text.removeprefix("'"), cell)
                ]
        assert wrong == []
        site.open(path_of(demo, thing))  # the choice is kept, and the page is there again
        assert page.locator(COLUMNS).count() == len(labels)
        assert site.troubles == []
