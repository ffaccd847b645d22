"""Fingerprints and static change rules over columns, one pass.

The definitions are `cointrail.heuristics.change.fingerprint` and `static_rules`; bits of a fingerprint are
those of its `Mark`, bits of an output or a transaction the places in `STATIC_RULES`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.sorting import sort_first

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
U16 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint8]

NO_HEIGHT = 0xFFFFFFFF
"""The height of a transaction that has none."""

SELF, SCRIPT_TYPE, UNNECESSARY_INPUT, ROUND_VALUE, BELOW_INPUTS, NONE = 1, 2, 4, 8, 16, 32
"""Bits of the static rules, in the order of `STATIC_RULES`."""

_NO_SCRIPT, _NO_TYPE = 0xFFFFFFFF, 0xFF
_P2PKH, _P2SH, _P2WPKH, _P2TR, _P2A, _OP_RETURN, _WITNESS_UNKNOWN = 2, 3, 4, 6, 7, 9, 10
_SIGNED, _HIGH_R, _WITNESS, _SCRIPT_PATH, _LONG_KEY = 1, 32, 64, 128, 256
_FEW = 4_096
"""Pairs of an input and an output up to which every pair is compared; beyond, inputs are sorted first."""


class ChangeColumns(NamedTuple):
    """The columns of a `TxBatch` that change is judged by. A weight of 0 is not known."""

    height: U32
    version: I32
    locktime: U32
    weight: U32
    in_start: I64
    in_value: I64
    in_script: U32
    in_type: U8
    in_sequence: U32
    in_marks: U16
    out_start: I64
    out_value: I64
    out_script: U32
    out_type: U8


class ChangeLimits(NamedTuple):
    """The named constants of the definitions."""

    tip_reach: int
    round_fee: int
    low_r_max: int
    fewer_zeros: int
    round_sat: int


class Sums(NamedTuple):
    """What the values of a transaction add up to; `least` is the smallest input's."""

    known: bool
    total_in: int
    least: int
    fee: int
    places: int


@kernel
def sums_of(col: ChangeColumns, t: int) -> Sums:
    """Add up inputs and outputs; the fee only where every input's value is known."""
    known = True
    total_in = total_out = places = int64(0)
    least = int64(0x7FFFFFFFFFFFFFFF)
    for k in range(col.in_start[t], col.in_start[t + 1]):
        value = col.in_value[k]
        known = known and value >= 0
        total_in += value
        least = min(least, value)
    for k in range(col.out_start[t], col.out_start[t + 1]):
        total_out += col.out_value[k]
        places += 1 if col.out_type[k] != _OP_RETURN else 0
    return Sums(known, total_in, least, total_in - total_out if known else int64(0), places)


@kernel
def _mark_self(col: ChangeColumns, t: int, room: U32, left: U8) -> int:
    """Mark the outputs that go back to a script spent from; how many."""
    i0, i1, o0, o1 = col.in_start[t], col.in_start[t + 1], col.out_start[t], col.out_start[t + 1]
    found = 0
    many = (i1 - i0) * (o1 - o0) > _FEW
    if many:
        for k in range(i0, i1):
            room[k - i0] = col.in_script[k]
        sort_first(room, i1 - i0)
    for o in range(o0, o1):
        script = col.out_script[o]
        if col.out_type[o] == _OP_RETURN or script == _NO_SCRIPT:
            continue
        back = False
        if many:
            at = np.searchsorted(room[: i1 - i0], script)
            back = at < i1 - i0 and room[at] == script
        else:
            for k in range(i0, i1):
                back = back or col.in_script[k] == script
        if back:
            left[o] |= SELF
            found += 1
    return found


@kernel
def trailing_zeros(value: int) -> int:
    """Decimal zeros at the end of a positive number."""
    count = 0
    while value % 10 == 0:
        value //= 10
        count += 1
    return count


@kernel
def _mark_round(col: ChangeColumns, t: int, limits: ChangeLimits, postage: I64, left: U8) -> bool:
    """Twin of `round_value`; whether it spoke."""
    o0, o1 = col.out_start[t], col.out_start[t + 1]
    fewest, most = int64(99), int64(-1)
    for o in range(o0, o1):
        if col.out_type[o] == _OP_RETURN:
            continue
        value = col.out_value[o]
        if value == 0:
            return False
        for one in postage:
            if one == value:
                return False
        zeros = trailing_zeros(value)
        fewest, most = min(fewest, zeros), max(most, zeros)
    if most < fewest + limits.fewer_zeros:
        return False
    for o in range(o0, o1):
        if col.out_type[o] != _OP_RETURN and trailing_zeros(col.out_value[o]) < fewest + limits.fewer_zeros:
            left[o] |= ROUND_VALUE
    return True


@kernel
def _mark_type(col: ChangeColumns, t: int, left: U8) -> bool:
    """Twin of `script_type`; whether it spoke."""
    i0, i1 = col.in_start[t], col.in_start[t + 1]
    kind = col.in_type[i0]
    for k in range(i0, i1):
        if col.in_type[k] != kind:
            return False
    if kind == _NO_TYPE:
        return False
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] == kind and kind != _OP_RETURN:
            left[o] |= SCRIPT_TYPE
    return True


@kernel
def _mark_inputs(col: ChangeColumns, t: int, sums: Sums, left: U8) -> int:
    """Twin of `below_inputs` and `unnecessary_input`; the bits of those that spoke."""
    if col.in_start[t + 1] - col.in_start[t] < 2 or not sums.known:
        return 0
    sure = True
    for o in range(col.out_start[t], col.out_start[t + 1]):
        value = col.out_value[o]
        if col.out_type[o] != _OP_RETURN and value < sums.least:
            left[o] |= BELOW_INPUTS
            sure = sure and value + sums.fee < sums.least
    if not sure:
        return BELOW_INPUTS
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if left[o] & BELOW_INPUTS:
            left[o] |= UNNECESSARY_INPUT
    return BELOW_INPUTS | UNNECESSARY_INPUT


@kernel
def _has_no_change(col: ChangeColumns, t: int, sums: Sums, limits: ChangeLimits) -> bool:
    """Twin of `no_change`."""
    if not sums.known or sums.total_in % limits.round_sat == 0:
        return False
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] != _OP_RETURN and col.out_value[o] % limits.round_sat != 0:
            return False
    return True


@kernel
def _input_marks(col: ChangeColumns, k: int) -> int:
    """What one input leaves; its low r is counted elsewhere."""
    sequence, marks, kind = col.in_sequence[k], int64(col.in_marks[k]), int64(col.in_type[k])
    word = int64(1) << (8 if sequence == 0xFFFFFFFF else 9 if sequence == 0xFFFFFFFE else 11)
    if sequence == 0xFFFFFFFD:
        word = int64(1) << 10
    word |= (marks >> 1 & 15) << 12
    word |= int64(1) << 20 if marks & _HIGH_R else int64(0)
    word |= int64(1) << 25 if marks & _SCRIPT_PATH else int64(0)
    if kind == _NO_TYPE:
        return word
    if marks & _SIGNED and kind in (_P2PKH, _P2WPKH):
        word |= int64(1) << (17 if marks & _LONG_KEY else 16)
    if kind == _P2SH:
        word |= int64(1) << (18 if marks & _WITNESS else 19)
    return word | int64(1) << (40 + kind)


@kernel
def _is_ecdsa(kind: int) -> bool:
    return kind != _P2TR and kind != _P2A and kind != _WITNESS_UNKNOWN and kind != _NO_TYPE


@kernel
def _locktime(locktime: int, height: int, limits: ChangeLimits) -> int:
    if locktime == 0:
        return 1 << 5
    if height == NO_HEIGHT:
        return 3 << 6
    return 1 << 6 if 0 < int64(height) - int64(locktime) <= limits.tip_reach else 1 << 7


@kernel
def _input_word(col: ChangeColumns, t: int, known: bool, limits: ChangeLimits) -> int:  # noqa: FBT001
    """What all inputs leave, and which way their values run."""
    i0, i1 = col.in_start[t], col.in_start[t + 1]
    word = low_r = int64(0)
    up = down = known
    for k in range(i0, i1):
        word |= _input_marks(col, k)
        marks = col.in_marks[k]
        low_r += 1 if marks & _SIGNED and not marks & _HIGH_R and _is_ecdsa(col.in_type[k]) else 0
        if k > i0:
            up = up and col.in_value[k - 1] <= col.in_value[k]
            down = down and col.in_value[k - 1] >= col.in_value[k]
    word |= min(low_r, limits.low_r_max) << 21
    word |= int64(1) << (35 if i1 - i0 == 1 else 36)
    return word | (int64(1) << 28 if up else int64(0)) | (int64(1) << 29 if down else int64(0))


@kernel
def _output_word(col: ChangeColumns, t: int, places: int, back: int, left: U8) -> int:
    """What the spendable outputs leave: types, count, order, and the place of the one self-change."""
    word = int64(0)
    up = down = True
    last = int64(-1)
    seen = own = 0
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] == _OP_RETURN:
            continue
        word |= int64(1) << (51 + int64(col.out_type[o]))
        value = col.out_value[o]
        up = up and (seen == 0 or last <= value)
        down = down and (seen == 0 or last >= value)
        own = seen if left[o] & SELF else own
        last = value
        seen += 1
    word |= (int64(1) << 26 if up else int64(0)) | (int64(1) << 27 if down else int64(0))
    word |= int64(1) << (31 + min(places, 3)) if places > 0 else int64(0)
    if back != 1 or places < 2:
        return word
    return word | int64(1) << (37 if own == 0 else 38 if own == places - 1 else 39)


@kernel
def _fee_word(fee: int, weight: int, limits: ChangeLimits) -> int:
    if fee <= 0:
        return 0
    word = 1 << 30 if fee % limits.round_fee == 0 else 0
    size = (int64(weight) + 3) // 4
    return word | (1 << 31 if size > 0 and fee % size == 0 else 0)


@kernel
def judge_outputs(
    col: ChangeColumns, limits: ChangeLimits, postage: I64, room: U32, left: U8, spoke: U8, prints: U64
) -> None:
    """Write, for every transaction, its fingerprint, the rules that spoke and the outputs they leave."""
    for t in range(len(spoke)):
        spoke[t] = 0
        prints[t] = 0
        for o in range(col.out_start[t], col.out_start[t + 1]):
            left[o] = 0
        if col.in_start[t + 1] == col.in_start[t]:
            continue
        sums = sums_of(col, t)
        back = _mark_self(col, t, room, left)
        said = SELF if back > 0 else 0
        said |= SCRIPT_TYPE if _mark_type(col, t, left) else 0
        said |= ROUND_VALUE if _mark_round(col, t, limits, postage, left) else 0
        said |= _mark_inputs(col, t, sums, left)
        said |= NONE if _has_no_change(col, t, sums, limits) else 0
        spoke[t] = said
        version = int64(col.version[t])
        word = int64(1) | int64(1) << (version if 1 <= version <= 3 else int64(4))
        word |= _locktime(col.locktime[t], col.height[t], limits)
        word |= _input_word(col, t, sums.known, limits)
        word |= _output_word(col, t, sums.places, back, left)
        prints[t] = word | _fee_word(sums.fee, col.weight[t], limits)
