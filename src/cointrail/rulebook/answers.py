"""What a rule says of a worked example, in the words that examples use."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum

from cointrail.heuristics.base import REGISTRY, Abstained, Linked
from cointrail.heuristics.change import Remaining
from cointrail.heuristics.shape import shape_of
from cointrail.rulebook.example_text import script_of
from cointrail.rulebook.examples import Example
from cointrail.rulebook.facts import WrittenContext, look_behind, spenders, surroundings
from cointrail.rulebook.given import arguments

Names = dict[bytes, str]
"""People by script; the words `name/type` where the rule looks at scripts."""


def answer_of(example: Example) -> str:
    """Ask the rule of an example; its answer in the form of `Example.says`.

    Raises:
        BadInput: what the rule takes cannot be made from the example.
    """
    function = REGISTRY[example.rule].function
    said = function(
        *example.script_bytes(), **_of_transaction(function, example), **_given(function, example)
    )
    return _words(said, example)


def _given(function: Callable[..., object], example: Example) -> dict[str, object]:
    return arguments(function, example.given) if example.given else {}


def _of_transaction(function: Callable[..., object], example: Example) -> dict[str, object]:
    """The arguments that every example of a transaction has, as far as the rule takes them."""
    taken = inspect.signature(function).parameters
    dated = example.height is not None
    outputs = example.sides.out_names if example.tx else ()
    facts = example.facts
    made: dict[str, Callable[[], object]] = {
        "shape": lambda: shape_of(
            example.view(), dated=dated, around=surroundings(example.view(), outputs, facts)
        ),
        "tx": example.view,
        "context": lambda: WrittenContext(outputs, facts),
        "around": lambda: surroundings(example.view(), outputs, facts),
        "look": lambda: look_behind(facts),
        "spenders": lambda: spenders(example.view(), outputs, facts),
        "dated": lambda: dated,
    }
    return {name: make() for name, make in made.items() if example.tx and name in taken}


def _words(said: object, example: Example) -> str:
    match said:
        case bool():
            return "fires" if said else "quiet"
        case Linked(scripts=scripts):
            names = _names(example)
            order = list(names)
            return " ".join(["links", *(names[one] for one in sorted(scripts, key=order.index))])
        case Abstained(because=because):
            return f"abstains: {because}"
        case Remaining(outputs=outputs):
            left = [name for place, name in enumerate(example.sides.out_names) if place in outputs]
            return " ".join(["leaves", *(left or ["nothing"])])
        case Enum():
            return said.name.lower()
        case frozenset() | tuple():
            return " ".join(["places", *map(str, sorted(said))])
    return _fields(said)


def _fields(said: object) -> str:
    """An answer of a type of its own: the type's name, and its fields that are one word or number."""
    if not is_dataclass(said):
        return str(said)
    shown = {one.name: getattr(said, one.name) for one in fields(said)}
    because = shown.pop("because", None)
    words = [
        f"{name} {value.name if isinstance(value, Enum) else value}"
        for name, value in shown.items()
        if isinstance(value, Enum | int | str)
    ]
    return " ".join([type(said).__name__.lower(), *words]) + (f": {because}" if because else "")


def _names(example: Example) -> Names:
    if example.scripts:
        return dict(zip(example.script_bytes(), example.scripts, strict=True))
    sides = example.sides
    return {script_of(name, coins.type): name for coins in (*sides.ins, *sides.outs) for name in coins.names}
