"""Answers as JSON knows them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from typing import Any

from cointrail.casework.columns import cell
from cointrail.chain.types import BlockHash, Outpoint, Txid


def plain(value: object) -> Any:
    """The value as JSON knows it: satoshi stay integers, times are ISO 8601 with Z, ids are hex."""
    match value:
        case Txid() | BlockHash() | Outpoint():
            return str(value)
        case IntEnum():
            return value.name
        case Enum():
            return value.value
        case bool() | int() | float() | str() | None:
            return value
        case dict():
            return {str(plain(key)): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return cell(value)
