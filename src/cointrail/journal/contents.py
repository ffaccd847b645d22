"""An act as the content of an entry, and back. Reading is strict: known fields, each of its kind."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from cointrail.errors import BadJournal
from cointrail.journal.acts import ACTIONS, Act


def content_of(act: object) -> dict[str, Any]:
    """The fields of an act as JSON knows them."""
    return {field.name: _plain(getattr(act, field.name)) for field in fields(act)}  # type: ignore[arg-type]


def _plain(value: object) -> Any:
    match value:
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
    return content_of(value) if is_dataclass(value) and not isinstance(value, type) else value


def act_of(action: str, content: dict[str, Any]) -> Act:
    """The act that an entry records.

    Raises:
        BadJournal: no such action, or not its fields.
    """
    if action not in ACTIONS:
        raise BadJournal(
            f"`{action[:80]}` is no action that this program knows",
            hint="a newer version may have written it: use that",
        )
    act = read_fields(ACTIONS[action], content, action)
    assert isinstance(act, Act)
    return act


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def read_fields(kind: type, given: object, where: str) -> Any:
    """A dataclass from its fields as JSON has them; `where` begins the error.

    Raises:
        BadJournal: not its fields, or one of another kind.
    """
    known = {field.name: field for field in fields(kind)}
    if not isinstance(given, dict):
        raise BadJournal(f"{where}: not an object")
    if odd := sorted(given.keys() - known.keys()):
        raise BadJournal(f"{where}: `{odd[0][:80]}` is no field of it")
    found = {}
    for name, field in known.items():
        if name in given:
            found[name] = _read(_hints(kind)[name], given[name], f"{where}, {name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadJournal(f"{where}: `{name}` is missing")
    return kind(**found)


def _read(wanted: Any, given: object, where: str) -> Any:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in {Union, types.UnionType}:
        (kind,) = (one for one in inner if one is not type(None))
        return None if given is None else _read(kind, given, where)
    if origin is tuple:
        if not isinstance(given, list):
            raise BadJournal(f"{where}: not a list")
        return tuple(_read(inner[0], one, where) for one in given)
    if origin is dict:
        return _of(dict, given, where)
    if is_dataclass(wanted):
        return read_fields(wanted, given, where)  # type: ignore[arg-type]
    if wanted is date:
        return _read_date(_of(str, given, where), where)
    if issubclass(wanted, StrEnum):
        return _read_choice(wanted, _of(str, given, where), where)
    return _of(wanted, given, where)


def _of(kind: type, given: object, where: str) -> Any:
    if type(given) is not kind:
        raise BadJournal(f"{where}: not {'a text' if kind is str else f'of the kind {kind.__name__}'}")
    return given


def _read_date(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadJournal(f"{where}: `{text[:40]}` is not a day", hint="write 2024-05-31") from None
    if day.isoformat() != text:
        raise BadJournal(f"{where}: `{text[:40]}` is not a day", hint="write 2024-05-31")
    return day


def _read_choice(kind: type[StrEnum], text: str, where: str) -> StrEnum:
    try:
        return kind(text)
    except ValueError:
        raise BadJournal(f"{where}: `{text[:80]}` is not one of: {', '.join(kind)}") from None
