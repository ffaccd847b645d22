"""Take every page of the small demo case into docs/gallery, in light and dark, wide and narrow.

They are taken of the real server and of Debian's Chromium, so that what the docs show is what there is.
Run as `make screenshots`; with a folder as argument whole pages go there and the docs stay as they are.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from cointrail.workbench import CaseBench, run_demo
from support.browser import NARROW, Site, chromium, visit
from support.demo_world import SCALE, SEED, DemoFolder
from support.served_process import serving

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
SIZES = {"1440": (1440, 900), "390": NARROW}
COLOURS = 128
"""Of a picture's palette: text stays sharp, rare colours are kept, and a page takes 40 kB."""
MOST_BYTES = 4_000_000
"""Of the whole gallery."""
PATIENCE = 120
"""Seconds that one job may take."""

WHO = "Kim Analyst"
CASE = "DEMO-1"

_CALL = """
    async ([method, path, body]) => {
        const told = await fetch("/api/v1" + path, {method, body: body && JSON.stringify(body),
            headers: body ? {"content-type": "application/json"} : {}});
        if (!told.ok) throw new Error(path + ": " + await told.text());
        return told.json();
    }
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A page: the name of its picture, what it shows, where it is, and what is opened on it first."""

    name: str
    title: str
    path: str
    tick: tuple[str, ...] = ()
    press: tuple[str, ...] = ()
    draws: bool = False
    down_to: str = ""


def shots(demo: DemoFolder) -> list[Shot]:
    """Every page, in the order in which a case comes to them."""
    seed = demo.seeds()[0]
    lead = max(demo.rows("leads"), key=lambda row: int(row["fifo_sat"] or 0))
    busiest = Counter(row["address"] for row in demo.payments()).most_common(1)[0][0]
    paid, withdrawn = lead["payment"], lead["withdrawal_outpoint"]
    return [
        Shot("start", "The start: cases, the chain, many names at once", "/"),
        Shot("case", "A case: its run, and totals at a glance", f"/case/{CASE}"),
        Shot("payments", "Payments to the service", f"/case/{CASE}/payments"),
        Shot("leads", "Leads: withdrawals from exchanges that payments go back to", f"/case/{CASE}/leads"),
        Shot("proceeds", "Proceeds: where the service's money went", f"/case/{CASE}/proceeds"),
        Shot("graph", "The path of a lead, drawn", f"/case/{CASE}/graph", draws=True),
        Shot("exhibits", "Exhibits, which anybody can ask again", f"/case/{CASE}/exhibits"),
        Shot("desk", "The leads desk: whom to ask for what", f"/case/{CASE}/desk"),
        Shot("journal", "The journal: who did what, when and why", f"/case/{CASE}/journal"),
        Shot("report", "The report, page by page, and the bundle", f"/case/{CASE}/report"),
        Shot("transaction", "A transaction: the gate, and change rule by rule", f"/tx/{paid[:64]}"),
        Shot("address", "An address", f"/address/{busiest}"),
        Shot("cluster", "A cluster", f"/cluster/{seed}"),
        Shot(
            "together",
            "Why two addresses are together, link by link",
            f"/cluster/{seed}",
            press=("Explain",),
            down_to="Why are two addresses together?",
        ),
        Shot("relations", "A cluster and its counterparties", f"/graph/cluster/{seed}", draws=True),
        Shot("block", "A block", "/block/100"),
        Shot(
            "trace",
            "A trace, by the policies that one chooses",
            f"/trace#from={withdrawn}&direction=forward",
            tick=("fifo", "haircut"),
            press=("Trace",),
            down_to="What was found",
        ),
        Shot("peel", "A peel chain", f"/peel#from={paid}", press=("Follow",)),
        Shot("rules", "The rules", "/rules"),
        Shot("rule", "A rule: source, failures, measured error", "/rules/common_input"),
        Shot("words", "The words that are used", "/words"),
        Shot("jobs", "Jobs: long work, done beside", "/jobs"),
        Shot("settings", "Settings, and what the browser keeps", "/settings"),
    ]


@contextmanager
def worked_case(folder: Path) -> Iterator[tuple[DemoFolder, str]]:
    """The demo with a kept case that somebody works on, and the printed address of its server."""
    demo = DemoFolder(folder / "demo")
    if not demo.path.exists():
        run_demo(demo.path, SEED, scale=SCALE)
    home = Path(tempfile.mkdtemp(dir=folder))
    place = str(home / "cases.db")
    with CaseBench(place, WHO) as cases:
        cases.take_file(demo.case, network="regtest")
    words: list[object] = ["--store", demo.store, "--blocks", demo.blocks, "--tags", demo.tags]
    words += ["--prices", demo.prices, "--db", place, "--work", home / "work", "--who", WHO]
    with serving(home, *words) as printed:
        yield demo, printed


def work_on(page: Page, demo: DemoFolder) -> None:
    """Put on the case what a case has after its first week."""
    seed, other = demo.seeds()[:2]
    put(page, f"/cases/{CASE}/notes", text="Seeds from the seized server, image 3, verified by two persons.")
    put(page, f"/cases/{CASE}/deadlines", title="Preservation request to be renewed", due="2027-02-26")
    job(page, "case_run")
    for title, command, options in (
        ("What the first seed received", "address show", {"address": seed}),
        (f"Why {seed} and {other} are together", "explain", {"a": seed, "b": other}),
    ):
        put(page, f"/cases/{CASE}/exhibits", title=title, command=command, options=options)
    put(
        page,
        f"/cases/{CASE}/findings",
        kind="fact",
        text="The first seed address received coins in the period of the charge.",
        exhibits=[1],
    )
    job(page, "exhibits_verify")
    job(page, "packets", ask="preservation", record=True)
    job(page, "bundle")


def put(page: Page, path: str, **body: Any) -> Any:
    """Ask the server for something, as the page does it."""
    return page.evaluate(_CALL, ["POST", path, body])


def job(page: Page, kind: str, **options: Any) -> None:
    """Have a job done."""
    made = put(page, "/jobs", kind=kind, case=CASE, options=options)
    end = time.monotonic() + PATIENCE
    while made["state"] not in {"done", "failed", "cancelled"}:
        if time.monotonic() > end:
            raise TimeoutError(kind)
        time.sleep(0.3)
        made = page.evaluate(_CALL, ["GET", f"/jobs/{made['id']}", None])
    if made["state"] != "done":
        raise RuntimeError(f"{kind}: {made}")


def take(site: Site, shot: Shot, *, whole: bool) -> bytes:
    """A picture of a page at rest."""
    page = site.page
    site.open(shot.path)
    for name in shot.tick:
        page.get_by_role("checkbox", name=name).first.check()
    for name in shot.press:
        page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
        site.settle()
    if shot.draws:
        page.locator(".canvas[aria-busy=false]").wait_for()
        page.wait_for_timeout(700)
    if shot.down_to and not whole:
        page.get_by_role("heading", name=shot.down_to).evaluate("element => element.scrollIntoView()")
    page.wait_for_timeout(200)
    return page.screenshot(full_page=whole, animations="disabled", caret="hide")


def small(picture: bytes) -> bytes:
    """The same picture by a palette, where Pillow is there to make one."""
    if find_spec("PIL") is None:
        return picture
    images = import_module("PIL.Image")
    out = io.BytesIO()
    image = images.open(io.BytesIO(picture)).convert("RGB")
    rare_too, evened = images.Quantize.MAXCOVERAGE, 2
    image.quantize(COLOURS, rare_too, evened, dither=images.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def listing(every: list[Shot], to: Path) -> str:
    """The page that shows them all."""
    lines = [
        "<!-- Made by tools/screenshots.py: run `make screenshots`. -->",
        "# Every page",
        "",
        "Of the small demo case, at a width of 1440 in light. Under each are the same in dark, and at 390.",
        "[A case in the browser](../tutorial/a-case-in-the-browser.md) walks through them.",
    ]
    for shot in every:
        rest = [
            f"[{scheme}, {size}]({shot.name}-{scheme}-{size}.png)"
            for size in SIZES
            for scheme in SCHEMES
            if (scheme, size) != ("light", "1440") and (to / f"{shot.name}-{scheme}-{size}.png").exists()
        ]
        lines += [
            "",
            f"## {shot.title}",
            "",
            f"![{shot.title}]({shot.name}-light-1440.png)",
            "",
            " · ".join(rest),
        ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Take them all; 1 when something was wrong on a page or the gallery is too large."""
    to = Path(arguments[0]) if arguments else GALLERY
    only = set(arguments[1:])
    to.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        folder = Path(arguments[0]).parent if arguments else Path(scratch)
        with worked_case(folder) as (demo, printed):
            url, token = printed.split("/#token=")
            every = shots(demo)
            with visit(browser, url, token=token) as site:
                work_on(site.page, demo)
            for scheme in SCHEMES:
                for size, pixels in SIZES.items():
                    with visit(browser, url, token=token, size=pixels, scheme=scheme) as site:
                        for shot in every:
                            if only and shot.name not in only:
                                continue
                            try:
                                picture = take(site, shot, whole=bool(arguments))
                            except Exception as error:
                                if not arguments:
                                    raise
                                wrong.append(f"{shot.name} {scheme} {size}: {error}")
                                continue
                            path = to / f"{shot.name}-{scheme}-{size}.png"
                            path.write_bytes(picture if arguments else small(picture))
                        wrong += [f"{scheme} {size}: {one}" for one in site.troubles]
    if not arguments:
        (to / "README.md").write_text(listing(every, to), encoding="utf-8")
        if (size_now := sum(path.stat().st_size for path in to.iterdir())) > MOST_BYTES:
            wrong.append(f"the gallery has {size_now:,} bytes")
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
