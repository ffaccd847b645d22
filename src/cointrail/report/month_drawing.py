"""A drawing of the payments by month: bars of value, with their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.chain.types import COIN
from cointrail.report.flows import Month
from cointrail.report.svg import GREY, INK, SOLID, Drawing, Label, Part, element, label

WIDTH, PLOT = 500.0, 120.0
LEFT, TOP, BELOW = 46.0, 14.0, 34.0
STEPS = (10, 15, 20, 25, 30, 40, 50, 60, 80)
"""What a quarter of the axis may be, times a power of ten."""


def draw_months(months: Sequence[Month]) -> Drawing:
    """Draw bitcoin received a month; the number of payments stands above each bar where there is room."""
    top = _round_up(max((month.value_sat for month in months), default=0))
    slot = (WIDTH - LEFT) / max(1, len(months))
    parts = _axis(top)
    each = max(1, -(-len(months) // 24))
    for place, month in enumerate(months):
        x = LEFT + place * slot
        tall = PLOT * month.value_sat / top
        bar = element(
            "rect", x=x + slot * 0.15, y=TOP + PLOT - tall, width=slot * 0.7, height=tall, fill=SOLID
        )
        parts.append(bar)
        middle = x + slot / 2
        if slot >= 12:
            parts.append(label(middle, TOP + PLOT - tall - 2, str(month.payments), size=6.0, anchor="middle"))
        if place % each == 0:
            x, y = middle + 2, TOP + PLOT + 5
            parts.append(Label(x=x, y=y, text=month.month, size=6.5, anchor="end", turn=-60))
    return Drawing(WIDTH, TOP + PLOT + BELOW, tuple(parts))


def _axis(top: int) -> list[Part]:
    parts: list[Part] = [label(0, 8, "BTC a month; above each bar: number of payments", size=7.0)]
    for part in range(5):
        y = TOP + PLOT - PLOT * part / 4
        parts.append(
            element(
                "line", x1=LEFT, y1=y, x2=WIDTH, y2=y, stroke=INK if part == 0 else GREY, stroke_width="0.4"
            )
        )
        parts.append(label(LEFT - 4, y + 2.5, _coins(top * part // 4), size=6.5, anchor="end"))
    return parts


def _coins(sat: int) -> str:
    return f"{sat / COIN:,.8f}".rstrip("0").rstrip(".")


def _round_up(sat: int) -> int:
    """The least top that is not below, and whose quarters are round."""
    power = 1
    while True:
        for step in STEPS:
            if 4 * step * power >= sat:
                return 4 * step * power
        power *= 10
