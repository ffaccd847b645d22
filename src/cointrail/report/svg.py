"""Drawings as SVG, for screens and for black-and-white print."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from xml.sax.saxutils import escape, quoteattr

FONT = "Noto Sans, Noto Sans CJK KR, Noto Sans Arabic"
INK, GREY, PALE = "#000000", "#666666", "#eeeeee"

PATTERNS = (
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#ffffff"/><rect width="1.6" height="5" fill="#777777"/></pattern>'
    '<pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" fill="#ffffff"/><circle cx="2" cy="2" r="0.8" fill="#777777"/></pattern>'
)
"""Fills that differ without colour: hatching and dots."""

SOLID, HATCHED, DOTTED = "#7d7d7d", "url(#hatch)", "url(#dots)"


def number(value: float) -> str:
    """A coordinate, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def element(name: str, text: str | None = None, **attributes: object) -> str:
    """One element; `_` in names of attributes stands for `-`, numbers are rounded."""
    parts = [name]
    for key, value in attributes.items():
        shown = number(value) if isinstance(value, float) else str(value)
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    head = " ".join(parts)
    return f"<{head}/>" if text is None else f"<{head}>{escape(text)}</{name}>"


def label(
    x: float, y: float, text: str, *, size: float = 8.0, anchor: str = "start", bold: bool = False
) -> str:
    """A line of text."""
    weight = "bold" if bold else "normal"
    return element("text", text, x=x, y=y, font_size=size, text_anchor=anchor, font_weight=weight, fill=INK)


def drawing(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole drawing."""
    body = "\n".join(parts)
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">\n'
        f"<defs>{PATTERNS}</defs>\n{body}\n</svg>\n"
    )


def clipped(text: str, widest: float) -> str:
    """The text, cut where it would be wider than that many of its size."""
    widths = [0.0, *accumulate(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in text)]
    if widths[-1] <= widest:
        return text
    return f"{text[: bisect_right(widths, widest - 1.0) - 1]}…"
