"""What a rule says of a worked example, in the words that examples use."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from cointrail.errors import BadInput
from cointrail.heuristics.base import REGISTRY, Abstained, Linked
from cointrail.heuristics.change import Remaining
from cointrail.heuristics.shape import shape_of
from cointrail.rulebook.example_text import script_of
from cointrail.rulebook.examples import Example
from cointrail.rulebook.facts import WrittenContext

Rule = Callable[..., object]
Taken = frozenset[str]
"""The names of a rule's parameters."""
Names = dict[bytes, str]
"""People by script; the words `name/type` where the rule looks at scripts."""


def answer_of(example: Example) -> str:
    """Ask the rule of an example; its answer in the form of `Example.says`.

    Raises:
        BadInput: nobody knows how to ask this rule.
    """
    function = REGISTRY[example.rule].function
    taken = inspect.signature(function).parameters
    first = next(iter(taken))
    if first not in _ASK:
        raise BadInput(f"`{example.rule}` cannot be asked an example: it takes `{first}`", rule=example.rule)
    return _ASK[first](function, example, frozenset(taken))


def _of_shape(function: Rule, example: Example, _: Taken) -> str:
    shape = shape_of(example.view(), dated=example.height is not None)
    return "fires" if function(shape) else "quiet"


def _of_tx(function: Rule, example: Example, taken: Taken) -> str:
    """Of a rule on a transaction, which may ask for what the chain says, and for how heights count."""
    outputs = example.sides.out_names
    context = (WrittenContext(outputs, example.facts),) if "context" in taken else ()
    dated = {"dated": example.height is not None} if "dated" in taken else {}
    said = function(example.view(), *context, **dated)
    if isinstance(said, Remaining):
        left = [name for place, name in enumerate(outputs) if place in said.outputs]
        return " ".join(["leaves", *(left or ["nothing"])])
    return _words(said, _names(example))


def _of_scripts(function: Rule, example: Example, _: Taken) -> str:
    scripts = example.script_bytes()
    return _words(function(*scripts), dict(zip(scripts, example.scripts, strict=True)))


_ASK: dict[str, Callable[[Rule, Example, Taken], str]] = {
    "shape": _of_shape,
    "tx": _of_tx,
    "one": _of_scripts,
    "outer": _of_scripts,
}
"""How to ask a rule, by the name of its first parameter."""


def _names(example: Example) -> Names:
    sides = example.sides
    return {script_of(name, coins.type): name for coins in (*sides.ins, *sides.outs) for name in coins.names}


def _words(said: object, names: Names) -> str:
    match said:
        case Linked(scripts=scripts):
            order = list(names)
            return " ".join(["links", *(names[one] for one in sorted(scripts, key=order.index))])
        case Abstained(because=because):
            return f"abstains: {because}"
    raise BadInput(f"no words for an answer of type {type(said).__name__}")
