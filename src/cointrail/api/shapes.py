"""The JSON shape of what the facade answers with, made from its own dataclasses.

An answer is written by `as_json`; its model stands in the OpenAPI document and is made by `model_of`.
One source for both: the types of the views.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from cointrail.chain.types import BlockHash, Outpoint, Txid
from cointrail.lookups.views import Page
from cointrail.workbench.json_values import plain

MOST_EXACT = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259, section 6)."""

Whole = Annotated[
    Annotated[int, Field(ge=-MOST_EXACT, le=MOST_EXACT)] | Annotated[str, Field(pattern="^-?[0-9]+$")],
    Field(description="Satoshi; as a string where it lies beyond 2^53-1."),
]
"""How satoshi are written: no reader loses a digit of them."""

Resume = Annotated[
    str | None,
    Field(description="Goes on from here, as `token` of `/resume`; null: no bound on its length ended it."),
]

NextPage = Annotated[str | None, Field(description="Asks for what follows, as `page`; null at the end.")]

_TEXTS: dict[Any, Any] = {
    Txid: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Transaction id.")],
    BlockHash: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Block hash.")],
    Outpoint: Annotated[str, Field(pattern="^[0-9a-f]{64}:[0-9]+$", description="`txid:vout`.")],
    Path: str,
    Decimal: Annotated[str, Field(description="An exact decimal number.")],
    datetime: Annotated[str, Field(pattern="Z$", description="Time in UTC, ISO 8601.")],
    date: Annotated[str, Field(description="A day, ISO 8601.")],
}


class Shape(BaseModel):
    """Base of all answers: what is not named here is not there."""

    model_config = ConfigDict(extra="forbid")


@cache
def model_of(view: type, *, listing: bool = False, resumes: bool = False) -> type[BaseModel]:
    """The model of a dataclass and of all that it holds.

    Args:
        view: the dataclass.
        listing: whether a token for the next page stands beside it, as `with_tokens` writes it.
        resumes: whether a token that goes on stands beside it.
    """
    parts = parts_of(view)
    if listing:
        parts["next_page"] = (NextPage, ...)
    if resumes:
        parts["resume"] = (Resume, ...)
    name = f"{view.__name__}Listing" if listing else view.__name__
    summary = (view.__doc__ or "").strip().split("\n")[0]
    return create_model(name, __base__=Shape, __module__=view.__module__, __doc__=summary, **parts)


def parts_of(view: type) -> dict[str, Any]:
    """The fields of a dataclass as `create_model` takes them."""
    hints = get_type_hints(view)
    return {
        field.name: (_shape(hints[field.name], of_money=_is_money(field.name)), ...) for field in fields(view)
    }


def _is_money(name: str) -> bool:
    return name == "sat" or name.endswith("_sat")


def _shape(hint: Any, *, of_money: bool) -> Any:
    if isinstance(hint, NewType):
        return _shape(hint.__supertype__, of_money=of_money)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return Union[tuple(_shape(one, of_money=of_money) for one in args)]  # noqa: UP007 -- made while running
    if origin in (tuple, list):
        return _row(args, of_money=of_money)
    if origin is dict:
        return dict[str, _shape(args[1], of_money=of_money)]  # type: ignore[misc]
    if origin is Annotated:
        return _shape(args[0], of_money=of_money)
    if hint is int:
        return Whole if of_money else int
    if hint in _TEXTS:
        return _TEXTS[hint]
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return Literal[tuple(hint.__members__)]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Literal[tuple(one.value for one in hint)]
    if is_dataclass(hint) and isinstance(hint, type):
        return model_of(hint)
    return Any if hint is object else hint


def _row(args: tuple[Any, ...], *, of_money: bool) -> Any:
    kinds = tuple(_shape(one, of_money=of_money) for one in args if one is not Ellipsis)
    return list[Union[kinds]]  # type: ignore[valid-type] # noqa: UP007


class Listing(Shape):
    """Base of answers that show a part of a list, as `with_tokens` writes them."""

    page: model_of(Page)  # type: ignore[valid-type]
    next_page: NextPage


def exact(value: object) -> Any:
    """The value as JSON that no reader loses a digit of."""
    return plain(value, most=MOST_EXACT)


def as_json(value: object) -> Response:
    """An answer of the facade as a response."""
    return _written(exact(value))


def with_tokens(value: object, **tokens: str | None) -> Response:
    """An answer with tokens that ask for more of it."""
    return _written({**exact(value), **tokens})


def _written(value: object) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body.encode(), media_type="application/json")
