"""Rows of a table for analysts: which rows, which columns; read when they are asked for, as Arrow or Polars.

Choosing reads nothing. Reading goes through the store some rows at a time, and makes only the columns that
were chosen; no row is a Python object.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from polars.io.plugins import register_io_source

from cointrail.errors import BadInput
from cointrail.store.columns import Column

U64 = npt.NDArray[np.uint64]

STEP = 1 << 18
"""Rows that are read together."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which rows: `first` .. `last - 1`, or of these the ones at the places `chosen`."""

    first: int
    last: int
    chosen: U64 | None = None

    def __len__(self) -> int:
        return self.last - self.first if self.chosen is None else len(self.chosen)

    def part(self, first: int, last: int) -> Numbers:
        """Those at places first .. last - 1."""
        if self.chosen is not None:
            return Numbers(self.first, self.last, self.chosen[first:last])
        return Numbers(self.first + first, self.first + last)

    def array(self) -> U64:
        """All of them."""
        return np.arange(self.first, self.last, dtype=np.uint64) if self.chosen is None else self.chosen

    def of(self, column: Column) -> npt.NDArray[Any]:
        """The values of a stored column at these rows; the mapped bytes themselves where all are in order."""
        return column.slice(self.first, self.last) if self.chosen is None else column.take(self.chosen)


class Piece:
    """Some rows of one table. A public method is a column, and its docstring says what that holds.

    Args:
        numbers: of the rows.
    """

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers


Maker = Callable[[Numbers], Piece]


class Rows:
    """Some rows and columns of a table. Immutable; every method that chooses gives a new one.

    Args:
        name: of the table.
        columns: names of columns, each a method of the pieces.
        make: rows to a piece.
        numbers: which rows.
    """

    def __init__(self, name: str, columns: tuple[str, ...], make: Maker, numbers: Numbers) -> None:
        self.name = name
        self.columns = columns
        self._make = make
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self):,} rows of {', '.join(self.columns)}>"

    def __getitem__(self, places: slice) -> Rows:
        """The rows at some places, `rows[1_000:2_000]`.

        Raises:
            BadInput: a step, or a place that is no slice.
        """
        if not isinstance(places, slice) or places.step not in {None, 1}:
            raise BadInput("rows are chosen by a slice without a step", hint="write `rows[1_000:2_000]`")
        first, last, _ = places.indices(len(self))
        return self._with(self.columns, self._numbers.part(first, max(first, last)))

    def of(self, numbers: Any) -> Rows:
        """The rows with these numbers, in the order given, repeats too.

        Args:
            numbers: a NumPy array, a Polars series, an Arrow array or a list of whole numbers: what the
                first column of this table holds.

        Raises:
            BadInput: they are not whole numbers, or one is not among these rows.
        """
        chosen = np.asarray(numbers)
        if chosen.dtype.kind not in "iu" and len(chosen):
            raise BadInput("rows are chosen by whole numbers", hint="drop nulls and cast first")
        first, last = self._numbers.first, self._numbers.last
        if len(chosen) and not (first <= int(chosen.min()) and int(chosen.max()) < last):
            raise BadInput(
                f"a number is not among the rows of {self.name}: these are {first} to {last - 1}",
                hint="leave out what has no row",
                first=first,
                last=last - 1,
            )
        return self._with(self.columns, Numbers(first, last, chosen.astype(np.uint64)))

    def only(self, *columns: str) -> Rows:
        """The same rows with these columns, in this order.

        Raises:
            BadInput: there is no such column.
        """
        for name in columns:
            if name not in self.columns:
                raise BadInput(
                    f"{self.name} has no column `{name}`",
                    hint=f"it has {', '.join(self.columns)}",
                    column=name,
                )
        return self._with(columns, self._numbers)

    def about(self) -> dict[str, str]:
        """What each column holds."""
        piece = self._make(self._numbers.part(0, 0))
        return {name: inspect.getdoc(getattr(piece, name)) or "" for name in self.columns}

    # -- reading

    def to_arrow(self) -> Any:
        """All of it as a `pyarrow.Table`."""
        return pa.Table.from_batches(self.batches())

    def to_polars(self) -> Any:
        """All of it as a `polars.DataFrame`."""
        return pl.from_arrow(self.to_arrow())

    def batches(self) -> Iterator[Any]:
        """The same as `pyarrow.RecordBatch`es of `STEP` rows; one of them at least."""
        for first in range(0, max(len(self), 1), STEP):
            yield self._read(self.columns, first, min(first + STEP, len(self)))

    def lazy(self) -> Any:
        """The same as a `polars.LazyFrame`, which reads the columns and rows that a query needs."""

        def read(
            names: list[str] | None, predicate: Any, n_rows: int | None, batch_size: int | None
        ) -> Iterator[Any]:
            size, total = batch_size or STEP, len(self) if n_rows is None else min(len(self), n_rows)
            for first in range(0, max(total, 1), size):
                batch = self._read(tuple(names or self.columns), first, min(first + size, total))
                frame = pl.from_arrow(batch)
                yield frame if predicate is None else frame.filter(predicate)

        empty: Any = pl.from_arrow(self._read(self.columns, 0, 0))
        return register_io_source(read, schema=empty.schema)

    def _read(self, columns: tuple[str, ...], first: int, last: int) -> Any:
        piece = self._make(self._numbers.part(first, last))
        arrays = [getattr(piece, name)() for name in columns]
        return pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _with(self, columns: tuple[str, ...], numbers: Numbers) -> Rows:
        return Rows(self.name, columns, self._make, numbers)
