"""The digest of a store: a hash chain over its blocks, each over all rows that the block has.

    rows(b)   = SHA-256 over the block's rows of every digest column, column by column
    digest(b) = SHA-256 over digest(b - 1) and rows(b)

so that threads can hash the rows of different blocks at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.store.schema import COLUMNS, ColumnSpec, Table

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

DIGEST_COLUMNS = tuple(spec for spec in COLUMNS if spec.in_digest)
"""What the digest covers; the rest follows from it."""


def first_digest(network: str) -> bytes:
    """What the digest chain starts from."""
    return hashlib.sha256(f"cointrail store 2 {network}".encode()).digest()


def rows_digest(slices: Iterable[Array]) -> bytes:
    """SHA-256 over a block's rows of `DIGEST_COLUMNS`, in that order, in the columns' own types."""
    digest = hashlib.sha256()
    for spec, values in zip(DIGEST_COLUMNS, slices, strict=True):
        digest.update(_as_bytes(values, spec))
    return digest.digest()


def next_digest(last: bytes, rows: bytes) -> bytes:
    """The digest after a block whose rows have the digest `rows`."""
    return hashlib.sha256(last + rows).digest()


def digest_blocks(read: Callable[[str, int, int], Array], edges: Mapping[Table, I64]) -> list[bytes]:
    """`rows_digest` of consecutive blocks.

    Args:
        read: reads rows first..last - 1 of a column.
        edges: per table, the row where each block begins, then the end.
    """
    columns = []
    for spec in DIGEST_COLUMNS:
        at = edges[spec.table]
        view = _as_bytes(read(spec.key, int(at[0]), int(at[-1])), spec)
        columns.append((view, ((at - at[0]) * spec.row_bytes).tolist()))
    found = []
    for b in range(len(edges["blocks"]) - 1):
        digest = hashlib.sha256()
        for view, edge in columns:
            digest.update(view[edge[b] : edge[b + 1]])
        found.append(digest.digest())
    return found


def _as_bytes(values: Array, spec: ColumnSpec) -> memoryview:
    """Values as they stand in the column's file."""
    return memoryview(np.ascontiguousarray(values, spec.dtype).reshape(-1).view(np.uint8))  # type: ignore[arg-type]
