"""The first rows of a query's result as plain values, for people and programs that read text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cointrail.analytics.sandbox import Sandbox
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import LookupBasis

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result: its name, which others may share, and its Arrow type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """What a query gave.

    Attributes:
        columns: in order.
        rows: values by place. Whole numbers are integers, bytes are hex in stored order, times are aware
            UTC, a null is None.
        goes_on: whether the result has rows beyond those asked for.
        basis: the state of the store that was asked.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[Row, ...]
    goes_on: bool
    basis: LookupBasis


def answer(box: Sandbox, query: str, limit: int | None) -> QueryAnswer:
    """Run a query and keep its first rows; no more of it is computed than these need.

    Args:
        box: where it runs.
        query: one statement.
        limit: rows to keep; None for all, as far as memory goes.

    Raises:
        BadQuery: it cannot be run.
    """
    columns: tuple[ResultColumn, ...] = ()
    rows: list[Row] = []
    with closing(box.bounded(query) if limit is None else box.batches(query)) as batches:
        for batch in batches:
            columns = tuple(ResultColumn(field.name, str(field.type)) for field in batch.schema)
            rows += _rows(batch if limit is None else batch.slice(0, limit + 1 - len(rows)))
            if limit is not None and len(rows) > limit:
                break
    return QueryAnswer(
        columns=columns,
        rows=tuple(rows[:limit]),
        goes_on=limit is not None and len(rows) > limit,
        basis=LedgerDesk(box.snapshot).basis,
    )


def _rows(batch: Any) -> Iterator[Row]:
    columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
    return zip(*columns, strict=True)


def _plain(value: Any) -> object:
    match value:
        case bytes():
            return value.hex()
        case Decimal() if value.as_tuple().exponent == 0:
            return int(value)
        case float() if not math.isfinite(value):
            return str(value)
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case None | bool() | int() | float() | str() | Decimal() | datetime() | date():
            return value
    return str(value)
