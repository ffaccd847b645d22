"""Columns and index runs in memory, in a settled and a recent part."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import Column
from cointrail.store.index_files import Run


def column_of(values: npt.ArrayLike, dtype: str, settled: int | None = None) -> Column:
    """A column whose first `settled` rows are settled; half of them when not given."""
    array = np.asarray(values, dtype)
    border = len(array) // 2 if settled is None else settled
    return Column(array[:border], array[border:])


def runs_of(keys: npt.ArrayLike, key: str, number: str, settled: int | None = None) -> list[Run]:
    """The runs of an index whose row k is number k: one of the settled rows, one of the others."""
    column = column_of(keys, key, settled)
    return [_run(column.settled, 0, number), _run(column.recent, column.border, number)]


def _run(keys: npt.NDArray[Any], first: int, number: str) -> Run:
    order = np.argsort(keys, kind="stable")
    return Run(keys[order], (first + order).astype(number))
