"""The reliability diagram of a model as SVG: the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.evaluate.intervals import ONE
from cointrail.evaluate.learning.figures import ReliabilityPoint
from cointrail.evaluate.worlds.svg import BLUE, GREY

SIDE, LEFT, TOP, WIDTH, HEIGHT = 300, 70, 40, 480, 400


def draw_reliability(points: Sequence[ReliabilityPoint]) -> str:
    """Stated probability against the share that is the sender's, with intervals; ideal is the diagonal."""
    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{GREY}"/>',
        f'<path d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}" stroke="{GREY}" stroke-dasharray="4 3"/>',
    ]
    for tick in (0, 25, 50, 75, 100):
        x, y = _across(tick * ONE // 100), _up(tick / 100)
        parts += [
            f'<text x="{x:.1f}" y="{TOP + SIDE + 16}" text-anchor="middle">{tick} %</text>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick} %</text>',
        ]
    for point in points:
        x, y = _across(point.stated_ppm), _up(point.own / point.outputs)
        if point.interval is not None:
            low, high = point.interval
            parts.append(
                f'<line x1="{x:.1f}" y1="{_up(low):.1f}" x2="{x:.1f}" y2="{_up(high):.1f}" stroke="{BLUE}"/>'
            )
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}">'
            f"<title>{point.own} of {point.outputs}</title></circle>"
        )
    middle = LEFT + SIDE / 2
    title = "Stated probability against the share found, with 95 % intervals"
    below = "stated that the output is the sender's"
    parts.append(f'<text x="{middle}" y="{TOP + SIDE + 36}" text-anchor="middle">{below}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="sans-serif" font-size="12">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="{WIDTH / 2:.0f}" y="22" text-anchor="middle">{title}</text>\n{body}\n</svg>\n'
    )


def _across(ppm: int) -> float:
    return LEFT + SIDE * ppm / ONE


def _up(share: float) -> float:
    return TOP + SIDE * (1 - share)
