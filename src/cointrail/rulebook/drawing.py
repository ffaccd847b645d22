"""Draw a worked example of a rule: a bow-tie of the transaction, inputs left, outputs right, as SVG.

The same example gives the same bytes. Bands are as thick as the coins are worth, but never too thin to see.
Colour marks what the rule speaks of and never says it alone: the same is written beside it. The picture
brings its own background, light or dark as the reader's system is.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from cointrail.chain.view import InputMarks
from cointrail.rulebook.example_text import ORDINARY, Coins, parse_sides
from cointrail.rulebook.examples import Example, in_words

WIDTH = 720
MARGIN = 16
TOP_LINE = 18
"""Height of a line of the heading."""
ROW = 34
"""Least height of a coin: two lines of text fit."""
LINE = 13
"""A third line, for what an input shows."""
GAP = 6
"""Between the bars of a side."""
FULL = 150
"""Height that the whole value takes together, where coins are not at their least height."""
BAR = 8
LEFT, RIGHT = 224, WIDTH - 224
MIDDLE = WIDTH // 2
LEAST_BAND = 3
FINAL = 0xFFFFFFFF
"""The sequence of an input that asks for nothing."""
FACTS = {
    "seen": "paid before",
    "again": "paid again later",
    "own": "in the inputs' cluster",
    "apart": "held apart by tags",
    "channels": "spent as two of two later",
}
"""What is written beside an output that a list of an example's facts names."""
CHARS = 82
"""Of a line of the heading, in bold."""
BESIDE_CHARS = 33
"""Of a line beside a coin."""
GIVEN_CHARS = 64
"""Of a value that a rule is given."""

STYLE = """
    .panel { fill: #ffffff; stroke: #c9ced6; }
    text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1c2430; }
    .small { font-size: 11px; fill: #57606e; }
    .head { font-weight: 600; }
    .bar { fill: #44546a; }
    .band { fill: #8ea3bb; fill-opacity: 0.45; }
    .told.bar { fill: #b4560f; }
    .told.band { fill: #e08a3c; fill-opacity: 0.6; }
    .told.small { fill: #8f430a; font-weight: 600; }
    .unknown { fill: none; stroke: #57606e; stroke-dasharray: 3 3; }
    .link { stroke: #b4560f; stroke-width: 4; }
    .apart { stroke: #57606e; stroke-width: 2; stroke-dasharray: 5 5; }
    @media (prefers-color-scheme: dark) {
      .panel { fill: #12171e; stroke: #3a434f; }
      text { fill: #e7ebf0; }
      .small { fill: #a3adba; }
      .bar { fill: #a9b8ca; }
      .band { fill: #64788f; fill-opacity: 0.5; }
      .told.bar { fill: #f2a65a; }
      .told.band { fill: #c9752b; fill-opacity: 0.65; }
      .told.small { fill: #f6b673; }
      .unknown { stroke: #a3adba; }
      .link { stroke: #f2a65a; }
      .apart { stroke: #a3adba; }
    }
"""


class Item(NamedTuple):
    """A coin, or several alike, with what is written beside it."""

    coins: Coins
    told: str
    """A word where the rule speaks of it; else empty."""
    more: tuple[str, ...]
    """Further lines; mostly none."""


class Placed(NamedTuple):
    """An item where it is drawn, and where its band meets the middle."""

    item: Item
    top: float
    height: float
    middle: float
    thickness: float


def draw(example: Example, name: str) -> str:
    """The picture of an example.

    Args:
        example: what to draw.
        name: of the rule with its version.
    """
    heading = _heading(example, name)
    top = MARGIN + TOP_LINE * len(heading) + 14
    drawn = _scripts if example.scripts else _bow_tie if example.tx else _given
    body, height = drawn(example, top)
    whole = round(height + MARGIN)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole}" width="{WIDTH}" '
        f'height="{whole}" role="img">'
    )
    lines = [
        opening,
        f"  <title>{escape(f'{name}: {example.says}')}</title>",
        f"  <style>{STYLE}  </style>",
        f'  <rect class="panel" x="0.5" y="0.5" width="{WIDTH - 1}" height="{whole - 1}" rx="8"/>',
        *(_text(MARGIN, MARGIN + 12 + TOP_LINE * k, line, kind) for k, (line, kind) in enumerate(heading)),
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _heading(example: Example, name: str) -> list[tuple[str, str]]:
    """Lines with their class: what the rule says, and what is to be known beside the transaction."""
    said = f"{name} {_readable(example.says)}"
    if example.wrong:
        said += ", and is wrong"
    beside = [f"height {example.height:,}"] if example.height is not None else []
    beside += [f"locktime {example.locktime:,}"] if example.locktime else []
    beside += [f"weight {example.weight:,}"] if example.weight else []
    beside += ["the sender is a tagged service"] if example.facts.get("service") else []
    if example.tx:
        beside += [f"{name}: {in_words(value)}" for name, value in example.given.items() if value]
    if (judged := example.facts.get("judged_at")) is not None:
        beside.append(f"judged at height {judged:,}")
    lines = [(line, "head") for line in textwrap.wrap(said, CHARS)]
    return lines + [(line, "small") for line in textwrap.wrap("; ".join(beside), CHARS + 22)]


def _readable(says: str) -> str:
    return {"fires": "fires", "quiet": "keeps quiet"}.get(says, says)


# -- a transaction


def _bow_tie(example: Example, top: float) -> tuple[list[str], float]:
    sides = example.sides
    total = max(_value(sides.ins), _value(sides.outs), 1)
    scale = FULL / total
    sides_drawn = [_items(example, right=right) for right in (False, True)]
    heights = [max(_stack(side, scale), ROW) for side in sides_drawn]
    bottom = top + max(heights)
    centre = top + max(heights) / 2
    lines: list[str] = []
    for side, right in zip(sides_drawn, (False, True), strict=True):
        for one in _placed(side, scale, centre):
            lines += _coin(one, right=right)
    band = max(FULL * _value(side) / total for side in (sides.ins, sides.outs))
    tall = max(band, LEAST_BAND * max(len(sides.ins), len(sides.outs)))
    lines.append(_rect("bar", MIDDLE - BAR / 2, centre - tall / 2, BAR, tall))
    under = _fee(example)
    if under:
        lines.append(_text(MIDDLE, max(bottom, centre + tall / 2) + 18, under, "small", "middle"))
    return lines, max(bottom, centre + tall / 2) + (24 if under else 6)


def _value(side: Sequence[Coins]) -> int:
    return sum(coins.count * (coins.value or 0) for coins in side)


def _worth_of(coins: Coins) -> int:
    return coins.count * (coins.value or 0)


def _tall(item: Item, scale: float) -> float:
    return max(_worth_of(item.coins) * scale + GAP, ROW + LINE * len(item.more))


def _stack(side: Sequence[Item], scale: float) -> float:
    return sum(_tall(item, scale) for item in side)


def _placed(side: Sequence[Item], scale: float, centre: float) -> Iterator[Placed]:
    """The items of a side from top to bottom, and where their bands meet the middle."""
    bands = [max(_worth_of(item.coins) * scale, LEAST_BAND) for item in side]
    top, middle = centre - _stack(side, scale) / 2, centre - sum(bands) / 2
    for item, band in zip(side, bands, strict=True):
        tall = _tall(item, scale)
        yield Placed(item, top, tall, middle, band)
        top, middle = top + tall, middle + band


def _items(example: Example, *, right: bool) -> list[Item]:
    told = _told(example)
    side = example.sides.outs if right else example.sides.ins
    more = _known if right else _shown
    return [
        Item(
            coins,
            told.get((right, coins.name), ""),
            tuple(textwrap.wrap(more(example, coins), BESIDE_CHARS)),
        )
        for coins in side
    ]


def _coin(one: Placed, *, right: bool) -> Iterator[str]:
    """A band with its bar and its text."""
    coins, told, more = one.item
    mark = " told" if told else ""
    low = one.top + (one.height - one.thickness) / 2
    outer, inner = (RIGHT, MIDDLE + BAR // 2) if right else (LEFT, MIDDLE - BAR // 2)
    bend = (outer + inner) // 2
    ends = low + one.thickness, one.middle + one.thickness
    path = (
        f"M {outer} {low:.1f} C {bend} {low:.1f} {bend} {one.middle:.1f} {inner} {one.middle:.1f} "
        f"V {ends[1]:.1f} C {bend} {ends[1]:.1f} {bend} {ends[0]:.1f} {outer} {ends[0]:.1f} z"
    )
    unknown = coins.value is None
    yield f'  <path class="{"unknown" if unknown else f"band{mark}"}" d="{path}"/>'
    bar = outer if right else outer - BAR
    yield _rect(f"bar{mark}", bar, low, BAR, one.thickness)
    at, anchor = (outer + BAR + 8, "start") if right else (outer - BAR - 8, "end")
    line = one.top + one.height / 2 - max(0, len(more) - 1) * LINE / 2
    yield _text(at, line - 2, _label(coins), "", anchor)
    beside = f"{_worth(coins)}, {told}" if told else _worth(coins)
    yield _text(at, line + 12, beside, f"small{mark}", anchor)
    for k, text in enumerate(more, 1):
        yield _text(at, line + 12 + LINE * k, text, "small", anchor)


def _label(coins: Coins) -> str:
    if coins.is_note:
        return "OP_RETURN"
    name = coins.name if coins.count == 1 else f"{coins.name}1 to {coins.name}{coins.count}"
    return ", ".join([name.replace("_", " "), *([coins.type] if coins.type else [])])


def _shown(example: Example, coins: Coins) -> str:
    """What the inputs show that is not ordinary, and where they come from."""
    return "; ".join(part for part in (_marks(coins), _sequence(coins), *_origin(example, coins)) if part)


def _sequence(coins: Coins) -> str:
    return "" if coins.sequence is None else f"sequence {coins.sequence:08x}"


def _origin(example: Example, coins: Coins) -> Iterator[str]:
    """Where the coin comes from, as far as the example says."""
    if coins.names[0] in example.facts.get("remixed", ()):
        yield "from an earlier round"
    if coins.names[0] in (behind := example.facts.get("behind", {})):
        sides = parse_sides(behind[coins.names[0]])
        yield f"from {len(sides.in_names)} in, {len(sides.out_names)} out"


def _marks(coins: Coins) -> str:
    if coins.marks == ORDINARY:
        return ""
    if InputMarks.SIGNED not in coins.marks:
        return "shows no signature"
    words = [word.removeprefix("sighash_") for word in (coins.marks & ~ORDINARY).labels]
    return "shows " + ", ".join(words).replace("_", " ") if words else ""


def _known(example: Example, coins: Coins) -> str:
    """What the chain says of an output."""
    facts, name = example.facts, coins.name
    words = [word for key, word in FACTS.items() if name in facts.get(key, ())]
    if (spent := facts.get("spent", {}).get(name)) is not None:
        more = {"tx": spent} if isinstance(spent, str) else spent
        sides = parse_sides(more["tx"])
        counts = f"spent: {len(sides.in_names)} in, {len(sides.out_names)} out"
        beside = [f"version {more['version']}"] if "version" in more else []
        beside += [f"locktime {more['locktime']:,}"] if "locktime" in more else []
        beside += ["final"] if more.get("sequence") == FINAL else []
        words.append(", ".join([counts, *beside]))
    return "; ".join(words)


def _worth(coins: Coins) -> str:
    if coins.value is None:
        return "not known"
    each = f"{coins.value:,} sat"
    return each if coins.count == 1 else f"{coins.count} x {each}"


def _fee(example: Example) -> str:
    sides = example.sides
    if not sides.ins:
        return "coinbase"
    if any(coins.value is None for coins in sides.ins):
        return "fee not known"
    return f"fee {_value(sides.ins) - _value(sides.outs):,} sat"


def _told(example: Example) -> dict[tuple[bool, str], str]:
    """The coins that the rule speaks of, by side and name, with a word for each."""
    sides = example.sides
    word, *names = example.says.split(" ")
    if word == "links":
        both = ((False, sides.ins), (True, sides.outs))
        return {
            (right, one.name): "linked" for right, side in both for one in side if set(one.names) & set(names)
        }
    if word == "leaves":
        return {(True, one.name): "may be change" for one in sides.outs if set(one.names) & set(names)}
    if word in {"onward", "places"}:
        return _at_places(example)
    if word != "fires":
        return {}
    counts: Counter[int] = Counter()
    for one in sides.outs:
        counts[one.value or 0] += one.count
    equal = {
        (True, one.name): "equal" for one in sides.outs if counts[one.value or 0] > 1 and not one.is_note
    }
    marked = {(False, one.name): "so signed" for one in sides.ins if one.marks != ORDINARY}
    return marked or equal


def _at_places(example: Example) -> dict[tuple[bool, str], str]:
    """The coins that an answer names by place: outputs, or inputs where the rule goes back."""
    right, sides = "backward" not in example.rule, example.sides
    names = sides.out_names if right else sides.in_names
    places = example.says.partition("place")[2].removeprefix("s").split()
    told = {names[int(place)] for place in places if place.isdigit()}
    side = sides.outs if right else sides.ins
    return {(right, one.name): "named" for one in side if told & set(one.names)}


# -- scripts


def _scripts(example: Example, top: float) -> tuple[list[str], float]:
    """Two scripts side by side, with a line between them."""
    linked = example.says.startswith("links")
    width, height = 250, 46
    middle = top + height / 2
    line = (
        f'  <line class="{"link" if linked else "apart"}" x1="{MARGIN + width}" y1="{middle:.1f}" '
        f'x2="{WIDTH - MARGIN - width}" y2="{middle:.1f}"/>'
    )
    lines = [
        line,
        _text(MIDDLE, middle - 8, "linked" if linked else "not linked", "small", "middle"),
    ]
    for at, script in zip((MARGIN, WIDTH - MARGIN - width), example.scripts, strict=True):
        name, _, kind = script.partition("/")
        lines.append(_rect("panel", at, top, width, height, radius=6))
        lines.append(_text(at + width / 2, middle - 3, kind or "p2wpkh", "", "middle"))
        lines.append(_text(at + width / 2, middle + 13, f"of {name}", "small", "middle"))
    return lines, top + height + 4


# -- facts without a transaction


def _given(example: Example, top: float) -> tuple[list[str], float]:
    """What the rule is given, a line for each value."""
    lines, line = [], top + 8
    for name, value in _rows_of(example):
        lines.append(_text(LEFT, line, name.replace("_", " "), "small", "end"))
        for text in textwrap.wrap(value, GIVEN_CHARS):
            lines.append(_text(LEFT + 16, line, text))
            line += TOP_LINE
    return lines, line - 8


def _rows_of(example: Example) -> Iterator[tuple[str, str]]:
    """Each value with its name; of tables each field, of lists of tables each table."""
    for name, value in example.given.items():
        match value:
            case dict():
                yield from ((f"{name}: {inner}", in_words(one)) for inner, one in value.items())
            case [dict(), *_]:
                yield from ((f"{name} {place}", in_words(one)) for place, one in enumerate(value, 1))
            case _:
                yield name, in_words(value)


# -- pieces


def _rect(kind: str, x: float, y: float, width: float, height: float, *, radius: int = 1) -> str:
    return (
        f'  <rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius}"/>'
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'  <text{marked} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
