"""Blocks in, columns out: the fast twin of `chain.decode`.

Two passes over a buffer that holds many blocks. `count_blocks` walks every block, checks each length
against its block and counts; `fill_blocks` writes the columns at the places that the counts give, so
that threads can fill different blocks at once. Neither allocates per transaction.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.marks import script_sig_marks, witness_marks
from cointrail.kernel.scripts import classify_script
from cointrail.kernel.wire import NOT_CANONICAL, TOO_MANY, TRUNCATED, read_size, read_u32

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

OK = 0
TRAILING = 4
BAD_FLAG = 5
NO_TRANSACTIONS = 6
NOT_COINBASE = 7
EMPTY_WITNESS = 8
BAD_VALUE = 9

MAX_MONEY = 2_100_000_000_000_000
"""No output holds more satoshi than there will ever be (Bitcoin Core, consensus/amount.h)."""

FAULTS = {
    TRUNCATED: "a length runs past the end of the block",
    TOO_MANY: "a count cannot fit into the bytes that are left",
    NOT_CANONICAL: "a compact size is longer than it need be",
    TRAILING: "bytes are left after the last transaction",
    BAD_FLAG: "a transaction has an unknown flag",
    NO_TRANSACTIONS: "it holds no transaction",
    NOT_COINBASE: "its first transaction is not a coinbase, or a later one is",
    EMPTY_WITNESS: "a transaction is marked as having witnesses and has none",
    BAD_VALUE: "an output holds more than there is",
}
"""What the fault numbers of `count_blocks` mean."""

MIN_INPUT = 41
MIN_OUTPUT = 9
BARE = -2
"""Stands for an empty scriptSig while a transaction is read; no caller sees it."""


class BlockColumns(NamedTuple):
    """What `fill_blocks` writes: positions are offsets into its buffer, rows count within it.

    Coinbase inputs have no row.
    """

    tx_at: I64
    """int64[txs]: where the transaction begins."""
    tx_size: I64
    """int64[txs]: its bytes, witnesses included."""
    cut_at: I64
    """int64[txs]: where its inputs and outputs begin: what a txid hashes between version and locktime."""
    cut_size: I64
    """int64[txs]: how many bytes these are; all but eight of the transaction when it has no witness."""
    version: npt.NDArray[np.int32]
    """int32[txs]"""
    locktime: U32
    """uint32[txs]"""
    weight: U32
    """uint32[txs], weight units."""
    first_input: I64
    """int64[txs + 1]: row of the first input; then the end."""
    first_output: I64
    """int64[txs + 1]: row of the first output; then the end."""
    in_at: I64
    """int64[inputs]: where the 36 bytes of the previous outpoint stand."""
    sequence: U32
    """uint32[inputs]"""
    marks: npt.NDArray[np.uint16]
    """uint16[inputs], `InputMarks`."""
    push_at: I64
    """int64[inputs]: start of the scriptSig's last push."""
    push_length: I64
    """int64[inputs]: its length; -1 when the scriptSig does not end with a push."""
    value: I64
    """int64[outputs], satoshi."""
    script_at: I64
    """int64[outputs], where the script begins."""
    script_length: I64
    """int64[outputs], bytes."""
    script_type: U8
    """uint8[outputs], `ScriptType`."""

    @staticmethod
    def layout(txs: int, inputs: int, outputs: int) -> dict[str, tuple[tuple[int, ...], Any]]:
        """Shape and type of each column with room for so many rows."""
        return {
            "tx_at": ((txs,), np.int64),
            "tx_size": ((txs,), np.int64),
            "cut_at": ((txs,), np.int64),
            "cut_size": ((txs,), np.int64),
            "version": ((txs,), np.int32),
            "locktime": ((txs,), np.uint32),
            "weight": ((txs,), np.uint32),
            "first_input": ((txs + 1,), np.int64),
            "first_output": ((txs + 1,), np.int64),
            "in_at": ((inputs,), np.int64),
            "sequence": ((inputs,), np.uint32),
            "marks": ((inputs,), np.uint16),
            "push_at": ((inputs,), np.int64),
            "push_length": ((inputs,), np.int64),
            "value": ((outputs,), np.int64),
            "script_at": ((outputs,), np.int64),
            "script_length": ((outputs,), np.int64),
            "script_type": ((outputs,), np.uint8),
        }

    @classmethod
    def empty(cls, txs: int, inputs: int, outputs: int) -> BlockColumns:
        """Columns with room for so many rows."""
        layout = cls.layout(txs, inputs, outputs)
        return cls(**{name: np.empty(shape, kind) for name, (shape, kind) in layout.items()})


Walked = tuple[int, int, int, int, int, bool]
"""Fault, next position, inputs, outputs, bytes of output scripts, whether it is a coinbase."""


@kernel
def _stop(fault: int, at: int) -> Walked:
    """What `_walk_tx` returns of a transaction with a fault."""
    return int64(fault), at, int64(0), int64(0), int64(0), False


@kernel
def _walk_tx(data: U8, at: int, end: int) -> Walked:
    """Check one transaction."""
    if at + 10 > end:
        return _stop(TRUNCATED, at)
    at += 4
    witness = data[at] == 0
    if witness:
        if data[at + 1] != 1:
            return _stop(BAD_FLAG, at)
        at += 2
    inputs, at = read_size(data, at, end)
    if inputs < 0:
        return _stop(-inputs, at)
    if inputs > (end - at) // MIN_INPUT:
        return _stop(TOO_MANY, at)
    if inputs == 0:
        return _stop(BAD_FLAG, at)
    first = at
    for _ in range(inputs):
        if at + 36 > end:
            return _stop(TRUNCATED, at)
        length, at = read_size(data, at + 36, end)
        if length < 0:
            return _stop(-length, at)
        if length > end - at - 4:
            return _stop(TRUNCATED, at)
        at += length + 4
    null = True
    for k in range(32):
        null = null and data[first + k] == 0
    for k in range(32, 36):
        null = null and data[first + k] == 0xFF
    outputs, at = read_size(data, at, end)
    if outputs < 0:
        return _stop(-outputs, at)
    if outputs > (end - at) // MIN_OUTPUT:
        return _stop(TOO_MANY, at)
    script_bytes = int64(0)
    for _ in range(outputs):
        if at + 8 > end:
            return _stop(TRUNCATED, at)
        value = read_u32(data, at) | read_u32(data, at + 4) << 32
        if value < 0 or value > MAX_MONEY:
            return _stop(BAD_VALUE, at)
        length, at = read_size(data, at + 8, end)
        if length < 0:
            return _stop(-length, at)
        if length > end - at:
            return _stop(TRUNCATED, at)
        script_bytes += length
        at += length
    if witness:
        total = 0
        for _ in range(inputs):
            items, at = read_size(data, at, end)
            if items < 0:
                return _stop(-items, at)
            if items > end - at:
                return _stop(TOO_MANY, at)
            total += items
            for _ in range(items):
                length, at = read_size(data, at, end)
                if length < 0:
                    return _stop(-length, at)
                if length > end - at:
                    return _stop(TRUNCATED, at)
                at += length
        if total == 0:
            return _stop(EMPTY_WITNESS, at)
    if at + 4 > end:
        return _stop(TRUNCATED, at)
    return int64(OK), at + 4, inputs, outputs, script_bytes, null and inputs == 1


@kernel
def count_blocks(data: U8, starts: I64, sizes: I64, counts: I64, faults: I64) -> None:
    """Walk blocks and count what they hold.

    Args:
        data: a buffer of blocks, wire bytes.
        starts: where each block's header begins, int64[blocks].
        sizes: bytes of each block, int64[blocks].
        counts: out, int64[blocks, 4]: transactions, inputs without the coinbase's, outputs, bytes of
            output scripts.
        faults: out, int64[blocks, 2]: fault number (0: none) and its position within the block.
    """
    for b in range(len(starts)):
        at, end = starts[b] + 80, starts[b] + sizes[b]
        counts[b, :] = 0
        faults[b, 0] = OK
        faults[b, 1] = 0
        if sizes[b] < 81:
            faults[b, 0] = TRUNCATED
            continue
        txs, at = read_size(data, at, end)
        fault = OK
        if txs < 0:
            fault = -txs
        elif txs == 0:
            fault = NO_TRANSACTIONS
        elif txs > (end - at) // 10:
            fault = TOO_MANY
        if fault == OK:
            for t in range(txs):
                fault, at, inputs, outputs, script_bytes, is_coinbase = _walk_tx(data, at, end)
                if fault == OK and is_coinbase != (t == 0):
                    fault = NOT_COINBASE
                if fault != OK:
                    break
                counts[b, 0] += 1
                counts[b, 1] += 0 if t == 0 else inputs
                counts[b, 2] += outputs
                counts[b, 3] += script_bytes
            if fault == OK and at != end:
                fault = TRAILING
        if fault != OK:
            faults[b, 0] = fault
            faults[b, 1] = at - starts[b]


@kernel
def fill_blocks(data: U8, starts: I64, sizes: I64, first: I64, columns: BlockColumns) -> None:
    """Write the columns of blocks that `count_blocks` found sound.

    Args:
        data: the same buffer.
        starts: as before.
        sizes: as before.
        first: int64[blocks, 3]: row of each block's first transaction, input and output.
        columns: out, long enough for the rows that `count_blocks` announced.
    """
    for b in range(len(starts)):
        at, end = starts[b] + 80, starts[b] + sizes[b]
        row, i, o = first[b, 0], first[b, 1], first[b, 2]
        txs, at = read_size(data, at, end)
        for t in range(txs):
            begin = at
            at += 4
            witness = data[at] == 0
            if witness:
                at += 2
            cut = at
            first_input = i
            inputs, at = read_size(data, at, end)
            for _ in range(inputs):
                where = at
                length, at = read_size(data, at + 36, end)
                if t > 0:
                    marks, push_at, push_length = script_sig_marks(data, at, at + length)
                    columns.in_at[i] = where
                    columns.sequence[i] = np.uint32(read_u32(data, at + length))
                    columns.marks[i] = np.uint16(marks)
                    columns.push_at[i] = push_at
                    columns.push_length[i] = push_length
                    if length == 0:
                        columns.push_length[i] = BARE
                    i += 1
                at += length + 4
            columns.first_input[row] = first_input
            columns.first_output[row] = o
            outputs, at = read_size(data, at, end)
            for _ in range(outputs):
                columns.value[o] = read_u32(data, at) | read_u32(data, at + 4) << 32
                length, at = read_size(data, at + 8, end)
                columns.script_at[o] = at
                columns.script_length[o] = length
                columns.script_type[o] = np.uint8(classify_script(data, at, length))
                o += 1
                at += length
            columns.cut_at[row] = cut
            columns.cut_size[row] = at - cut
            if witness:
                for k in range(inputs):
                    bare = t > 0 and columns.push_length[first_input + k] == BARE
                    marks, at = witness_marks(data, at, end, bare)
                    if t > 0:
                        columns.marks[first_input + k] |= np.uint16(marks)
            locktime = read_u32(data, at)
            at += 4
            for k in range(first_input, i):
                if columns.push_length[k] == BARE:
                    columns.push_length[k] = -1
            columns.tx_at[row] = begin
            columns.tx_size[row] = at - begin
            columns.version[row] = np.int32(read_u32(data, begin))
            columns.locktime[row] = np.uint32(locktime)
            columns.weight[row] = np.uint32(3 * (columns.cut_size[row] + 8) + (at - begin))
            row += 1
        columns.first_input[row] = i
        columns.first_output[row] = o


@kernel
def split_txids(
    columns: BlockColumns, first: int, last: int, rows: I64, starts: I64, lengths: I64
) -> tuple[int, int]:
    """What the txids hash of those transactions first..last - 1 that have witnesses.

    Args:
        columns: as filled.
        first: row of the first transaction to look at.
        last: row after the last one.
        rows: out, int64[last - first]: rows of those with witnesses.
        starts: out, int64[last - first, 3]: where version, inputs and outputs, and locktime begin.
        lengths: out, the same shape: their bytes.

    Returns:
        (how many have witnesses, bytes of the longest message).
    """
    count, longest = 0, int64(0)
    for t in range(first, last):
        size, cut = columns.tx_size[t], columns.cut_size[t]
        if size == cut + 8:
            continue
        rows[count] = t
        starts[count, 0], lengths[count, 0] = columns.tx_at[t], 4
        starts[count, 1], lengths[count, 1] = columns.cut_at[t], cut
        starts[count, 2], lengths[count, 2] = columns.tx_at[t] + size - 4, 4
        longest = max(longest, cut + 8)
        count += 1
    return count, longest
