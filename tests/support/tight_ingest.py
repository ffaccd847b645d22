"""Ingests with little of everything: short segments, small tables, narrow ranges; and with clashing prefixes.

What takes gigabytes to happen on a real chain happens here within a few hundred blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from cointrail.chain.decode import decode_block
from cointrail.chain.types import Tx, Txid, sha256d
from cointrail.kernel.numbering import scatter_scripts
from cointrail.store import (
    decoded,
    index_files,
    indexing,
    ingest,
    live_txs,
    numbering,
    runs,
    segment,
    segment_spends,
)
from cointrail.store.live_txs import LiveTxs, TxColumns
from cointrail.store.plan import OUTPUT_BYTES, Budget
from cointrail.store.spill import ScriptSpill
from support.kernel_chain import GENESIS

U64 = npt.NDArray[np.uint64]
ALL_BITS = 0xFFFFFFFFFFFFFFFF
GENESIS_TXID = decode_block(GENESIS).txs[0].txid.raw


@dataclass(frozen=True)
class Tight:
    """How little an ingest gets."""

    live: int = 1 << 30
    """bytes for live transactions"""
    outputs: int = 1 << 20
    """of a segment"""
    sort: int = 1 << 30
    """bytes to sort in"""
    in_memory: int = 1 << 26
    """bytes of scripts that do not go to the working file"""
    keep: int = ALL_BITS
    """bits of a txid's prefix that count in the table of live transactions"""
    scripts: int = ALL_BITS
    """bits of a script's prefix that there are"""
    rows: int = 1 << 16
    """rows that are looked at together, and of a part of the scripts"""
    live_from: int = 1 << 30
    """bytes of new blocks from which the table of live transactions is used"""


@contextmanager
def tight(limits: Tight) -> Iterator[list[str]]:
    """Ingests in here get no more than that. What happens in them is noted, by name."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        budget = Budget(limits.live, limits.outputs * OUTPUT_BYTES, limits.sort)
        patch.setattr(Budget, "of", lambda _memory: budget)
        patch.setattr(ingest, "LIVE_FROM", limits.live_from)
        patch.setattr(ingest, "LiveTxs", _watched_table(limits.keep, seen))
        patch.setattr(segment, "ScriptSpill", _watched_spill(limits.in_memory, seen))
        _look_at_few_rows(patch, limits.rows)
        if limits.scripts != ALL_BITS:
            _forge_scripts(patch, np.uint64(limits.scripts))
        _note_calls(patch, seen)
        yield seen


def _look_at_few_rows(patch: pytest.MonkeyPatch, rows: int) -> None:
    for module, name in (
        (numbering, "PART_ROWS"),
        (numbering, "KNOWN_AT_ONCE"),
        (numbering, "MATCH_ROOM"),
        (segment_spends, "CHUNK"),
        (segment_spends, "OLD_AT_ONCE"),
        (live_txs, "CHUNK"),
        (runs, "CHUNK"),
    ):
        patch.setattr(module, name, min(rows, getattr(module, name)))
    patch.setattr(segment_spends, "WINDOW_BITS", min(rows.bit_length(), segment_spends.WINDOW_BITS))


def _watched_table(keep: int, seen: list[str]) -> type[LiveTxs]:
    class Table(LiveTxs):
        def __init__(self, columns: TxColumns, budget: int) -> None:
            super().__init__(columns, budget, capacity=2, keep=np.uint64(keep))
            seen.append("table")

        def load(self) -> None:
            super().load()
            seen.append("loaded" if len(self) else "new")

        def _add_twin(self, *given: Any) -> None:
            super()._add_twin(*given)
            seen.append("twin")

    return Table


def _watched_spill(in_memory: int, seen: list[str]) -> Any:
    class Spill(ScriptSpill):
        def close(self) -> None:
            seen.extend(["spilled"] if self._handle is not None else [])
            super().close()

    return partial(Spill, in_memory=in_memory)


def _note_calls(patch: pytest.MonkeyPatch, seen: list[str]) -> None:
    real_ranges, real_full, real_settle = runs._key_ranges, ingest._Run._note_full_table, ingest._Run._settle

    def key_ranges(*given: Any, **options: Any) -> Any:
        found = real_ranges(*given, **options)
        seen.extend(["ranges"] if len(found) > 3 else [])
        seen.extend(["merged"] if sum(isinstance(piece, runs.Stored) for piece in given[1]) > 1 else [])
        return found

    def full(self: Any) -> None:
        real_full(self)
        seen.append("full")

    def settle(self: Any, **options: Any) -> None:
        real_settle(self, **options)
        seen.append("segment")

    patch.setattr(runs, "_key_ranges", key_ranges)
    patch.setattr(ingest._Run, "_note_full_table", full)
    patch.setattr(ingest._Run, "_settle", settle)


def _forge_scripts(patch: pytest.MonkeyPatch, mask: np.uint64) -> None:
    """Let the prefixes of scripts have fewer bits."""
    prefixes = indexing.script_prefixes

    def scatter_forged(data: Any, at: Any, length: Any, prefix: U64, *rest: Any) -> None:
        scatter_scripts(data, at, length, prefix & mask, *rest)

    def prefixes_forged(*given: Any) -> U64:
        found: U64 = prefixes(*given) & mask
        return found

    patch.setattr(decoded, "scatter_scripts", scatter_forged)
    patch.setattr(indexing, "script_prefixes", prefixes_forged)


@contextmanager
def short_runs(unit: int, fanout: int) -> Iterator[None]:
    """Runs of an index cover fewer blocks, so that few blocks have many that are merged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_files, "UNIT", unit)
        patch.setattr(index_files, "FANOUT", fanout)
        yield


@contextmanager
def forged_txids(prefixes: int) -> Iterator[None]:
    """The ids of transactions begin with one of so many prefixes, in chains that are made and read in here.

    Genesis keeps its own, to which its hash commits.
    """
    hash_txs = decoded._Span._hash_txs

    def forged(raw: bytes) -> bytes:
        return raw if raw == GENESIS_TXID else (raw[31] % prefixes).to_bytes(8, "little") + raw[8:]

    def hash_forged(self: Any, rows: slice) -> None:
        hash_txs(self, rows)
        for row in self.txids[rows]:
            row[:] = np.frombuffer(forged(row.tobytes()), np.uint8)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tx, "txid", property(lambda tx: Txid(forged(sha256d(tx.base)))))
        patch.setattr(decoded._Span, "_hash_txs", hash_forged)
        yield
