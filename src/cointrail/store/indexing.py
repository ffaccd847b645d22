"""What the sorted indices hold, made from the columns of one part."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.sha256 import sha256_many
from cointrail.store.index_files import SPENDS
from cointrail.store.part import PartWriter
from cointrail.store.runs import SORT_MEMORY, Fresh, Keys, build_runs, write_run
from cointrail.store.schema import INDEXES, TABLES, IndexSpec

Array = npt.NDArray[Any]
U64 = npt.NDArray[np.uint64]


def rows_at(part: PartWriter, height: int) -> dict[str, int]:
    """How many rows of each table the blocks below `height` have, in all parts.

    `height` is at least the part's first one and at most the one after its last.
    """
    block = height - part.base["blocks"]
    if block >= part.rows["blocks"]:
        return {table: part.total(table) for table in TABLES}
    tx = int(part.map("blocks.first_tx")[block])
    local = tx - part.base["txs"]
    inputs = int(part.map("txs.first_input")[local])
    outputs = int(part.map("txs.first_output")[local])
    firsts = part.map("scripts.first_output")
    scripts = int(np.searchsorted(firsts, np.uint64(outputs)))
    ends = part.map("scripts.end")
    reveals = int(np.searchsorted(part.map("reveals.input"), np.uint64(inputs)))
    return {
        "blocks": height,
        "txs": tx,
        "inputs": inputs,
        "outputs": outputs,
        "scripts": scripts + part.base["scripts"],
        "script_bytes": int(ends[scripts - 1]) if scripts else part.base["script_bytes"],
        "reveals": reveals + part.base["reveals"],
    }


@dataclass(frozen=True)
class KnownPrefixes:
    """First eight bytes of the SHA-256 of scripts `first`.., where they are at hand already."""

    first: int
    prefixes: U64


class _ColumnKeys:
    """Rows of a column, read when they are asked for; of a txid its first eight bytes."""

    def __init__(self, part: PartWriter, key: str, rows: slice) -> None:
        self._part, self._key, self._rows = part, key, rows

    def __len__(self) -> int:
        return int(self._rows.stop - self._rows.start)

    def __getitem__(self, rows: slice) -> Array:
        first = self._rows.start
        values = self._part.read(self._key, first + rows.start, first + min(rows.stop, len(self)))
        return values if values.ndim == 1 else np.ascontiguousarray(values.view("<u8")[:, 0])


def fresh_pairs(
    spec: IndexSpec, part: PartWriter, first: int, last: int, known: KnownPrefixes | None = None
) -> Fresh:
    """The pairs of blocks first..last - 1 of a part, in chain order."""
    a, b = rows_at(part, first), rows_at(part, last)
    table = spec.table
    rows = slice(a[table] - part.base[table], b[table] - part.base[table])
    keys: Keys
    if spec.name == "txid":
        keys = _ColumnKeys(part, "txs.txid", rows)
    elif spec.name == "history":
        keys = _ColumnKeys(part, "outputs.script", rows)
    elif known and known.first <= a[table]:
        keys = known.prefixes[a[table] - known.first : b[table] - known.first]
    else:
        keys = script_prefixes(part, a[table], b[table])
    return Fresh(keys, a[table])


def script_prefixes(part: PartWriter, first: int, last: int) -> U64:
    """The first 8 bytes of the SHA-256 of scripts first..last - 1 of a part."""
    base, heap_base = part.base["scripts"], part.base["script_bytes"]
    ends = part.map("scripts.end")[first - base : last - base].astype(np.int64) - heap_base
    before = int(part.map("scripts.end")[first - base - 1]) - heap_base if first > base else 0
    starts = np.concatenate([np.array([before], np.int64), ends[:-1]]) if len(ends) else ends
    hashes = np.empty((len(ends), 32), np.uint8)
    sha256_many(part.map("script_bytes.data"), starts, ends - starts, hashes)
    return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).reshape(-1)


def build_index(
    folder: Path,
    spec: IndexSpec,
    old: list[tuple[int, int]],
    settled: int,
    part: PartWriter,
    *,
    known: KnownPrefixes | None = None,
    memory: int = SORT_MEMORY,
    pool: Executor | None = None,
) -> None:
    """Write the runs of one index that a settled height asks for. `old`: runs that are good already.

    Raises:
        OSError: the disk is full.
    """

    def fresh(first: int, last: int) -> Fresh:
        return fresh_pairs(spec, part, first, last, known)

    build_runs(folder, spec, old, settled, fresh, memory=memory, pool=pool)


def write_recent_index(
    folder: Path,
    part: PartWriter,
    spends: tuple[U64, U64],
    known: KnownPrefixes | None,
    *,
    memory: int = SORT_MEMORY,
) -> None:
    """Write the recent part's indices and what it spends of the settled part.

    `spends`: outputs, ascending, and the inputs that spend them; `memory`: bytes to sort in.

    Raises:
        OSError: the disk is full.
    """
    first = part.base["blocks"]
    last = first + part.rows["blocks"]
    for spec in INDEXES:
        write_run(folder, spec, first, last, [fresh_pairs(spec, part, first, last, known)], memory=memory)
    for name, values in zip(SPENDS, spends, strict=True):
        with (folder / name).open("wb") as file:
            file.write(values.tobytes())
            file.flush()
            os.fsync(file.fileno())
