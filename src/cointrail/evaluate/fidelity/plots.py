"""Pictures of fidelity gates as SVG: the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cointrail.evaluate.fidelity.distances import Gate
from cointrail.evaluate.worlds.plots import LEFT, RIGHT, ROW, TOP
from cointrail.evaluate.worlds.svg import BLUE, GREY, RED, WIDTH

_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_SHARES = 6
"""Values of a gate that are drawn."""


def draw_gates(gates: Sequence[Gate], title: str) -> str:
    """Each gate a row: the distance, its limit (dashed), and two real samples apart (ring)."""
    height = TOP + ROW * len(gates) + 34
    parts = [part for tick in _TICKS for part in _tick(tick, height)]
    for place, gate in enumerate(gates):
        y = TOP + ROW * place + ROW // 2
        colour = BLUE if gate.passed else RED
        x, limit = _at(gate.distance), _at(gate.limit)
        parts += [
            _text(LEFT - 8, y + 4, gate.name, "end"),
            f'<line x1="{_at(0):.1f}" y1="{y}" x2="{x:.1f}" y2="{y}" stroke="{colour}" stroke-width="3"/>',
            f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{colour}"/>',
            _limit(limit, y),
        ]
        if gate.real_distance is not None:
            parts.append(
                f'<circle cx="{_at(gate.real_distance):.1f}" cy="{y}" r="5" fill="none" stroke="{GREY}" '
                'stroke-width="2"/>'
            )
    return _svg(height, parts, title)


def draw_shares(gates: Sequence[Gate], title: str) -> str:
    """Of each gate the values that differ most: real (upper bar) and made up (lower bar)."""
    rows: list[str] = []
    y = TOP
    for gate in gates:
        rows.append(_text(LEFT - 8, y + 14, gate.name, "end", bold=True))
        y += ROW
        for share in gate.shares[:_SHARES]:
            rows += [
                _text(LEFT - 8, y + 13, share.value, "end"),
                _bar(share.real, y + 3, BLUE),
                _bar(share.made, y + 12, RED),
            ]
            y += ROW
    height = y + 34
    return _svg(height, [part for tick in _TICKS for part in _tick(tick, height)] + rows, title)


def _limit(x: float, y: int) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y - 9}" x2="{x:.1f}" y2="{y + 9}" stroke="{GREY}" stroke-dasharray="4 3"/>'
    )


def _bar(share: float, y: int, colour: str) -> str:
    return f'<rect x="{_at(0):.1f}" y="{y}" width="{_at(share) - _at(0):.1f}" height="8" fill="{colour}"/>'


def _at(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _tick(share: float, height: int) -> tuple[str, str]:
    x = _at(share)
    return (
        f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 30}" stroke="#dddddd"/>',
        _text(x, height - 12, f"{share:g}", "middle"),
    )


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _svg(height: int, parts: Sequence[str], title: str) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="12">\n'
        f'<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="{WIDTH / 2:.0f}" y="18" text-anchor="middle">{escape(title)}</text>\n{body}\n</svg>\n'
    )
