"""The store's tables as Polars frames, read lazily: a frame reads what a query asks of it, piece by piece.

They have the columns of the SQL views. Pieces of stored columns are the mapped bytes themselves; ids are
copied, a piece at a time, as Polars keeps binary values in a form of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from cointrail.analytics.derived import BESIDE, BLOCK_SECONDS, INSTEAD, NOTHING, NUMBERS, Derived
from cointrail.analytics.tables import ASKED, columns_of, number_name, wrapped
from cointrail.store.reader import Snapshot
from cointrail.store.schema import ColumnSpec, Table

STEP = 1 << 18
"""Rows in a piece."""

_TIME = pl.Datetime("us", "UTC")


class _Field(NamedTuple):
    """A column: its type, and how rows first..last - 1 of it are made."""

    type: Any
    read: Callable[[int, int], Any]


def frames(snapshot: Snapshot) -> dict[str, Any]:
    """A `polars.LazyFrame` for each table that SQL has, by name.

    They hold the snapshot, so they say the same for as long as they are kept.
    """
    return {table: _frame(snapshot, table) for table in ASKED}


def _frame(snapshot: Snapshot, table: Table) -> Any:
    fields = dict(_fields(snapshot, table))
    rows = snapshot.manifest.rows(table)

    def read(
        names: list[str] | None, predicate: Any, n_rows: int | None, batch_size: int | None
    ) -> Iterator[Any]:
        size, total = batch_size or STEP, rows if n_rows is None else min(rows, n_rows)
        for first in range(0, max(total, 1), size):
            last = min(first + size, total)
            piece = pl.DataFrame({name: fields[name].read(first, last) for name in names or fields})
            yield piece if predicate is None else piece.filter(predicate)

    return register_io_source(read, schema={name: field.type for name, field in fields.items()})


def _fields(snapshot: Snapshot, table: Table) -> Iterator[tuple[str, _Field]]:
    yield number_name(table), _numbers(NUMBERS.get(table, "<u8"))
    for spec in columns_of(table):
        instead = INSTEAD.get(spec.key)
        yield spec.name, _stored(snapshot, spec) if instead is None else _derived(snapshot, instead)
    for name, derived in BESIDE.get(table, {}).items():
        yield name, _derived(snapshot, derived)
    if table == "blocks":
        yield "time_utc", _time(_derived(snapshot, BLOCK_SECONDS))
        yield "median_time_utc", _time(_stored(snapshot, _median_time()))


def _numbers(dtype: str) -> _Field:
    return _Field(_type_of(dtype), lambda first, last: pl.Series(np.arange(first, last).astype(dtype)))


def _type_of(dtype: str) -> Any:
    return pl.Series(np.empty(0, dtype)).dtype


def _stored(snapshot: Snapshot, spec: ColumnSpec) -> _Field:
    column = snapshot.column(spec.key)
    kind = _type_of(spec.dtype) if spec.width == 1 else pl.Binary
    return _Field(kind, lambda first, last: pl.from_arrow(wrapped(column.slice(first, last))))


def _derived(snapshot: Snapshot, derived: Derived) -> _Field:
    def read(first: int, last: int) -> Any:
        found = pl.Series(derived.of(snapshot, np.arange(first, last, dtype=np.uint64)))
        return found.replace(int(NOTHING), None).cast(kind)

    kind = _type_of(derived.gives)
    return _Field(kind, read)


def _time(seconds: _Field) -> _Field:
    def read(first: int, last: int) -> Any:
        return (seconds.read(first, last).cast(pl.Int64) * 1_000_000).cast(_TIME)

    return _Field(_TIME, read)


def _median_time() -> ColumnSpec:
    return next(spec for spec in columns_of("blocks") if spec.name == "median_time")
