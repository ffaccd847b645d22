"""Whether a block's transactions and witnesses are those that its header commits to.

Source: Bitcoin Core, src/validation.cpp (CheckMerkleRoot, CheckWitnessMalleation); BIP 141.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import copy_slice, same_slices
from cointrail.kernel.decode import BlockColumns
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.merkle import merkle_root_into
from cointrail.kernel.sha256 import sha256d_into
from cointrail.kernel.wire import read_size

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

OTHER_TRANSACTIONS = 1
REPEATED_TRANSACTIONS = 2
OTHER_WITNESSES = 3
UNCOMMITTED_WITNESSES = 4

FAULTS = {
    OTHER_TRANSACTIONS: "has other transactions than its header says",
    REPEATED_TRANSACTIONS: "lists transactions twice; its header fits the shorter list too",
    OTHER_WITNESSES: "has other witnesses than its coinbase says",
    UNCOMMITTED_WITNESSES: "has witnesses that its coinbase does not commit to",
}


@kernel
def _commitment_at(data: U8, columns: BlockColumns, first: int, last: int) -> int:
    """Where the coinbase's last witness commitment stands; -1 when there is none."""
    found = int64(-1)
    for o in range(first, last):
        at = columns.script_at[o]
        if (
            columns.script_length[o] >= 38
            and data[at] == 0x6A
            and data[at + 1] == 0x24
            and data[at + 2] == 0xAA
            and data[at + 3] == 0x21
            and data[at + 4] == 0xA9
            and data[at + 5] == 0xED
        ):
            found = at + 6
    return found


@kernel
def _reserved_at(data: U8, columns: BlockColumns, tx: int) -> int:
    """Where the coinbase's one 32-byte witness item stands; -1 when it is not like that."""
    at = columns.cut_at[tx] + columns.cut_size[tx]
    end = columns.tx_at[tx] + columns.tx_size[tx]
    if columns.tx_size[tx] == columns.cut_size[tx] + 8:
        return int64(-1)
    items, at = read_size(data, at, end)
    if items != 1:
        return int64(-1)
    length, at = read_size(data, at, end)
    return at if length == 32 else int64(-1)


@kernel
def check_blocks(
    data: U8,
    starts: I64,
    first: I64,
    columns: BlockColumns,
    txids: U8,
    wtxids: U8,
    segwit_from: int,
    row: U8,
    root: U8,
    faults: I64,
) -> None:
    """Compare merkle roots and witness commitments.

    Args:
        data: buffer of blocks.
        starts: int64[blocks].
        first: int64[blocks + 1, 3], rows as `fill_blocks` takes them, then the totals.
        columns: as filled.
        txids: uint8[txs * 32].
        wtxids: uint8[txs * 32].
        segwit_from: row of the first block where the witness commitment binds.
        row: scratch, uint8[32 * most transactions in a block].
        root: scratch, uint8[64].
        faults: out, int64[blocks]; 0 where all fits.
    """
    for b in range(len(starts)):
        begin, end = first[b, 0], first[b + 1, 0]
        count = end - begin
        copy_slice(txids, 32 * begin, 32 * count, row, 0)
        mutated = merkle_root_into(row, count, root[:32])
        if not same_slices(data, starts[b] + 36, root, 0, 32):
            faults[b] = OTHER_TRANSACTIONS
        elif mutated:
            faults[b] = REPEATED_TRANSACTIONS
        if faults[b] or b < segwit_from:
            continue
        outputs = columns.first_output[begin], columns.first_output[begin + 1]
        commitment = _commitment_at(data, columns, *outputs)
        if commitment < 0:
            for t in range(begin, end):
                if columns.tx_size[t] != columns.cut_size[t] + 8:
                    faults[b] = UNCOMMITTED_WITNESSES
            continue
        reserved = _reserved_at(data, columns, begin)
        if reserved < 0:
            faults[b] = OTHER_WITNESSES
            continue
        row[:32] = 0
        copy_slice(wtxids, 32 * (begin + 1), 32 * (count - 1), row, 32)
        merkle_root_into(row, count, root[:32])
        copy_slice(data, reserved, 32, root, 32)
        sha256d_into(root, 0, 64, root, 0)
        if not same_slices(data, commitment, root, 0, 32):
            faults[b] = OTHER_WITNESSES
