"""Pictures of an evaluation as SVG: plain lines and text, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import log10

from cointrail.evaluate.intervals import ONE, lower_bound
from cointrail.evaluate.worlds.pool import Stratum
from cointrail.evaluate.worlds.svg import BLUE, GREY, RED, WIDTH, svg_line, svg_page, svg_text

LEFT, RIGHT, ROW, TOP = 300, 40, 24, 34

_FLOOR_PPM = 100
"""The left end of a logarithmic axis: one in ten thousand and less."""
_TICKS = (100, 1_000, 10_000, 100_000, ONE)


def draw_bounds(strata: Sequence[Stratum]) -> str:
    """Each stratum a row: the share that was wrong, the bound, and what the tier allows, on a log axis."""
    height = TOP + ROW * len(strata) + 34
    parts = list(_log_axis(height))
    for place, one in enumerate(strata):
        y = TOP + ROW * place + ROW // 2
        share = ONE * one.wrong_links // max(1, one.links)
        colour = BLUE if one.within else RED
        parts += [
            svg_text(LEFT - 8, y + 4, ", ".join(one.stratum), anchor="end"),
            svg_line(_at(share), y, _at(one.bound_ppm), y, colour, 2),
            f'<circle cx="{_at(share):.1f}" cy="{y}" r="4" fill="{colour}"/>',
            svg_line(_at(one.bound_ppm), y - 6, _at(one.bound_ppm), y + 6, colour, 2),
            svg_line(_at(one.target_ppm), y - 9, _at(one.target_ppm), y + 9, GREY, 1, dash=True),
        ]
    return svg_page(height, parts, "Wrong share (dot), upper bound (bar) and what the tier allows (dashed)")


def draw_reliability(points: Iterable[tuple[int, int, bool]]) -> str:
    """What was stated against what was found, each a point: (bound, share found wrong, within), in ppm."""
    side, left, top = 300, 70, 30
    scale = side / (log10(ONE) - log10(_FLOOR_PPM))

    def place(ppm: int) -> float:
        return scale * (log10(max(ppm, _FLOOR_PPM)) - log10(_FLOOR_PPM))

    parts = [
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{GREY}"/>',
        svg_line(left, top + side, left + side, top, GREY, 1, dash=True),
        svg_text(left + side / 2, top + side + 34, "stated upper bound", anchor="middle"),
        svg_text(left + side + 12, top + 12, "above the dashed line: more than stated"),
    ]
    for tick in _TICKS:
        label = f"{tick / 10_000:g} %"
        parts += [
            svg_text(left + place(tick), top + side + 16, label, anchor="middle"),
            svg_text(left - 6, top + side - place(tick) + 4, label, anchor="end"),
        ]
    for bound, share, within in points:
        x, y = left + place(bound), top + side - place(share)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{BLUE if within else RED}" fill-opacity="0.6"/>'
        )
    return svg_page(top + side + 46, parts, "Stated bounds against shares found wrong")


def draw_survival(chains: Sequence[tuple[int, int, int]]) -> str:
    """Of coins followed so many hops, the share that is still the first sender's: (hops, chains, right).

    Bars go down to the lower bound; the axis begins at the tenth below the least of these.
    """
    height, side, left, top, depth = 270, 600, 70, 30, 190
    last = max((hops for hops, _, _ in chains), default=1)
    step = side / max(1, last - 1)
    bounds = [lower_bound(right, n) / ONE for _, n, right in chains]
    floor = int(min(bounds, default=0.0) * 10) / 10

    def down(share: float) -> float:
        return top + depth * (1 - (share - floor) / (1 - floor))

    dots = [(left + step * (hops - 1), down(right / n), f"{right} of {n}") for hops, n, right in chains]
    parts = [f'<rect x="{left}" y="{top}" width="{side}" height="{depth}" fill="none" stroke="{GREY}"/>']
    for tick in range(5):
        share = floor + (1 - floor) * tick / 4
        parts.append(svg_text(left - 6, down(share) + 4, f"{100 * share:g} %", anchor="end"))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in dots)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
    for (x, y, label), bound in zip(dots, bounds, strict=True):
        parts.append(svg_line(x, y, x, down(bound), BLUE, 1))
        title = f"<title>{escape(label)}</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{BLUE}">{title}</circle>')
    parts += [
        svg_text(left, top + depth + 16, "1", anchor="middle"),
        svg_text(left + side, top + depth + 16, str(last), anchor="middle"),
        svg_text(left + side / 2, top + depth + 32, "hops", anchor="middle"),
    ]
    return svg_page(height, parts, "Coins that are still the first sender's, and their lower bounds, by hops")


def _log_axis(height: int) -> Iterable[str]:
    for tick in _TICKS:
        x = _at(tick)
        yield svg_line(x, TOP - 6, x, height - 30, "#dddddd", 1)
        yield svg_text(x, height - 12, f"{tick / 10_000:g} %", anchor="middle")


def _at(ppm: int) -> float:
    """Where a rate stands on the logarithmic axis."""
    span = log10(ONE) - log10(_FLOOR_PPM)
    return LEFT + (WIDTH - LEFT - RIGHT) * (log10(max(ppm, _FLOOR_PPM)) - log10(_FLOOR_PPM)) / span
