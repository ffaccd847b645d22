"""The kernels that read blocks, called on a batch the way a bulk build calls them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from batches import Batch
from block_laws import LAWS, break_laws
from cointrail.kernel import commitments
from cointrail.kernel.bytes import CHECKED, copy_slice
from cointrail.kernel.decode import FAULTS, OK, BlockColumns, count_blocks, fill_blocks, split_txids
from cointrail.kernel.fingerprint import fingerprint_outputs
from cointrail.kernel.merkle import merkle_root_into
from cointrail.kernel.sha256 import sha256d_many, sha256d_parts_many

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

GUARD = 4
"""Rows behind the last one of each column; nothing may be written there."""
SENTINEL = 0xA5
LEAST = np.array([51, 41, 9, 1])
"""Bytes that a transaction, an input, an output and a byte of script take at least."""
FIRST_OF_COMMITMENTS = 20
"""Verdicts of `check_blocks` are numbered from here; those below are of `count_blocks`."""


@dataclass(frozen=True)
class Filled:
    """Sound blocks of a batch as columns."""

    rows: I64
    """which of the batch they are"""
    starts: I64
    sizes: I64
    first: I64
    script_bytes: I64
    columns: BlockColumns
    txids: U8
    wtxids: U8


class LawBrokenError(Exception):
    """Something that must hold of a whole batch does not."""


def count(batch: Batch) -> tuple[I64, I64]:
    """Counts and faults. Under bounds checks each block is the end of its array."""
    counts, faults = np.full((len(batch), 4), -1, np.int64), np.full((len(batch), 2), -1, np.int64)
    if not CHECKED:
        count_blocks(batch.data, batch.starts, batch.sizes, counts, faults)
        return counts, faults
    for k, end in enumerate((batch.starts + batch.sizes).tolist()):
        one = slice(k, k + 1)
        count_blocks(batch.data[:end], batch.starts[one], batch.sizes[one], counts[one], faults[one])
    return counts, faults


def miscounted(batch: Batch, counts: I64, faults: I64) -> dict[int, str]:
    """Blocks whose counts cannot be, sound or not: memory is taken by them."""
    wrong = (counts < 0).any(axis=1) | (counts * LEAST > batch.sizes[:, None]).any(axis=1)
    known = np.isin(faults[:, 0], [OK, *FAULTS])
    astray = (faults[:, 1] < 0) | (faults[:, 1] > np.maximum(batch.sizes, 80))
    found = dict.fromkeys(np.flatnonzero(wrong).tolist(), "more rows are announced than its bytes can hold")
    found |= dict.fromkeys(np.flatnonzero(~known).tolist(), "its fault has no name")
    return found | dict.fromkeys(np.flatnonzero(astray).tolist(), "its fault lies outside")


def fill(batch: Batch, counts: I64, rows: I64) -> Filled:
    """The columns of sound blocks.

    Raises:
        LawBrokenError: a row was written beyond those that were announced.
    """
    starts, sizes = batch.starts[rows], batch.sizes[rows]
    first = np.zeros((len(rows) + 1, 3), np.int64)
    first[1:] = np.cumsum(counts[rows, :3], axis=0)
    totals = [int(n) for n in first[-1]]
    columns = BlockColumns.empty(*(n + GUARD for n in totals))
    tails = [
        getattr(columns, name)[shape[0] :].reshape(-1).view(np.uint8)
        for name, (shape, _) in BlockColumns.layout(*totals).items()
    ]
    for tail in tails:
        tail.fill(SENTINEL)
    if CHECKED:
        for k, end in enumerate((starts + sizes).tolist()):
            one = slice(k, k + 1)
            fill_blocks(batch.data[:end], starts[one], sizes[one], first[one], columns)
    else:
        fill_blocks(batch.data, starts, sizes, first, columns)
    if any((tail != SENTINEL).any() for tail in tails):
        raise LawBrokenError("rows were written beyond those that were announced")
    _fingerprints(batch.data, columns, totals[2])
    txids, wtxids = _hashes(batch.data, columns, totals[0])
    return Filled(rows, starts, sizes, first, counts[rows, 3], columns, txids, wtxids)


def _fingerprints(data: U8, columns: BlockColumns, outputs: int) -> U64:
    """Of every output, as they are compared with undo records."""
    found = np.empty(outputs, np.uint64)
    value, at, length = (c[:outputs] for c in (columns.value, columns.script_at, columns.script_length))
    fingerprint_outputs(value, data, at, length, found)
    return found


def _hashes(data: U8, columns: BlockColumns, txs: int) -> tuple[U8, U8]:
    """Txids and wtxids of all transactions: uint8[txs * 32] each."""
    wtxids = np.empty((txs, 32), np.uint8)
    sha256d_many(data, columns.tx_at[:txs], columns.tx_size[:txs], wtxids)
    txids = wtxids.copy()
    rows, parts = np.empty(txs, np.int64), np.empty((2, txs, 3), np.int64)
    found, longest = split_txids(columns, 0, txs, rows, parts[0], parts[1])
    if found:
        scratch, hashes = np.empty(2 * longest, np.uint8), np.empty((found, 32), np.uint8)
        sha256d_parts_many(data, parts[0, :found], parts[1, :found], hashes, scratch)
        txids[rows[:found]] = hashes
    return txids.reshape(-1), wtxids.reshape(-1)


def heal(batch: Batch, filled: Filled) -> None:
    """Write into the header of every second sound block the root that its transactions have.

    Without it no mutation would come past the merkle root.
    """
    row, root = np.empty(len(filled.txids), np.uint8), np.empty(32, np.uint8)
    for k in np.flatnonzero(filled.rows % 2 == 0).tolist():
        begin, end = int(filled.first[k, 0]), int(filled.first[k + 1, 0])
        copy_slice(filled.txids, 32 * begin, 32 * (end - begin), row, 0)
        merkle_root_into(row, end - begin, root)
        copy_slice(root, 0, 32, batch.data, int(filled.starts[k]) + 36)


def commitment_verdicts(batch: Batch, filled: Filled) -> I64:
    """What `check_blocks` says of sound blocks: 0, or a verdict from FIRST_OF_COMMITMENTS on."""
    most = int(np.diff(filled.first[:, 0]).max(initial=0))
    row, root = np.empty(32 * most, np.uint8), np.empty(64, np.uint8)
    faults = np.zeros(len(filled.rows), np.int64)
    hashes = filled.txids, filled.wtxids
    commitments.check_blocks(
        batch.data, filled.starts, filled.first, filled.columns, *hashes, 0, row, root, faults
    )
    return np.where(faults == OK, OK, faults + FIRST_OF_COMMITMENTS)


def broken_laws(batch: Batch, filled: Filled) -> dict[int, str]:
    """Which sound blocks break which law."""
    broken = np.zeros(len(filled.rows), np.int64)
    break_laws(
        batch.data, filled.starts, filled.sizes, filled.first, filled.script_bytes, filled.columns, broken
    )
    return {int(filled.rows[k]): LAWS[int(broken[k])] for k in np.flatnonzero(broken)}
