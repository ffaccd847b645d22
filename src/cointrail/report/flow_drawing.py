"""A drawing of value between exchanges and the service, left to right; legible without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cointrail.report.flows import Band
from cointrail.report.money import bitcoin, count
from cointrail.report.printable import printable
from cointrail.report.svg import DOTTED, HATCHED, INK, SOLID, Drawing, Part, clipped, element, label

SERVICE = "the service"
"""What the service under investigation is called in a drawing."""

WIDTH = 500.0
BAR = 9.0
LABELS = 168.0
GAP = 7.0
TALLEST = 330.0
LEAST = 17.0
"""Height of a node whose value is small: its two lines of text need that much."""
TOP = 24.0
MOST_NODES = 16
"""Nodes drawn one by one; the rest is one node that says how many it stands for."""


@dataclass(slots=True)
class _Node:
    title: str
    bands: list[Band] = field(default_factory=list)

    @property
    def value_sat(self) -> int:
        return sum(band.value_sat for band in self.bands)


def draw_flow(bands: Sequence[Band], service: str, *, inward: bool) -> Drawing:
    """Draw where value came from (`inward`) or went to; every node has its name and value in words."""
    nodes = _nodes(bands)
    total = sum(node.value_sat for node in nodes)
    heights = [max(LEAST, TALLEST * node.value_sat / total) if total else LEAST for node in nodes]
    height = sum(heights) + GAP * max(0, len(nodes) - 1)
    far, near = (LABELS, WIDTH - LABELS) if inward else (WIDTH - LABELS - BAR, LABELS - BAR)
    parts = _legend(bands, inward=inward)
    y, meets = TOP, TOP
    for node, tall in zip(nodes, heights, strict=True):
        parts += _draw_node(node, far, y, tall, inward=inward)
        used = 0.0
        for band in node.bands:
            thick = tall * band.value_sat / node.value_sat
            at_hub = height * band.value_sat / total
            parts.append(_ribbon(band, (far, y + used, thick), (near, meets, at_hub), inward=inward))
            used += thick
            meets += at_hub
        y += tall + GAP
    parts.append(element("rect", x=near, y=TOP, width=BAR, height=height, fill=INK))
    x, anchor = (near + BAR + 6, "start") if inward else (near - 6, "end")
    middle = TOP + height / 2
    parts.append(label(x, middle - 2, clipped(service, LABELS / 8.5), size=8.5, anchor=anchor, bold=True))
    parts.append(label(x, middle + 9, f"{bitcoin(total)} BTC", anchor=anchor))
    return Drawing(WIDTH, TOP + height + 6, tuple(parts))


def _nodes(bands: Sequence[Band]) -> list[_Node]:
    """A node an exchange or stop reason, the largest first; stop reasons last."""
    found: dict[tuple[bool, str, str], _Node] = {}
    for band in bands:
        where = f" ({band.country})" if band.country else ""
        title = printable(band.name) + where if band.is_lead else f"no lead: {band.name}"
        found.setdefault((band.is_lead, band.name, band.country), _Node(title)).bands.append(band)
    leads = sorted((n for key, n in found.items() if key[0]), key=lambda n: (-n.value_sat, n.title))
    stops = [node for key, node in found.items() if not key[0]]
    if len(leads) > MOST_NODES:
        rest = leads[MOST_NODES - 1 :]
        joined = _Node(count(len(rest), "further exchange"), [band for node in rest for band in node.bands])
        joined.bands.sort(key=lambda band: band.hand)
        leads = [*leads[: MOST_NODES - 1], joined]
    return [*leads, *stops]


def _draw_node(node: _Node, x: float, y: float, tall: float, *, inward: bool) -> list[Part]:
    at, anchor = (x - 5, "end") if inward else (x + BAR + 5, "start")
    middle = y + tall / 2
    return [
        element("rect", x=x, y=y, width=BAR, height=tall, fill=INK),
        label(at, middle - 1, clipped(node.title, LABELS / 8), anchor=anchor, bold=True),
        label(at, middle + 8, f"{bitcoin(node.value_sat)} BTC", size=7.5, anchor=anchor),
    ]


def _fill(band: Band) -> str:
    if not band.is_lead:
        return DOTTED
    return SOLID if band.hand == "same_hand" else HATCHED


def _ribbon(
    band: Band, far: tuple[float, float, float], near: tuple[float, float, float], *, inward: bool
) -> str:
    """A band between two bars: x, upper edge and thickness at either end."""
    (x1, y1, t1), (x2, y2, t2) = (far, near) if inward else (near, far)
    x1, bend = x1 + BAR, (x2 - x1) / 2
    path = (
        f"M{x1:.2f} {y1:.2f}C{x1 + bend:.2f} {y1:.2f} {x2 - bend:.2f} {y2:.2f} {x2:.2f} {y2:.2f}L{x2:.2f} "
        f"{y2 + t2:.2f}C{x2 - bend:.2f} {y2 + t2:.2f} {x1 + bend:.2f} {y1 + t1:.2f} {x1:.2f} {y1 + t1:.2f}Z"
    )
    return element("path", d=path, fill=_fill(band), fill_opacity="0.8", stroke=INK, stroke_width="0.4")


def _legend(bands: Sequence[Band], *, inward: bool) -> list[Part]:
    other = "upstream: other hands between" if inward else "downstream: other hands between"
    kinds = [(SOLID, "same hand"), (HATCHED, other), (DOTTED, "no lead: why the trail ended")]
    used = {_fill(band) for band in bands}
    parts: list[Part] = []
    x = 0.0
    for fill, text in kinds:
        if fill in used:
            parts.append(
                element("rect", x=x, y=3.0, width=14.0, height=8.0, fill=fill, stroke=INK, stroke_width="0.4")
            )
            parts.append(label(x + 18, 10, text))
            x += 30 + 4.4 * len(text)
    return parts
