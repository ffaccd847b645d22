"""Drawings as SVG, for screens and for black-and-white print."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text in a drawing; `y` is its base line, `turn` in degrees about its anchor."""

    x: float
    y: float
    text: str
    size: float = 8.0
    anchor: str = "start"
    bold: bool = False
    turn: int = 0

    def element(self) -> str:
        """The label as SVG."""
        x, y = number(self.x), number(self.y)
        turned = {"transform": f"rotate({self.turn} {x} {y})"} if self.turn else {}
        weight = "bold" if self.bold else "normal"
        return element(
            "text",
            self.text,
            x=x,
            y=y,
            font_size=number(self.size),
            text_anchor=self.anchor,
            font_weight=weight,
            fill=INK,
            **turned,
        )

    def values(self) -> dict[str, object]:
        """The label as JSON values, numbers to a hundredth."""
        places = {"x": round(self.x, 2), "y": round(self.y, 2), "size": self.size, "turn": self.turn}
        return {**places, "text": self.text, "anchor": self.anchor, "bold": self.bold}


def label(
    x: float, y: float, text: str, *, size: float = 8.0, anchor: str = "start", bold: bool = False
) -> Label:
    """A line of text."""
    return Label(x=x, y=y, text=text, size=size, anchor=anchor, bold=bold)


Part = str | Label
"""An element, or a label."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes and labels. A typesetter sets the labels itself: it knows more scripts than SVG readers."""

    width: float
    height: float
    parts: tuple[Part, ...]

    def svg(self) -> str:
        """All of it as SVG, for browsers."""
        return self._svg(part.element() if isinstance(part, Label) else part for part in self.parts)

    def shapes(self) -> str:
        """The shapes as SVG, without any text."""
        return self._svg(part for part in self.parts if isinstance(part, str))

    def labels(self) -> list[dict[str, object]]:
        """The labels as JSON values."""
        return [part.values() for part in self.parts if isinstance(part, Label)]

    def _svg(self, elements: Iterable[str]) -> str:
        width, height = number(self.width), number(self.height)
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        body = "\n".join(elements)
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
