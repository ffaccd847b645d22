"""Whether a store's columns can be followed at all: numbers lead to rows that exist, edges ascend.

Looked at before anything is looked up, so that a damaged store is told and not stumbled over. What the
rows say is compared with the blocks afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from cointrail.store.columns import Column
from cointrail.store.reader import Snapshot
from cointrail.store.schema import Table

Array = npt.NDArray[Any]

CHUNK = 1 << 22
"""Values looked at together."""

POINTS_TO: dict[str, Table] = {
    "blocks.first_tx": "txs",
    "txs.block": "blocks",
    "outputs.script": "scripts",
    "inputs.output": "outputs",
    "scripts.first_output": "outputs",
    "reveals.script": "scripts",
    "reveals.input": "inputs",
}
"""Columns of row numbers, each below the number of rows of its table."""

EDGES: dict[str, Table] = {
    "txs.first_input": "inputs",
    "txs.first_output": "outputs",
    "scripts.end": "script_bytes",
}
"""Columns of edges between rows, at most the number of rows of their table."""

ASCENDING = ("txs.block", "txs.first_input", "txs.first_output", "scripts.end")
"""Columns that never go down."""

RISING = ("blocks.first_tx", "scripts.first_output", "reveals.input")
"""Columns that go up from row to row."""

FROM_ZERO = ("blocks.first_tx", "txs.block", "txs.first_input", "txs.first_output", "scripts.first_output")
"""Columns that begin with 0."""


def structure_findings(snapshot: Snapshot) -> tuple[str, ...]:
    """What is wrong with a store's columns, in words; at most one sentence a column and rule."""
    return tuple(_findings(snapshot))


def _findings(snapshot: Snapshot) -> Iterator[str]:
    for key, table in POINTS_TO.items():
        if any((part >= snapshot.manifest.rows(table)).any() for part in _chunks(snapshot.column(key))):
            yield f"column `{key}` leads to rows of `{table}` that do not exist"
    for key, table in EDGES.items():
        if any((part > snapshot.manifest.rows(table)).any() for part in _chunks(snapshot.column(key))):
            yield f"column `{key}` leads beyond the end of `{table}`"
    for key in ASCENDING:
        if any((part[1:] < part[:-1]).any() for part in _chunks(snapshot.column(key))):
            yield f"column `{key}` goes down"
    for key in RISING:
        if any((part[1:] <= part[:-1]).any() for part in _chunks(snapshot.column(key))):
            yield f"column `{key}` does not rise"
    for key in FROM_ZERO:
        column = snapshot.column(key)
        if len(column) and column[0] != 0:
            yield f"column `{key}` does not begin with 0"
    ends = snapshot.column("scripts.end")
    if int(ends[len(ends) - 1]) != snapshot.manifest.rows("script_bytes"):
        yield "column `scripts.end` does not end where `script_bytes` ends"


def _chunks(column: Column) -> Iterator[Array]:
    """The values of a column in order; each chunk begins with the last value of the one before."""
    for first in range(0, len(column), CHUNK):
        yield column.slice(max(0, first - 1), min(first + CHUNK, len(column)))
