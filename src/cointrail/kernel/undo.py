"""Undo records against resolved inputs: the second, independent way to know what an input spends.

The fast twin of `chain.undo`, which defines what a record says. One thing is left to the block's merkle
root: of an uncompressed key only the x and the parity of y are compared.

Source: Bitcoin Core, src/undo.h, src/compressor.{h,cpp}, src/serialize.h (VARINT).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import same_slices
from cointrail.kernel.decode import MAX_MONEY
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch
from cointrail.kernel.wire import read_size

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

SAME = 0
MALFORMED = 1
OTHER_COUNT = 2
OTHER_VALUE = 3
OTHER_SCRIPT = 4

DIFFERENCES = {
    MALFORMED: "the node's undo record of the block is malformed",
    OTHER_COUNT: "the node's undo record has another number of inputs",
    OTHER_VALUE: "the node's undo record has another value than the output it spends",
    OTHER_SCRIPT: "the node's undo record has another script than the output it spends",
}


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
def _script_is(undo: U8, at: int, end: int, size: int, heap: U8, begin: int, length: int) -> tuple[bool, int]:
    """Whether the compressed script at `at` is the script heap[begin:begin + length], and what follows."""
    if size >= 6:
        stop = at + size - 6
        if stop > end:
            return False, -1
        return size - 6 == length and same_slices(undo, at, heap, begin, length), stop
    stop = at + (20 if size < 2 else 32)
    if stop > end:
        return False, -1
    if size == 0:
        shape = (
            length == 25
            and heap[begin] == 118
            and heap[begin + 1] == 169
            and heap[begin + 2] == 20
            and heap[begin + 23] == 136
            and heap[begin + 24] == 172
        )
        return shape and same_slices(undo, at, heap, begin + 3, 20), stop
    if size == 1:
        shape = length == 23 and heap[begin] == 169 and heap[begin + 1] == 20 and heap[begin + 22] == 135
        return shape and same_slices(undo, at, heap, begin + 2, 20), stop
    if size < 4:
        shape = length == 35 and heap[begin] == 33 and heap[begin + 1] == size and heap[begin + 34] == 172
        return shape and same_slices(undo, at, heap, begin + 2, 32), stop
    shape = length == 67 and heap[begin] == 65 and heap[begin + 1] == 4 and heap[begin + 66] == 172
    parity = int64(heap[begin + 65]) & 1 if shape else int64(-1)
    return parity == size - 4 and same_slices(undo, at, heap, begin + 2, 32), stop


class KnownOutputs(NamedTuple):
    """Outputs that stand in the store's columns already."""

    values: I64
    scripts: U32
    """script number of each"""
    script_end: U64
    """end of each script in `heap`"""
    heap: U8


class NewOutputs(NamedTuple):
    """Outputs of the blocks at hand; their numbers follow the known ones."""

    values: I64
    at: I64
    """where each script begins in `data`"""
    fixed: I64
    """int64[outputs, 2], script length first"""
    data: U8


@kernel
def _fetch_outputs(spends: U64, known: KnownOutputs, i: int) -> None:
    """Ask for what inputs after `i` will need: values and script numbers, where scripts are, their bytes."""
    border = len(known.values)
    if i + 24 >= len(spends):
        return
    o = int64(spends[i + 24])
    if o < border:
        prefetch(address_of(known.values) + 8 * o)
        prefetch(address_of(known.scripts) + 4 * o)
    o = int64(spends[i + 16])
    if o < border:
        prefetch(address_of(known.script_end) + 8 * int64(known.scripts[o]))
    o = int64(spends[i + 8])
    if o < border:
        prefetch(address_of(known.heap) + int64(known.script_end[known.scripts[o]]) - 24)


@kernel
def compare_undo(
    undo: U8,
    first_tx: int,
    last_tx: int,
    first_input: I64,
    spends: U64,
    known: KnownOutputs,
    new: NewOutputs,
) -> tuple[int, int]:
    """Compare one block's undo record with what its inputs were resolved to.

    Args:
        undo: the record without its checksum.
        first_tx: row of the block's first transaction (the coinbase, which has no undo).
        last_tx: row after its last one.
        first_input: int64[rows + 1]: position in `spends` of each transaction's first input.
        spends: output numbers.
        known: outputs 0..n - 1.
        new: outputs n...

    Returns:
        (`SAME` or a difference, position in `spends` of the input that differs).
    """
    border = len(known.values)
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
            _fetch_outputs(spends, known, i)
            code, at = _read_varint(undo, at, end)
            version = int64(0)
            if code > 1:
                version, at = _read_varint(undo, at, end)
            amount, at = _read_varint(undo, at, end)
            kind, at = _read_varint(undo, at, end)
            if code < 0 or version < 0 or amount < 0 or kind < 0:
                return MALFORMED, i
            o = int64(spends[i])
            value = known.values[o] if o < border else new.values[o - border]
            if decompress_amount(amount) != value:
                return OTHER_VALUE, i
            if o < border:
                s = int64(known.scripts[o])
                begin = int64(known.script_end[s - 1]) if s > 0 else int64(0)
                length = int64(known.script_end[s]) - begin
                same, at = _script_is(undo, at, end, kind, known.heap, begin, length)
            else:
                row = o - border
                same, at = _script_is(undo, at, end, kind, new.data, new.at[row], new.fixed[row, 0])
            if at < 0:
                return MALFORMED, i
            if not same:
                return OTHER_SCRIPT, i
            i += 1
    if at != end:
        return MALFORMED, first_input[last_tx] - 1
    return SAME, -1
