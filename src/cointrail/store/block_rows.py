"""Rows that blocks give by themselves, and where the rows of each block begin."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.store.decoded import DecodedBlocks
from cointrail.store.part import PartWriter
from cointrail.store.schema import Table

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

MEDIAN_SPAN = 11
"""Blocks whose median time a block's time must exceed (Bitcoin Core, chain.h)."""


def block_rows(
    blocks: DecodedBlocks, spends: U64, first: dict[str, int], earlier_times: U32
) -> dict[str, Array]:
    """Rows of blocks, transactions, inputs and outputs but for what needs other blocks.

    Args:
        blocks: decoded.
        spends: output number that each input spends.
        first: numbers of the first row of each table.
        earlier_times: header times of the ten blocks before, fewer at the start of the chain.
    """
    columns = blocks.columns
    headers = blocks.headers()
    times = np.ascontiguousarray(headers[:, 68:72]).view("<u4").reshape(-1)
    heights = np.arange(blocks.first_height, blocks.first_height + blocks.n_blocks, dtype=np.uint32)
    return {
        "blocks.header": headers,
        "blocks.hash": blocks.hashes,
        "blocks.median_time": median_times(earlier_times, times),
        "blocks.first_tx": (blocks.first[:-1, 0] + first["txs"]).astype(np.uint32),
        "txs.txid": blocks.txids.reshape(-1, 32),
        "txs.block": np.repeat(heights, np.diff(blocks.first[:, 0])),
        "txs.version": columns.version,
        "txs.locktime": columns.locktime,
        "txs.weight": columns.weight,
        "txs.fee": blocks.fees,
        "txs.first_input": (columns.first_input[:-1] + first["inputs"]).view(np.uint64),
        "txs.first_output": (columns.first_output[:-1] + first["outputs"]).view(np.uint64),
        "outputs.value": columns.value,
        "inputs.output": spends,
        "inputs.sequence": columns.sequence,
        "inputs.marks": columns.marks,
    }


def median_times(earlier: U32, times: U32) -> U32:
    """The median of each time and the ten before it, the upper one of two; fewer at the start."""
    everything = np.concatenate([earlier, times])
    lead = len(earlier)
    found = np.empty(len(times), np.uint32)
    short = max(0, min(len(times), MEDIAN_SPAN - 1 - lead))
    for row in range(short):
        window = np.sort(everything[: lead + row + 1])
        found[row] = window[len(window) // 2]
    if short < len(times):
        start = lead + short - MEDIAN_SPAN + 1
        windows = np.lib.stride_tricks.sliding_window_view(everything[start:], MEDIAN_SPAN)
        found[short:] = np.partition(windows, MEDIAN_SPAN // 2, axis=1)[:, MEDIAN_SPAN // 2]
    return found


def row_edges(part: PartWriter, first: int, last: int) -> dict[Table, I64]:
    """Per table, the row of a part where each of its blocks first..last - 1 begins, then the end.

    Heights count from the part's first block, rows from its first row.
    """
    blocks = np.arange(first, last + 1)
    first_tx = _edges(part, "blocks.first_tx", "txs", blocks)
    outputs = _edges(part, "txs.first_output", "outputs", first_tx)
    inputs = _edges(part, "txs.first_input", "inputs", first_tx)
    scripts = _search(part, "scripts.first_output", outputs + part.base["outputs"])
    ends = part.map("scripts.end")
    stop = ends[np.maximum(scripts - 1, 0)].astype(np.int64) if len(ends) else scripts
    heap = np.where(scripts > 0, stop - part.base["script_bytes"], 0)
    return {
        "blocks": blocks,
        "txs": first_tx,
        "inputs": inputs,
        "outputs": outputs,
        "scripts": scripts,
        "script_bytes": heap,
        "reveals": _search(part, "reveals.input", inputs + part.base["inputs"]),
    }


def _edges(part: PartWriter, key: str, table: Table, rows: I64) -> I64:
    """A column of edges at `rows`, as rows of this part; beyond its end, the number of rows of `table`."""
    column = part.map(key)
    inside = rows < len(column)
    found = np.full(len(rows), part.rows[table], np.int64)
    found[inside] = column[rows[inside]].astype(np.int64) - part.base[table]
    return found


def _search(part: PartWriter, key: str, values: I64) -> I64:
    """Rows of an ascending column at which it reaches each value."""
    return np.searchsorted(part.map(key), values.astype(np.uint64)).astype(np.int64)
