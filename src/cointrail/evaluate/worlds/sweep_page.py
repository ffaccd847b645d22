"""The page of a sweep: every figure against the share that was varied, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cointrail.evaluate.worlds.markdown import md_table
from cointrail.evaluate.worlds.svg import BLUE, GREY, svg_line, svg_page, svg_text
from cointrail.evaluate.worlds.sweep import FIGURES, Knob, Reading
from cointrail.evaluate.worlds.tables import Row, Sheet, cell, limits

PAGE = "sweep.md"

_COLUMNS, _WIDTH, _HEIGHT = 2, 380, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 40, 34
_LEAST_SPAN = 0.01
"""Of an axis: a line that hardly moves is not blown up."""

_TITLES = {
    "common_input": "common inputs wrong",
    "common_input_lead": "common inputs at T4 wrong",
    "change": "change at T3 wrong",
    "change_lead": "change at T4 wrong",
    "abstained": "no change named",
    "precision": "BCubed precision",
    "recall": "BCubed recall",
    "contaminated": "cluster holds a stranger's",
}

_HEAD = """\
# Rates against shares that nobody knows

Each share is varied with all else as in the worlds that it is taken from. Worlds a step: {seeds}, of
{size:,} transactions each.

Bars are 95 % intervals: of Clopper and Pearson for shares of links, one of each hand drawn by lot; for
clusters and silence the mean of the worlds' own intervals, which draw hands again.
"""


def sweep_sheet(found: Sequence[Reading]) -> Sheet:
    """Every reading."""
    heads = ("sweep", "share", "figure", "value", "low", "high", "part", "whole")
    rows: list[Row] = [
        (one.sweep, cell(one.share), one.figure, cell(one.value), *limits(one.interval), one.part, one.whole)
        for one in found
    ]
    return Sheet("sweep", heads, tuple(rows))


def sweep_files(knobs: Sequence[Knob], found: Sequence[Reading], seeds: int, size: int) -> dict[str, str]:
    """The page and its pictures, by file name."""
    files = {f"sweep_{knob.name}.svg": draw_sweep(knob, _of(found, knob)) for knob in knobs}
    return {PAGE: "\n".join(_page(knobs, found, seeds, size)) + "\n", **files}


def _of(found: Sequence[Reading], knob: Knob) -> list[Reading]:
    return [one for one in found if one.sweep == knob.name]


def _page(knobs: Sequence[Knob], found: Sequence[Reading], seeds: int, size: int) -> Iterator[str]:
    yield _HEAD.format(seeds=seeds, size=size)
    yield from (f"- *{_TITLES[name]}*: {what}" for name, what in FIGURES.items())
    for knob in knobs:
        mine = _of(found, knob)
        yield from ("", f"## {knob.name.capitalize()}", "")
        yield f"Varied: {knob.what}. All else is as in the preset `{knob.base}`."
        yield from ("", f"![{knob.name}](sweep_{knob.name}.svg)", "")
        by_share = {share: {one.figure: one for one in mine if one.share == share} for share in knob.values}
        yield from md_table(
            ("share", *_TITLES.values()),
            [
                (f"{100 * share:g} %", *(_text(row.get(name)) for name in FIGURES))
                for share, row in by_share.items()
            ],
        )


def _text(one: Reading | None) -> str:
    if one is None or one.value is None:
        return "-"
    ends = "" if one.interval is None else f" ({100 * one.interval[0]:.2f} to {100 * one.interval[1]:.2f})"
    return f"{100 * one.value:.2f} %{ends}"


def draw_sweep(knob: Knob, found: Sequence[Reading]) -> str:
    """Small panels, one for each figure: its value and interval against the share."""
    parts: list[str] = []
    for place, name in enumerate(FIGURES):
        x, y = _WIDTH * (place % _COLUMNS), 24 + _HEIGHT * (place // _COLUMNS)
        parts += _panel(x, y, _TITLES[name], [one for one in found if one.figure == name])
    rows = -(-len(FIGURES) // _COLUMNS)
    return svg_page(24 + _HEIGHT * rows, parts, f"Against the share of {knob.what}")


def _panel(x: int, y: int, title: str, readings: Sequence[Reading]) -> Iterator[str]:
    told = [(one.share, one.value, one.interval) for one in readings if one.value is not None]
    left, right, top, bottom = x + _LEFT, x + _WIDTH - _RIGHT, y + _TOP, y + _HEIGHT - _BOTTOM
    yield svg_text((left + right) / 2, top - 8, title, anchor="middle")
    yield (
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" fill="none" '
        f'stroke="{GREY}"/>'
    )
    if not told:
        yield svg_text((left + right) / 2, (top + bottom) / 2, "nothing was said", anchor="middle")
        return
    ends: list[float] = [end for _, value, interval in told for end in (value, *(interval or ()))]
    middle, span = (min(ends) + max(ends)) / 2, max(max(ends) - min(ends), _LEAST_SPAN)
    low = max(0.0, min(middle - span / 2, 1 - span))
    last = max(share for share, _, _ in told) or 1.0

    def across(share: float) -> float:
        return left + 8 + (right - left - 16) * share / last

    def up(value: float) -> float:
        return bottom - 6 - (bottom - top - 12) * (value - low) / span

    for tick in (low, low + span / 2, low + span):
        yield svg_text(left - 6, up(tick) + 4, f"{100 * tick:.1f} %", anchor="end")
    for share in (0.0, last / 2, last):
        yield svg_text(across(share), bottom + 16, f"{100 * share:g} %", anchor="middle")
    path = " ".join(f"{across(share):.1f},{up(value):.1f}" for share, value, _ in told)
    yield f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>'
    for share, value, interval in told:
        at = across(share)
        if interval is not None:
            yield svg_line(at, up(interval[0]), at, up(interval[1]), BLUE, 1)
        yield f'<circle cx="{at:.1f}" cy="{up(value):.1f}" r="3" fill="{BLUE}"/>'
