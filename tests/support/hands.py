"""Two ways to use a page, by one set of verbs: with a mouse, and with nothing but keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 60
"""Tab stops of a page between head and end; a table's rows are one, and arrow keys lead on in them."""

MOST_PRESSES = 150
"""Presses until a thing counts as out of reach."""

_HAS_FOCUS = "element => element === document.activeElement"
_SHARES_FOCUS = "element => element.name !== '' && element.name === document.activeElement?.name"
_IN_HEAD = "element => element.closest('header') !== null"
_NEXT_KEY = """element => {
    const rows = element.closest('[data-roving]'), now = document.activeElement
    if (!rows || !rows.contains(now) || element.closest('form') || now.closest('form')) return 'Tab'
    const after = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
    const from = now.closest('tr'), to = element.closest('tr')
    if (from !== to) return after(from, to) ? 'ArrowDown' : 'ArrowUp'
    return after(now, element) ? 'ArrowRight' : 'ArrowLeft'
}"""
"""Tab; in the rows of a table, which are one stop, the arrow that leads nearer."""
_NEW_STOP = """() => {
    const now = document.activeElement, seen = (window.seenStops ??= new Set())
    if (!now || now === document.body || seen.has(now)) return null
    seen.add(now)
    return now.closest('main') !== null
}"""
_TYPING = "document.activeElement?.matches('input, textarea, select') ?? false"


class Hand(Protocol):
    """Somebody who uses the page."""

    def press(self, what: Locator) -> None:
        """Follow a link, or push a button."""

    def write(self, what: Locator, text: str) -> None:
        """Put a text into a field in place of what it holds."""

    def tick(self, what: Locator) -> None:
        """Choose a radio button or a check box."""

    def choose(self, what: Locator, label: str) -> None:
        """Choose a line of a list."""


@dataclass(frozen=True, slots=True)
class Mouse:
    """Points, clicks and types."""

    page: Page

    def press(self, what: Locator) -> None:
        """Click."""
        what.click()

    def write(self, what: Locator, text: str) -> None:
        """Click and type."""
        what.fill(text)

    def tick(self, what: Locator) -> None:
        """Click."""
        what.check()

    def choose(self, what: Locator, label: str) -> None:
        """Click a line of the list."""
        what.select_option(label=label)


@dataclass(frozen=True, slots=True)
class Keys:
    """Has no mouse: goes from stop to stop by Tab, and to the head of the page by its key."""

    page: Page

    def press(self, what: Locator) -> None:
        """Enter, on what has the focus."""
        expect(what).to_be_enabled()
        self._reach(what, _HAS_FOCUS)
        self.page.keyboard.press("Enter")

    def write(self, what: Locator, text: str) -> None:
        """Type over what the field holds."""
        self._reach(what, _HAS_FOCUS)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def tick(self, what: Locator) -> None:
        """Space; among radio buttons, which are one stop, the arrows first."""
        if what.get_attribute("type") == "radio":
            self._reach(what, _SHARES_FOCUS)
            for _ in range(MOST_PRESSES):
                if what.evaluate(_HAS_FOCUS):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self._reach(what, _HAS_FOCUS)
        if not what.is_checked():
            self.page.keyboard.press("Space")
        expect(what).to_be_checked()

    def choose(self, what: Locator, label: str) -> None:
        """Type the line's beginning, as lists take it."""
        self._reach(what, _HAS_FOCUS)
        self.page.keyboard.type(label)
        expect(what.locator("option:checked")).to_have_text(label)

    def _reach(self, what: Locator, there: str) -> None:
        expect(what).to_be_visible()
        if what.evaluate(_IN_HEAD) and not self.page.evaluate(_TYPING):
            self.page.keyboard.press(
                "/"
            )  # the page's own key to its search box, before the links of the head
        for _ in range(MOST_PRESSES):
            if what.evaluate(there):
                return
            self.page.keyboard.press(what.evaluate(_NEXT_KEY))
        raise AssertionError(f"no key leads to {what}")


def tab_stops(page: Page) -> int:
    """How often Tab is pressed on a page that was just loaded, from the head's end to the main part's."""
    page.evaluate("() => { window.seenStops = new Set(); document.activeElement?.blur() }")
    found = 0
    while found <= MOST_STOPS:
        page.keyboard.press("Tab")
        inside = page.evaluate(_NEW_STOP)
        if inside is None:
            break
        found += bool(inside)
    return found
