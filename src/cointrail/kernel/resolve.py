"""Outpoints to output numbers, and scripts to script numbers, in chain order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import copy_slice, read_u64, same_slices
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch
from cointrail.kernel.table import EMPTY, fetch_slot, put, slot_of
from cointrail.kernel.wire import read_u32

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

NO_OUTPUT = np.uint64(0xFFFFFFFFFFFFFFFF)


class KnownTxs(NamedTuple):
    """Transactions that stand in the store's columns already."""

    txid: U8
    """uint8[known, 32], wire order."""
    first_output: U64
    """uint64[known]"""


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
def resolve_inputs(
    data: U8,
    keys: U64,
    rows: U32,
    known: KnownTxs,
    new_txids: U8,
    new_prefixes: U64,
    tx_rows: I64,
    in_at: I64,
    totals: I64,
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
        tx_rows: int64[new, 2], rows of first input and first output within this batch.
        in_at: int64[inputs].
        totals: [known outputs, new inputs, new outputs].
        spends: out, uint64[inputs], output numbers.

    Returns:
        -1, or the batch row of the first input whose previous output does not exist.
    """
    base_tx = len(known.txid) // 32
    mask = np.uint64(len(keys) - 1)
    new = len(new_prefixes)
    for t in range(new):
        last_input = tx_rows[t + 1, 0] if t + 1 < new else totals[1]
        for i in range(tx_rows[t, 0], last_input):
            _fetch_txs(data, keys, rows, known, in_at, i)
            where = in_at[i]
            prefix = read_u64(data, where)
            vout = read_u32(data, where + 32)
            found = int64(-1)
            at = slot_of(prefix, mask)
            while rows[at] != EMPTY:
                if keys[at] == prefix:
                    row = int64(rows[at])
                    if row < base_tx:
                        if same_slices(known.txid, row * 32, data, where, 32):
                            found = max(found, row)
                    elif same_slices(new_txids, (row - base_tx) * 32, data, where, 32):
                        found = max(found, row)
                at = (at + np.uint64(1)) & mask
            if found < 0:
                return i
            if found < base_tx:
                begin = int64(known.first_output[found])
                end = int64(known.first_output[found + 1]) if found + 1 < base_tx else totals[0]
            else:
                row = found - base_tx
                begin = totals[0] + tx_rows[row, 1]
                end = totals[0] + (tx_rows[row + 1, 1] if row + 1 < new else totals[2])
            if vout >= end - begin:
                return i
            spends[i] = np.uint64(begin + vout)
        put(keys, rows, new_prefixes[t], base_tx + t)
    return -1


class KnownScripts(NamedTuple):
    """Scripts that stand in the store's columns already."""

    end: U64
    """uint64[known]: where each script ends in `heap`."""
    heap: U8


@kernel
def _fetch_scripts(keys: U64, rows: U32, known: KnownScripts, prefixes: U64, o: int) -> None:
    """Ask for what outputs after `o` will need."""
    if o + FAR < len(prefixes):
        fetch_slot(keys, rows, prefixes[o + FAR])
        row = int64(rows[slot_of(prefixes[o + NEAR], np.uint64(len(keys) - 1))])
        if 0 < row < len(known.end):
            prefetch(address_of(known.end) + 8 * row)


@kernel
def number_scripts(
    data: U8,
    keys: U64,
    rows: U32,
    known: KnownScripts,
    prefixes: U64,
    out_at: I64,
    out_fixed: I64,
    numbers: U32,
    new_output: I64,
) -> int:
    """Give each output's script its number: the old one where the same bytes were met before.

    Args:
        data: the buffer that the scripts stand in.
        keys: table of script numbers; it needs room for every output.
        rows: the same.
        known: scripts below the first new one.
        prefixes: uint64[outputs], of each script's SHA-256.
        out_at: int64[outputs].
        out_fixed: int64[outputs, 2], length first.
        numbers: out, uint32[outputs].
        new_output: out, int64[outputs]: for the k-th new script, the output that shows it first.

    Returns:
        How many scripts are new.
    """
    base = len(known.end)
    mask = np.uint64(len(keys) - 1)
    fresh = 0
    for o in range(len(out_at)):
        _fetch_scripts(keys, rows, known, prefixes, o)
        length = out_fixed[o, 0]
        found = int64(-1)
        at = slot_of(prefixes[o], mask)
        while rows[at] != EMPTY and found < 0:
            if keys[at] == prefixes[o]:
                row = int64(rows[at])
                if row < base:
                    begin = int64(known.end[row - 1]) if row > 0 else int64(0)
                    if int64(known.end[row]) - begin == length and same_slices(
                        known.heap, begin, data, out_at[o], length
                    ):
                        found = row
                else:
                    first = new_output[row - base]
                    if out_fixed[first, 0] == length and same_slices(
                        data, out_at[first], data, out_at[o], length
                    ):
                        found = row
            at = (at + np.uint64(1)) & mask
        if found < 0:
            found = int64(base + fresh)
            new_output[fresh] = o
            fresh += 1
            put(keys, rows, prefixes[o], found)
        numbers[o] = np.uint32(found)
    return fresh


@kernel
def copy_scripts(data: U8, out_at: I64, out_fixed: I64, new_output: I64, ends: U64, heap: U8) -> None:
    """Lay the bytes of new scripts end to end. `ends` counts from the start of `heap`."""
    at = 0
    for k in range(len(new_output)):
        o = new_output[k]
        copy_slice(data, out_at[o], out_fixed[o, 0], heap, at)
        at += out_fixed[o, 0]
        ends[k] = np.uint64(at)


@kernel
def sum_fees(
    old_values: I64, new_values: I64, spends: U64, tx_rows: I64, coinbase: U8, totals: I64, fees: I64
) -> int:
    """Inputs minus outputs of each transaction; 0 for a coinbase.

    Returns:
        -1, or the first transaction that spends less than it creates.
    """
    known = len(old_values)
    new = len(tx_rows)
    for t in range(new):
        last_in = tx_rows[t + 1, 0] if t + 1 < new else totals[1]
        last_out = tx_rows[t + 1, 1] if t + 1 < new else totals[2]
        total = int64(0)
        for i in range(tx_rows[t, 0], last_in):
            o = int64(spends[i])
            total += old_values[o] if o < known else new_values[o - known]
        for o in range(tx_rows[t, 1], last_out):
            total -= new_values[o]
        fees[t] = total
        if coinbase[t]:
            fees[t] = 0
        elif total < 0:
            return t
    return -1


@kernel
def mark_spent(
    spent_by: U64, outputs: U64, inputs: U64, input_output: U64, first_input: int, first_output: int
) -> int:
    """Write `spent_by` of outputs of one part.

    A value that no input of this part agrees with means "not yet", whatever an interrupted run left.

    Args:
        spent_by: of the part's outputs.
        outputs: rows of the part's outputs that are spent.
        inputs: numbers of the inputs that spend them, ascending.
        input_output: output number spent, of every input of the part.
        first_input: number of the part's first input.
        first_output: number of the part's first output.

    Returns:
        -1, or the first row that spends an output which an earlier input has spent.
    """
    for k in range(len(outputs)):
        o = outputs[k]
        before = spent_by[o]
        if before < inputs[k] and before >= np.uint64(first_input):
            row = before - np.uint64(first_input)
            if input_output[row] == o + np.uint64(first_output):
                return k
        spent_by[o] = inputs[k]
    return -1


class ScriptRows(NamedTuple):
    """What is known of scripts: rows that stand in the store's columns already, and the rows after them."""

    old_of_output: U32
    """script number of each output"""
    new_of_output: U32
    old_type: U8
    new_type: U8
    old_first: U64
    """first output of each script"""
    new_first: U64


@kernel
def find_reveals(
    spends: U64, in_redeem: I64, wanted: int, known: ScriptRows, shown: I64, numbers: U32
) -> int:
    """The inputs that spend the first output of a script of type `wanted` and end with a push.

    Args:
        spends: output number of each input.
        in_redeem: int64[inputs, 2], as `BlockColumns` has it.
        wanted: a `ScriptType`.
        known: of every output up to these inputs, and its script.
        shown: out, rows of those inputs.
        numbers: out, numbers of the scripts that they spend.

    Returns:
        How many there are.
    """
    outputs, scripts = len(known.old_of_output), len(known.old_type)
    found = 0
    for i in range(len(spends)):
        if in_redeem[i, 1] < 0:
            continue
        o = int64(spends[i])
        s = int64(known.old_of_output[o] if o < outputs else known.new_of_output[o - outputs])
        kind = known.old_type[s] if s < scripts else known.new_type[s - scripts]
        if kind != wanted:
            continue
        first = known.old_first[s] if s < scripts else known.new_first[s - scripts]
        if first == spends[i]:
            shown[found] = i
            numbers[found] = np.uint32(s)
            found += 1
    return found
