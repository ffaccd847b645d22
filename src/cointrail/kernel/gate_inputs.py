"""The gate's reasons that come of single inputs, over columns.

The definitions are in `cointrail.heuristics`: `sighash`, `swap`, `lightning`, `inputs`, and
`gate.missing_prevout`.
"""

from __future__ import annotations

from typing import NamedTuple

from cointrail.kernel.gate_shape import NO_HEIGHT, Columns, GateBits, GateLimits
from cointrail.kernel.jit import int64, kernel

_NO_SCRIPT = 0xFFFFFFFF
_NO_TYPE = 0xFF
_NONSTANDARD, _P2PKH, _P2SH, _P2WPKH, _P2WSH, _P2TR, _P2A, _OP_RETURN, _WITNESS_UNKNOWN = (
    *(0, 2, 3, 4, 5, 6, 7, 9, 10),
)
_SIGNED, _SIGHASH_NONE, _ANYONE_CAN_PAY, _LONG_KEY = 1, 4, 16, 256
_BASES = 2 | 4 | 8
_TWO_OF_TWO, _LOCKS, _PREIMAGE = 1024, 512 | 1024, 4096
_RELATIVE_LOCK = 1 << 31


class Seen(NamedTuple):
    """What the inputs of a transaction show."""

    marks: int
    """All marks together."""
    complete: bool
    """Whether every previous output is known."""
    signers: int
    """1 where all known scripts are the same, else 2."""
    locks: int
    """1 where they differ in what locks them: the first of `conflicts`."""
    others: int
    """Other hard attributes in which they differ."""


@kernel
def _mixed(seen: int, value: int) -> tuple[int, int]:
    """(1 where `value` differs from what was `seen`, what is seen now). Nothing seen: -1."""
    return (1 if seen >= 0 and seen != value else 0), value


@kernel
def look_at_inputs(col: Columns, first: int, last: int) -> Seen:
    """Read the inputs first..last - 1 of a transaction."""
    marks = int64(0)
    complete = True
    script = int64(_NO_SCRIPT)
    signers = 1
    lock = sequence = key = covered = int64(-1)
    locks = sequences = keys = bases = 0
    for k in range(first, last):
        kind, own = int64(col.in_type[k]), int64(col.in_marks[k])
        marks |= own
        if col.in_script[k] == _NO_SCRIPT or col.in_value[k] < 0:
            complete = False
        elif script == _NO_SCRIPT:
            script = int64(col.in_script[k])
        elif script != col.in_script[k]:
            signers = 2
        if kind != _NO_TYPE:
            differs, lock = _mixed(lock, kind << 16 | (own & _LOCKS))
            locks |= differs
        number = int64(col.in_sequence[k])
        demanded = kind in (_NO_TYPE, _NONSTANDARD, _P2SH, _P2WSH, _P2TR)
        if number >= _RELATIVE_LOCK:
            differs, sequence = _mixed(sequence, min(0xFFFFFFFF - number, 3))
            sequences |= differs
        elif not demanded:
            differs, sequence = _mixed(sequence, 4)
            sequences |= differs
        if own & _SIGNED:
            differs, covered = _mixed(covered, own & _BASES)
            bases |= differs
            if kind == _P2PKH:
                differs, key = _mixed(key, own & _LONG_KEY)
                keys |= differs
    return Seen(marks, complete, signers, locks, sequences + keys + bases)


@kernel
def has_unnecessary_input(col: Columns, t: int, most: int) -> bool:
    """Twin of `unnecessary_input`, for complete inputs and 1 to `most` spendable outputs."""
    brought = paid = 0
    smallest = largest = int64(0)
    spendable = 0
    i0, o0 = col.in_start[t], col.out_start[t]
    for k in range(i0, col.in_start[t + 1]):
        value = col.in_value[k]
        brought += value
        smallest = value if k == i0 else min(smallest, value)
    for k in range(o0, col.out_start[t + 1]):
        paid += col.out_value[k]
        if col.out_type[k] != _OP_RETURN:
            spendable += 1
            largest = max(largest, col.out_value[k])
    return 1 <= spendable <= most and brought - smallest >= largest + brought - paid


@kernel
def _is_native(kind: int) -> bool:
    return kind in (_P2WPKH, _P2WSH, _P2TR, _P2A, _WITNESS_UNKNOWN)


@kernel
def is_dual_funding(col: Columns, t: int, lim: GateLimits) -> bool:
    """Twin of `dual_funding`, for inputs of several scripts."""
    too_early = col.height[t] != NO_HEIGHT and col.height[t] < lim.dual_first
    if col.version[t] != lim.dual_version or too_early:
        return False
    spendable = channels = 0
    for k in range(col.out_start[t], col.out_start[t + 1]):
        kind = int64(col.out_type[k])
        if kind != _OP_RETURN:
            spendable += 1
            channels += 1 if kind == _P2WSH else 0
            if spendable > lim.dual_outputs or not _is_native(kind):
                return False
    if channels != 1:
        return False
    others = 0
    for k in range(col.in_start[t], col.in_start[t + 1]):
        kind = int64(col.in_type[k])
        if not _is_native(kind) or col.in_sequence[k] > lim.dual_sequence:
            return False
        others += 1 if kind != _P2WSH else 0
    return others > 0


@kernel
def is_splice(col: Columns, t: int) -> bool:
    """Twin of `splice`, for transactions of which some input is two of two."""
    reopens = False
    for k in range(col.out_start[t], col.out_start[t + 1]):
        reopens = reopens or col.out_type[k] in (_P2WSH, _P2TR)
    pairs = 0
    for k in range(col.in_start[t], col.in_start[t + 1]):
        pairs += 1 if col.in_type[k] == _P2WSH and col.in_marks[k] & _TWO_OF_TWO else 0
    return reopens and 0 < pairs < col.in_start[t + 1] - col.in_start[t]


@kernel
def judge_single_input(col: Columns, t: int, lim: GateLimits, bit: GateBits) -> int:
    """The reasons of channels: a commitment or a close."""
    k = col.in_start[t]
    kind = col.in_type[k]
    is_channel = kind in (_NO_TYPE, _P2WSH, _P2TR)
    numbered = col.locktime[t] >> 24 == lim.commitment_locktime
    if is_channel and numbered and col.in_sequence[k] >> 24 == lim.commitment_sequence:
        return bit.commitment
    few = col.out_start[t + 1] - col.out_start[t] <= lim.closing_outputs
    return bit.close if kind == _P2WSH and col.in_marks[k] & _TWO_OF_TWO and few else 0


@kernel
def judge_inputs(col: Columns, t: int, lim: GateLimits, bit: GateBits) -> int:
    """All reasons that come of single inputs, for a transaction that has some."""
    first, last = col.in_start[t], col.in_start[t + 1]
    if last - first == 1:
        marks = int64(col.in_marks[first])
        bits = judge_single_input(col, t, lim, bit)
    else:
        seen = look_at_inputs(col, first, last)
        marks = seen.marks
        bits = 0 if seen.complete else bit.missing_prevout
        bits |= bit.conflict if seen.locks + seen.others > lim.max_conflicts else 0
        if seen.others > 0 and seen.complete and seen.signers > 1:
            bits |= bit.extra_input if has_unnecessary_input(col, t, lim.payjoin_outputs) else 0
        if seen.signers > 1 and is_dual_funding(col, t, lim):
            bits |= bit.dual_funding
        if marks & _TWO_OF_TWO and is_splice(col, t):
            bits |= bit.splice
    bits |= bit.anyone_can_pay if marks & _ANYONE_CAN_PAY else 0
    bits |= bit.sighash_none if marks & _SIGHASH_NONE else 0
    return bits | (bit.preimage if marks & _PREIMAGE else 0)
