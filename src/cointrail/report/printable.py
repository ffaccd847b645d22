"""Text from outside, made fit to print: nothing obeyed, nothing hidden, no empty boxes."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import groupby
from pathlib import Path

from cointrail.attribution.safe_text import safe_text

FONTS = Path(__file__).with_name("fonts")
"""The fonts that reports are set in, with their licence."""

LONGEST = 240
"""Characters of one text that a report prints; the tables have it whole."""

MOST_MARKS = 4
"""Combining marks on one letter that are printed; scripts need up to three, more cover other lines."""


@cache
def _runs() -> tuple[list[int], list[int]]:
    """First and last code points of the runs that the fonts have."""
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").split("\n")
    pairs = [line.split(" ") for line in lines if line]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]


def has_glyph(character: str) -> bool:
    """Whether some shipped font draws the character."""
    firsts, lasts = _runs()
    place = bisect_right(firsts, ord(character)) - 1
    return place >= 0 and ord(character) <= lasts[place]


def printable(text: str) -> str:
    """The text with all that hides, reorders or cannot be drawn spelt out, `<U+202E>`."""
    if text.isascii() and text.isprintable():
        return text
    parts = []
    for is_mark, run in groupby(safe_text(text), lambda c: bool(unicodedata.combining(c))):
        characters = list(run)
        crowded = is_mark and len(characters) > MOST_MARKS
        parts += [f"<U+{ord(c):04X}>" if crowded or not has_glyph(c) else c for c in characters]
    return "".join(parts)


def short(text: str, whole_in: str, longest: int = LONGEST) -> str:
    """The text as it is printed: a long one is cut, and says so and where it stands whole."""
    shown = printable(text[: longest + 1])
    if len(text) <= longest and len(shown) <= longest:
        return shown
    return f"{shown[:longest]}… (cut; {len(text):,} characters, whole in {whole_in})"
