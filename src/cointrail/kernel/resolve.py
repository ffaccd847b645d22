"""Outpoints to output numbers in chain order, by a table of all transactions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import read_u64, same_slices
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch
from cointrail.kernel.table import EMPTY, fetch_slot, put, slot_of
from cointrail.kernel.wire import read_u32

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]


class KnownTxs(NamedTuple):
    """Transactions that stand in the store's columns already."""

    txid: U8
    """uint8[known, 32], wire order."""
    first_output: U64
    """uint64[known]"""
    later_txid: U8
    """uint8[later * 32]: of transactions that follow on these, in another part."""
    later_first_output: U64
    """uint64[later]"""


@kernel
def prefixes_at(data: U8, positions: I64, out: U64) -> None:
    """The eight bytes at each position as a number."""
    for k in range(len(positions)):
        out[k] = read_u64(data, positions[k])


FAR, NEAR = 16, 8
"""Rows ahead of the one at hand: what random places in memory hold is asked for in two steps."""


@kernel
def _fetch_txs(data: U8, keys: U64, rows: U32, known: KnownTxs, in_at: I64, i: int) -> None:
    """Ask for what inputs after `i` will need."""
    if i + FAR < len(in_at):
        fetch_slot(keys, rows, read_u64(data, in_at[i + FAR]))
        row = int64(rows[slot_of(read_u64(data, in_at[i + NEAR]), np.uint64(len(keys) - 1))])
        if row < len(known.first_output):
            prefetch(address_of(known.txid) + 32 * row)
            prefetch(address_of(known.first_output) + 8 * row)


@kernel
def _first_output(known: KnownTxs, base: int, first_output: I64, row: int) -> int:
    """Number of the first output of a transaction; of the row after the last one, the end."""
    later = row - len(known.first_output)
    if later < 0:
        return int64(known.first_output[row])
    new = later - len(known.later_first_output)
    if new < 0:
        return int64(known.later_first_output[later])
    return base + int64(first_output[new])


@kernel
def resolve_inputs(
    data: U8,
    keys: U64,
    rows: U32,
    known: KnownTxs,
    new_txids: U8,
    new_prefixes: U64,
    first_input: I64,
    first_output: I64,
    in_at: I64,
    base: int,
    spends: U64,
) -> int:
    """Find the output that each input spends; transactions become spendable one after another.

    Of two transactions with the same txid the later one counts: it has replaced the outputs of the
    earlier one (blocks 91,722 and 91,812 of mainnet; BIP 30).

    Args:
        data: the buffer that the outpoints stand in.
        keys: table of known and, as we go, new transactions; it needs room for all of them.
        rows: the same.
        known: transactions below the first new one.
        new_txids: uint8[new * 32].
        new_prefixes: uint64[new].
        first_input: int64[new + 1], within this batch.
        first_output: int64[new + 1], within this batch.
        in_at: int64[inputs].
        base: how many outputs are known.
        spends: out, uint64[inputs], output numbers.

    Returns:
        -1, or the batch row of the first input whose previous output does not exist.
    """
    later_tx = len(known.first_output)
    base_tx = later_tx + len(known.later_first_output)
    mask = np.uint64(len(keys) - 1)
    new = len(new_prefixes)
    for t in range(new):
        for i in range(first_input[t], first_input[t + 1]):
            _fetch_txs(data, keys, rows, known, in_at, i)
            where = in_at[i]
            prefix = read_u64(data, where)
            vout = read_u32(data, where + 32)
            found = int64(-1)
            at = slot_of(prefix, mask)
            while rows[at] != EMPTY:
                if keys[at] == prefix:
                    row = int64(rows[at])
                    if row < later_tx:
                        if same_slices(known.txid, row * 32, data, where, 32):
                            found = max(found, row)
                    elif row < base_tx:
                        if same_slices(known.later_txid, (row - later_tx) * 32, data, where, 32):
                            found = max(found, row)
                    elif same_slices(new_txids, (row - base_tx) * 32, data, where, 32):
                        found = max(found, row)
                at = (at + np.uint64(1)) & mask
            if found < 0:
                return i
            begin = _first_output(known, base, first_output, found)
            end = _first_output(known, base, first_output, found + 1)
            if vout >= end - begin:
                return i
            spends[i] = np.uint64(begin + vout)
        put(keys, rows, new_prefixes[t], base_tx + t)
    return -1
