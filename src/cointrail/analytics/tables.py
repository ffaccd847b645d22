"""The store's columns as Arrow tables, without a copy.

A column is one mapped file in each part of the store, so it becomes an array of two chunks over the same
bytes. Rows carry no number in the files; here two further columns give it, `base` + `place`, which share
one small buffer however long the table is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.analytics.derived import INSTEAD
from cointrail.store.reader import Snapshot
from cointrail.store.schema import COLUMNS, TABLES, ColumnSpec, Table

STEP = 1 << 20
"""Rows that share a `base`."""

ASKED: tuple[Table, ...] = tuple(table for table in TABLES if table != "script_bytes")
"""Every table but the heap of script bytes, whose rows are single bytes."""


def number_name(table: Table) -> str:
    """What the number of a table's rows is called: `output` in `outputs`. A block's is its height."""
    return table.removesuffix("s")


def columns_of(table: Table) -> list[ColumnSpec]:
    """The columns of a table, in order."""
    return [spec for spec in COLUMNS if spec.table == table]


def arrow_table(snapshot: Snapshot, table: Table) -> Any:
    """A table's stored columns as a `pyarrow.Table`, over the store's own mapped bytes.

    Columns: base, place  their sum is the row's number
             the rest     as in `cointrail.store.schema`; rows of several bytes are fixed-size binary

    The mapped files stay open as long as the table, or any part of it, is in use.
    """
    names = [spec.name for spec in columns_of(table) if spec.key not in INSTEAD]
    chunks = [_chunked(snapshot, spec) for spec in columns_of(table) if spec.key not in INSTEAD]
    base, place = _numbers(snapshot.manifest.rows(table))
    return pa.table([base, place, *chunks], names=["base", "place", *names])


def wrapped(values: npt.NDArray[Any]) -> Any:
    """A `pyarrow.Array` over the bytes of rows; shape (n,), or uint8 of shape (n, width)."""
    kind = pa.from_numpy_dtype(values.dtype) if values.ndim == 1 else pa.binary(values.shape[1])
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _chunked(snapshot: Snapshot, spec: ColumnSpec) -> Any:
    column = snapshot.column(spec.key)
    return pa.chunked_array([wrapped(column.settled), wrapped(column.recent)])


def _numbers(rows: int) -> tuple[Any, Any]:
    """Row numbers in two columns: the same value over `STEP` rows, and the place among these."""
    shared = wrapped(np.arange(min(rows, STEP), dtype=np.uint64))
    bases, places = [], []
    for first in range(0, rows, STEP):
        count = min(STEP, rows - first)
        ends, values = pa.array([count], pa.int32()), pa.array([first], pa.uint64())
        bases.append(pa.RunEndEncodedArray.from_arrays(ends, values))
        places.append(shared.slice(0, count))
    kind = pa.run_end_encoded(pa.int32(), pa.uint64())
    return pa.chunked_array(bases, kind), pa.chunked_array(places, pa.uint64())
