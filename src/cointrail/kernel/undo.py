"""Undo records read: what a node says that the inputs of a block spend.

The fast twin of `chain.undo`, which defines what a record says. Of an uncompressed key a record holds the x
and the parity of y; the rest is left to the block's merkle root.

Source: Bitcoin Core, src/undo.h, src/compressor.{h,cpp}, src/serialize.h (VARINT).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.decode import MAX_MONEY
from cointrail.kernel.fingerprint import P2SH, RAW, fingerprint, fingerprint_of_form
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.wire import read_size

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

SAME = 0
MALFORMED = 1
OTHER_COUNT = 2
OTHER_OUTPUT = 3

DIFFERENCES = {
    MALFORMED: "the node's undo record of the block is malformed",
    OTHER_COUNT: "the node's undo record has another number of inputs",
    OTHER_OUTPUT: "the node's undo record has another value or script than the output it spends",
}
"""What the result of `read_undo`, and of a comparison of what it read, means."""


class UndoColumns(NamedTuple):
    """What undo records say of inputs."""

    value: I64
    """int64[inputs], satoshi."""
    fingerprint: U64
    """uint64[inputs], of the output that is spent, as `kernel.fingerprint` has it."""
    is_p2sh: npt.NDArray[np.bool_]
    """bool[inputs]: whether its script is a P2SH."""


@kernel
def _read_varint(data: U8, at: int, end: int) -> tuple[int, int]:
    """Core's VARINT (base 128, most significant first): (value or -1, next position)."""
    value = int64(0)
    while at < end and value < (1 << 55):
        byte = int64(data[at])
        at += 1
        value = (value << 7) | (byte & 0x7F)
        if byte & 0x80 == 0:
            return value, at
        value += 1
    return int64(-1), at


@kernel
def decompress_amount(x: int) -> int:
    """Satoshi from Core's compressed amount; -1 when that is more than there is."""
    if x == 0:
        return int64(0)
    x -= 1
    e = x % 10
    x //= 10
    if e < 9:
        d = x % 9 + 1
        n = (x // 9) * 10 + d
    else:
        n = x + 1
    for _ in range(e):
        if n > MAX_MONEY:
            break
        n *= 10
    return n if n <= MAX_MONEY else int64(-1)


@kernel
def _payload_length(form: int) -> int:
    """Bytes that follow a form number."""
    if form >= RAW:
        return form - RAW
    return int64(20) if form <= P2SH else int64(32)


@kernel
def read_undo(
    undo: U8, first_tx: int, last_tx: int, first_input: I64, columns: UndoColumns
) -> tuple[int, int]:
    """Read one block's undo record.

    Args:
        undo: the record without its checksum.
        first_tx: row of the block's first transaction (the coinbase, which has no undo).
        last_tx: row after its last one.
        first_input: int64[rows + 1]: row of each transaction's first input, then the end.
        columns: out, at the rows of the block's inputs.

    Returns:
        (`SAME`, or what is wrong with the record; row of the input where that showed).
    """
    end = len(undo)
    txs, at = read_size(undo, 0, end)
    if txs != last_tx - first_tx - 1:
        return OTHER_COUNT, first_input[first_tx]
    for t in range(first_tx + 1, last_tx):
        i = first_input[t]
        inputs, at = read_size(undo, at, end)
        if inputs != first_input[t + 1] - i:
            return OTHER_COUNT, i
        for _ in range(inputs):
            code, at = _read_varint(undo, at, end)
            version = int64(0)
            if code > 1:
                version, at = _read_varint(undo, at, end)
            amount, at = _read_varint(undo, at, end)
            form, at = _read_varint(undo, at, end)
            if code < 0 or version < 0 or amount < 0 or form < 0:
                return MALFORMED, i
            length = _payload_length(form)
            if length > end - at:
                return MALFORMED, i
            value = decompress_amount(amount)
            if value < 0:
                return MALFORMED, i
            columns.value[i] = value
            if form >= RAW:
                columns.fingerprint[i] = fingerprint(value, undo, at, length)
            else:
                columns.fingerprint[i] = fingerprint_of_form(value, form, undo, at, length)
            columns.is_p2sh[i] = form == P2SH
            at += length
            i += 1
    if at != end:
        return MALFORMED, first_input[last_tx] - 1
    return SAME, -1


@kernel
def sum_fees(
    in_value: I64,
    value: I64,
    first_input: I64,
    first_output: I64,
    is_coinbase: npt.NDArray[np.bool_],
    fees: I64,
) -> None:
    """Inputs minus outputs of each transaction, satoshi; 0 for a coinbase, negative where outputs are more.

    Args:
        in_value: of each input; -1 counts as missing.
        value: of each output.
        first_input: int64[txs + 1].
        first_output: int64[txs + 1].
        is_coinbase: bool[txs].
        fees: out, int64[txs].
    """
    for t in range(len(fees)):
        total = int64(0)
        for i in range(first_input[t], first_input[t + 1]):
            total += in_value[i]
        for o in range(first_output[t], first_output[t + 1]):
            total -= value[o]
        fees[t] = 0 if is_coinbase[t] else total
