"""A drawing of one lead, hop by hop: from the exchange, over each output on the way, to the service."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.report.svg import GREY, INK, PALE, Drawing, Part, clipped, element, label

WIDTH, BOX, GAP, TALL = 500.0, 112.0, 17.0, 40.0
IN_A_ROW = 4
LONGEST = 8
"""Boxes drawn; of a longer path the middle is one box that says how many outputs it stands for."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A box: its heading, up to two lines, and whether it is a claim (an exchange or the service)."""

    heading: str
    lines: tuple[str, ...]
    claimed: bool = False


def draw_path(stops: list[Stop]) -> Drawing:
    """Draw the boxes in order, left to right, rows below each other, an arrow between any two."""
    shown = _shortened(stops)
    parts: list[Part] = []
    for place, stop in enumerate(shown):
        row, column = divmod(place, IN_A_ROW)
        x, y = column * (BOX + GAP), row * (TALL + GAP) + 2
        parts += _box(stop, x, y)
        if place + 1 < len(shown):
            parts.append(_arrow(x, y, wraps=column == IN_A_ROW - 1))
    rows = -(-len(shown) // IN_A_ROW)
    return Drawing(WIDTH, rows * (TALL + GAP) - GAP + 4, tuple(parts))


def _shortened(stops: list[Stop]) -> list[Stop]:
    if len(stops) <= LONGEST:
        return stops
    head, tail = LONGEST // 2, LONGEST - LONGEST // 2 - 1
    left_out = Stop(f"{len(stops) - head - tail} outputs", ("not drawn; the path", "in the table has them"))
    return [*stops[:head], left_out, *stops[len(stops) - tail :]]


def _box(stop: Stop, x: float, y: float) -> list[Part]:
    dashes = {"stroke_dasharray": "2 2"} if stop.claimed else {}
    fill = "#ffffff" if stop.claimed else PALE
    parts: list[Part] = [
        element(
            "rect",
            x=x + 0.5,
            y=y,
            width=BOX,
            height=TALL,
            fill=fill,
            stroke=INK,
            stroke_width="0.7",
            **dashes,
        ),
        label(x + 5, y + 11, clipped(stop.heading, 17.5), size=7.5, bold=True),
    ]
    for line, text in enumerate(stop.lines):
        parts.append(label(x + 5, y + 22 + 10 * line, clipped(text, 20), size=7.0))
    return parts


def _arrow(x: float, y: float, *, wraps: bool) -> str:
    """To the right; at the end of a row down, and back to the left."""
    if not wraps:
        x1, y1 = x + BOX + 1.5, y + TALL / 2
        tip = x1 + GAP - 3
        head = f"M{tip - 4:.1f} {y1 - 3:.1f}L{tip:.1f} {y1:.1f}L{tip - 4:.1f} {y1 + 3:.1f}"
        path = f"M{x1:.1f} {y1:.1f}H{tip:.1f}{head}"
    else:
        down, low = y + TALL + GAP / 2, y + TALL + GAP - 1
        path = (
            f"M{x + BOX / 2:.1f} {y + TALL:.1f}V{down:.1f}H{BOX / 2:.1f}V{low:.1f}M{BOX / 2 - 3:.1f} "
            f"{low - 4:.1f}L{BOX / 2:.1f} {low:.1f}L{BOX / 2 + 3:.1f} {low - 4:.1f}"
        )
    return element("path", d=path, fill="none", stroke=GREY, stroke_width="1")
