"""Lines, text and pages of SVG: plain, and the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH = 760
BLUE, RED, GREY = "#0072b2", "#d55e00", "#888888"
"""Told apart with any colour vision. Source: Okabe and Ito, 2008."""


def svg_line(  # noqa: PLR0917 - as SVG has them
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, *, dash: bool = False
) -> str:
    """A straight line."""
    dashed = ' stroke-dasharray="4 3"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"{dashed}/>'
    )


def svg_text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    """A line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def svg_page(height: int, parts: Sequence[str], title: str) -> str:
    """A whole picture, `WIDTH` wide, under its title."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="12">\n'
        f'<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="{WIDTH / 2:.0f}" y="18" text-anchor="middle">{escape(title)}</text>\n{body}\n</svg>\n'
    )
