"""Fingerprints of outputs: 64 bits of value and script, to compare what two sources say of one output.

A script counts as Core's undo data can tell it: of an uncompressed key, x and the parity of y. Everything
else about an output goes in. Equal outputs have equal fingerprints; different ones have different ones but
once in 2**64. Nobody gains by a clash: it would hide a damaged file from one check of several.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import read_u64
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

P2PKH, P2SH, EVEN_KEY, ODD_KEY, EVEN_LONG_KEY, ODD_LONG_KEY, RAW = range(7)
"""Forms of a script in undo data (Bitcoin Core, src/compressor.cpp); a raw one has its length added."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD6E8FEB86659FD93)
_FOLD = np.uint64(32)


@kernel
def mix(state: np.uint64, word: np.uint64) -> np.uint64:
    """Take eight more bytes in."""
    state = (state ^ word) * _ODD
    return (state ^ (state >> _FOLD)) * _STEP


@kernel
def fingerprint_of_form(value: int, form: int, data: U8, at: int, length: int) -> np.uint64:
    """The fingerprint of `value` satoshi under a script of `form` with the payload at `at`."""
    state = mix(mix(_STEP, np.uint64(value)), np.uint64(form))
    if length < 8:
        for k in range(length):
            state = mix(state, np.uint64(data[at + k]))
        return state
    for k in range(0, length - 7, 8):
        state = mix(state, read_u64(data, at + k))
    return mix(state, read_u64(data, at + length - 8))


@kernel
def form_of(data: U8, at: int, length: int) -> tuple[int, int, int]:
    """How undo data tells the script at `at`: its form, where the payload begins, how long that is."""
    if length == 25 and data[at] == 118 and data[at + 1] == 169 and data[at + 2] == 20:
        if data[at + 23] == 136 and data[at + 24] == 172:
            return int64(P2PKH), at + 3, int64(20)
    elif length == 23 and data[at] == 169 and data[at + 1] == 20:
        if data[at + 22] == 135:
            return int64(P2SH), at + 2, int64(20)
    elif length == 35 and data[at] == 33 and data[at + 34] == 172:
        if 2 <= data[at + 1] <= 3:
            return int64(data[at + 1]), at + 2, int64(32)
    elif length == 67 and data[at] == 65 and data[at + 1] == 4 and data[at + 66] == 172:
        return int64(EVEN_LONG_KEY + (data[at + 65] & 1)), at + 2, int64(32)
    return int64(RAW + length), at, length


@kernel
def fingerprint(value: int, data: U8, at: int, length: int) -> np.uint64:
    """The fingerprint of an output whose script stands at `at`."""
    form, begin, size = form_of(data, at, length)
    return fingerprint_of_form(value, form, data, begin, size)


@kernel
def fingerprint_outputs(values: I64, data: U8, starts: I64, lengths: I64, out: U64) -> None:
    """The fingerprints of outputs whose scripts stand in `data`."""
    for o in range(len(values)):
        out[o] = fingerprint(values[o], data, starts[o], lengths[o])


@kernel
def fingerprint_stored(outputs: U64, values: I64, scripts: U32, ends: U64, heap: U8, out: U64) -> None:
    """The fingerprints of outputs by number, from the store's columns.

    Args:
        outputs: numbers, best ascending.
        values: satoshi of each output.
        scripts: script number of each output.
        ends: where each script ends in `heap`.
        heap: scripts end to end.
        out: out, one for each number.
    """
    for k in range(len(outputs)):
        if k + 16 < len(outputs):
            ahead = int64(outputs[k + 16])
            prefetch(address_of(values) + 8 * ahead)
            prefetch(address_of(scripts) + 4 * ahead)
            near = int64(scripts[outputs[k + 8]])
            prefetch(address_of(ends) + 8 * near)
        o = int64(outputs[k])
        s = int64(scripts[o])
        begin = int64(ends[s - 1]) if s > 0 else int64(0)
        out[k] = fingerprint(values[o], heap, begin, int64(ends[s]) - begin)
