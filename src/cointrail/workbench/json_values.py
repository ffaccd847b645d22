"""Answers as JSON knows them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from functools import cache
from typing import Any

from cointrail.casework.columns import cell
from cointrail.chain.types import BlockHash, Outpoint, Txid

_AS_THEY_ARE = frozenset({str, bool, float, type(None)})
"""Most values of an answer are one of these, and need no closer look."""


def plain(value: object, *, most: int | None = None) -> Any:
    """The value as JSON knows it: satoshi stay integers, times are ISO 8601 with Z, ids are hex.

    Args:
        value: an answer of the facade, or a part of one.
        most: whole numbers beyond this become texts, for readers that lose digits of larger ones; None: none.
    """
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case Txid() | BlockHash() | Outpoint():
            return str(value)
        case IntEnum():
            return value.name
        case Enum():
            return value.value
        case bool() | float() | str() | None:
            return value
        case int():
            return value if most is None or -most <= value <= most else str(value)
        case dict():
            return {str(plain(key)): plain(inner, most=most) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner, most=most) for inner in value]
    if is_dataclass(value):
        kind: type = type(value)
        return {name: plain(getattr(value, name), most=most) for name in _names(kind)}
    return cell(value)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
