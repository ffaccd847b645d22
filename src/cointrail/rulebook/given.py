"""Arguments of rules that look at more than a transaction, made from what an example gives.

The type hints of a rule say what to make: a dataclass from a table of its fields, an enum from a member's
name, a tuple from a list, a script from a person's name, a transaction from a line of text.
"""

from __future__ import annotations

import hashlib
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, get_args, get_origin, get_type_hints

from cointrail.chain.types import Txid
from cointrail.chain.view import TxView
from cointrail.errors import BadInput
from cointrail.rulebook.example_text import parse_sides, script_of, view_of_sides

_MANY = (tuple, list, Sequence, Iterable, frozenset)


def arguments(function: Callable[..., object], given: Mapping[str, Any]) -> dict[str, object]:
    """The arguments of a function by name, from what is given for each.

    Raises:
        BadInput: one cannot be made, or the function takes none of that name.
    """
    hints = get_type_hints(function)
    for name in given:
        if name not in hints:
            raise BadInput(f"the rule takes no `{name}`", hint=f"it takes {', '.join(hints)}", name=name)
    return {name: make(hints[name], value) for name, value in given.items()}


def make(kind: Any, value: Any) -> object:
    """A value of a type, from TOML.

    Raises:
        BadInput: it cannot be made.
    """
    origin = get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return _first_of(get_args(kind), value)
    if origin in _MANY and isinstance(value, list):
        inner = get_args(kind)[0] if get_args(kind) else Any
        made = tuple(make(inner, one) for one in value)
        return frozenset(made) if origin is frozenset else made
    if not isinstance(kind, type):
        raise BadInput(f"nobody knows how to make {kind} from `{value}`")
    return _of_class(kind, value)


def _of_class(kind: type, value: Any) -> object:
    if issubclass(kind, Enum) and isinstance(value, str) and value in kind.__members__:
        return kind[value]
    if kind is TxView and isinstance(value, str):
        return view_of_sides(parse_sides(value))
    if kind is Fraction and isinstance(value, int):
        return Fraction(value)
    if kind is Txid and isinstance(value, str):
        return Txid(hashlib.sha256(value.encode()).digest())
    if kind is bytes and isinstance(value, str):
        name, _, written = value.partition("/")
        return script_of(name, written)
    if isinstance(value, dict) and (is_dataclass(kind) or hasattr(kind, "_fields")):
        return _of_fields(kind, value)
    if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return value
    raise BadInput(f"`{value}` is no {kind.__name__}")


def _of_fields(kind: type, value: dict[str, Any]) -> object:
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)} if is_dataclass(kind) else {*kind._fields}  # type: ignore[attr-defined]
    if unknown := sorted(value.keys() - known):
        raise BadInput(f"{kind.__name__} has no `{unknown[0]}`", hint=f"it has {', '.join(sorted(known))}")
    try:
        return kind(**{name: make(hints[name], one) for name, one in value.items()})
    except TypeError as error:
        raise BadInput(f"{kind.__name__} cannot be made: {error}") from error


def _first_of(kinds: tuple[Any, ...], value: Any) -> object:
    """The first of several types that the value makes."""
    for kind in kinds:
        try:
            return make(kind, value)
        except BadInput:
            continue
    raise BadInput(f"`{value}` makes none of {', '.join(map(str, kinds))}")
