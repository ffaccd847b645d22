"""A tutorial as somebody follows it: its commands, and the bold words of each part in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page, expect

_PRESSED: tuple[Literal["button"], Literal["link"]] = ("button", "link")
_PART = re.compile(r"^## (.+)$", re.MULTILINE)
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tutorial:
    """Its parts by their heads."""

    parts: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Tutorial:
        """Take it apart."""
        _, *told = _PART.split(path.read_text(encoding="utf-8"))
        return cls(dict(zip(told[::2], told[1::2], strict=True)))

    def commands(self, part: str) -> list[str]:
        """The lines of a part's shell block, each whole."""
        blocks = _SHELL.findall(self.parts[part])
        return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]

    @contextmanager
    def follow(self, part: str, page: Page) -> Iterator[Reader]:
        """Do a part; what it names in bold must all be used."""
        words = [" ".join(one.split()) for one in _BOLD.findall(self.parts[part])]
        reader = Reader(page, words)
        yield reader
        assert reader.words == [], f"named in “{part}”, and not done"

    def bold(self) -> dict[str, list[str]]:
        """The bold words of each part that has any."""
        return {part: _BOLD.findall(text) for part, text in self.parts.items() if _BOLD.search(text)}


@dataclass(slots=True)
class Reader:
    """Does what the next bold words name, and nothing that they do not."""

    page: Page
    words: list[str]

    def press(self, among: Locator | None = None) -> None:
        """Push the button, or follow the link, that is named next."""
        place, word = among or self.page, self._next()
        part = re.compile((r"\b" if word[0].isalnum() else "") + re.escape(word) + r"\b")
        named = [place.get_by_role(role, name=part) for role in _PRESSED]
        expect(named[0].or_(named[1]).first).to_be_visible()
        whole = [place.get_by_role(role, name=word, exact=True) for role in _PRESSED]
        next(one for one in [*whole, *named] if one.count()).first.click()

    def choose(self) -> None:
        """Choose the radio button that is named next."""
        self.page.get_by_label(self._next()).check()

    def write(self, text: str) -> None:
        """Fill in the field that is named next."""
        self.page.get_by_label(self._next(), exact=True).fill(text)

    def see(self) -> None:
        """Find the words that are named next."""
        expect(self.page.locator("main").get_by_text(self._next()).first).to_be_visible()

    def _next(self) -> str:
        assert self.words, "the tutorial names nothing more here"
        return self.words.pop(0)
