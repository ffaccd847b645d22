"""Tables as data: each field of a row says its kind, its unit and its meaning; the docs are made from it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from cointrail.attribution.safe_text import safe_text


class Kind(StrEnum):
    """What sort of statement a column makes."""

    FACT = "fact"
    """Re-derivable from blocks alone."""
    INFERENCE = "inference"
    """By a rule with a version and a tier."""
    ATTRIBUTION = "attribution"
    """Somebody's claim, with its source: a tag or a price."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result table."""

    name: str
    kind: Kind
    unit: str
    about: str


@dataclass(frozen=True, slots=True)
class Says:
    """Marks a field as a column: `Annotated[int, Says(Kind.FACT, "satoshi", "its value")]`."""

    kind: Kind
    unit: str
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """Marks a field as a row of further columns: a prefix to their names, words before their texts."""

    prefix: str = ""
    about: str = ""


Reader = Callable[[Any], object]


def columns_of(row_type: Hashable) -> tuple[Column, ...]:
    """The columns of a row type in order, groups flattened."""
    return tuple(one for one, _ in _flat(row_type))


def cells_of(row: object) -> list[str]:
    """The row as texts, one a column."""
    row_type: Any = type(row)
    return [cell(read(row)) for _, read in _flat(row_type)]


@cache
def _flat(row_type: Hashable) -> tuple[tuple[Column, Reader], ...]:
    return tuple(_fields(row_type, Group(), ()))


def _fields(row_type: Any, group: Group, way: tuple[str, ...]) -> Iterator[tuple[Column, Reader]]:
    for name, hint in get_type_hints(row_type, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            continue
        inner, says = get_args(hint)[:2]
        if isinstance(says, Group):
            about = f"{says.about}: " if says.about else ""
            below = Group(group.prefix + says.prefix, group.about + about)
            yield from _fields(_row_type(inner), below, (*way, name))
        else:
            header = group.prefix + name.removesuffix("_")
            yield Column(header, says.kind, says.unit, group.about + says.about), _reader((*way, name))


def _row_type(hint: Any) -> Any:
    """The row type itself where the hint is `Row | None`."""
    return next((one for one in get_args(hint) if one is not type(None)), hint)


def _reader(way: tuple[str, ...]) -> Reader:
    """Reads a field of a row, or of a group of it; nothing where the row has no such group."""
    if len(way) == 1:
        return attrgetter(way[0])
    first, rest = attrgetter(way[0]), _reader(way[1:])

    def read(row: Any) -> object:
        below = first(row)
        return None if below is None else rest(below)

    return read


def cell(value: object) -> str:
    """One value as text; nothing is an empty text, never a zero."""
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case str():
            return _plain(value)
        case IntEnum():
            return value.name
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return iso_utc(value)
        case date():
            return value.isoformat()
        case _:
            return _plain(str(value))


def _plain(text: str) -> str:
    return text if text.isascii() and text.isprintable() else safe_text(text)


def iso_utc(when: datetime) -> str:
    """ISO 8601 in UTC, to the second: `2017-01-31T00:00:00Z`."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
