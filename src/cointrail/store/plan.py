"""How much memory and disk a store takes while it is built, from the sizes of its tables."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from cointrail.store.live_txs import SLOT_BYTES
from cointrail.store.schema import COLUMNS, INDEXES, Table

LEAST_MEMORY = 256 << 20
"""Bytes of the smallest budget."""

FIXED_BYTES = 512 << 20
"""Interpreter, machine code and two batches of decoded blocks."""

SHARE_LIVE, SHARE_SEGMENT, SHARE_SORT = 0.6, 0.2, 0.2
"""How a budget is divided: live transactions (which take what they need), outputs of a segment, sorting."""

OUTPUT_BYTES = 20
"""Memory of a segment for each output as long as it lasts: fingerprint, who spends it, name of its script,
prefixes of new scripts."""

CLOSING_BYTES = 32
"""The same while it is closed: numbers, types and first outputs of its scripts, spends of earlier outputs."""

SPILL_BYTES = 13 + 26
"""Of an output in the working file: part, prefix, length, and a script of the usual size."""

FULLEST = 2 / 3
"""How full the table of live transactions gets before it doubles."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes that each stage may take."""

    live: int
    segment: int
    sort: int

    @classmethod
    def of(cls, memory: int) -> Budget:
        """Divide a budget."""
        left = max(memory - FIXED_BYTES, LEAST_MEMORY // 2)
        return cls(int(left * SHARE_LIVE), int(left * SHARE_SEGMENT), int(left * SHARE_SORT))

    @property
    def segment_outputs(self) -> int:
        """Outputs that a segment may have."""
        return max(1, self.segment // OUTPUT_BYTES)


def default_memory() -> int:
    """A quarter of this machine's memory, 1 GB at least."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        total = 0
    return max(1 << 30, total // 4)


@dataclass(frozen=True, slots=True)
class IngestPlan:
    """What an ingest is about to take, estimated from the headers."""

    block_bytes: int
    """blocks to read"""
    memory: int
    """bytes, at most"""
    disk: int
    """bytes that the store grows by"""
    spare: int
    """bytes that are needed beside it for a time"""
    free: int
    """bytes free where the store is"""


INPUTS_OF_TX, OUTPUTS_OF_TX, SCRIPTS_OF_OUTPUT = 2.6, 2.8, 0.42
"""Means over the whole chain in 2026."""

REVEALS_OF_SCRIPT = 0.2
"""Share of scripts that are P2SH and whose redeem script was shown; an assumption, not measured."""


def estimate(blocks: int, txs: int) -> ChainSize:
    """About how much so many transactions bring."""
    outputs = int(txs * OUTPUTS_OF_TX)
    scripts = int(outputs * SCRIPTS_OF_OUTPUT)
    return ChainSize(blocks, txs, int(txs * INPUTS_OF_TX), outputs, scripts, txs // 7)


@dataclass(frozen=True, slots=True)
class ChainSize:
    """How much there is of a chain."""

    blocks: int
    txs: int
    inputs: int
    outputs: int
    scripts: int
    live_txs: int
    """transactions with an output left to spend, at most at any time"""


FULL_CHAIN = ChainSize(930_000, 1_300_000_000, 3_400_000_000, 3_600_000_000, 1_500_000_000, 170_000_000)
"""Bitcoin at the end of 2026, about. Live transactions: below its 173 million unspent outputs of 2025."""


def planned_memory(chain: ChainSize, memory: int) -> dict[str, int]:
    """Bytes that an ingest of such a chain takes at its peak, by what takes them.

    The table of live transactions is counted whole, whatever its share: with less the index stands in. Beside
    a segment that is closed one index is sorted; all of them are once that is done.
    """
    budget = Budget.of(memory)
    outputs = min(chain.outputs, budget.segment_outputs)
    closing = outputs * CLOSING_BYTES, budget.sort // len(INDEXES)
    indexing = outputs * OUTPUT_BYTES, budget.sort
    segment, sorting = max(closing, indexing, key=sum)
    return {
        "fixed": FIXED_BYTES,
        "live transactions": table_bytes(chain.live_txs),
        "segment": segment,
        "sorting": sorting,
        "block headers": chain.blocks * 200,
    }


def table_bytes(live_txs: int) -> int:
    """Bytes of a table of so many transactions at most, with the half-sized one that it grows from."""
    slots = 1 << int(np.ceil(np.log2(max(1, live_txs / FULLEST))))
    return slots * SLOT_BYTES * 3 // 2


def memory_for(chain: ChainSize) -> int:
    """The budget from which on all live transactions of a chain have room, so that no index stands in."""
    return FIXED_BYTES + int(table_bytes(chain.live_txs) / SHARE_LIVE)


def rows_of(chain: ChainSize) -> dict[Table, int]:
    """How many rows each table has, about."""
    return {
        "blocks": chain.blocks,
        "txs": chain.txs,
        "outputs": chain.outputs,
        "inputs": chain.inputs,
        "scripts": chain.scripts,
        "script_bytes": chain.scripts * 26,
        "reveals": int(chain.scripts * REVEALS_OF_SCRIPT),
    }


def planned_disk(chain: ChainSize, memory: int) -> dict[str, int]:
    """Bytes on disk: the store, and what a build needs beside it for a time."""
    rows = rows_of(chain)
    columns = sum(rows[spec.table] * spec.row_bytes for spec in COLUMNS)
    index = {
        spec.name: rows[spec.table] * (np.dtype(spec.key).itemsize + np.dtype(spec.number).itemsize)
        for spec in INDEXES
    }
    segment = min(chain.outputs, Budget.of(memory).segment_outputs)
    return {
        "columns": columns,
        "indices": sum(index.values()),
        "working file": segment * SPILL_BYTES,
        "largest run while it is merged": max(index.values()),
    }
