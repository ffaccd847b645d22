"""What a wallet program leaves on a transaction, as one 64-bit word.

The word is a set of marks, so the marks of many transactions are merged by `|`. Attributes come in two
strengths: hard ones (`HARD`) are chosen by the program for every transaction, and two transactions whose
sets of them are disjoint conflict; soft ones agree or differ by chance too. Agreement is weak evidence,
conflict is strong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from itertools import pairwise

from cointrail.chain.view import InputMarks, InputView, ScriptType, TxView


class Mark(IntFlag):
    """The bits. The numbers are stored; they never change."""

    PRESENT = 1 << 0
    """Set on every fingerprint: 0 is no fingerprint."""
    VERSION_1 = 1 << 1
    VERSION_2 = 1 << 2
    VERSION_3 = 1 << 3
    VERSION_OTHER = 1 << 4
    LOCKTIME_ZERO = 1 << 5
    LOCKTIME_TIP = 1 << 6
    """The height of one of the 100 blocks before its own: against fee sniping."""
    LOCKTIME_OTHER = 1 << 7
    SEQUENCE_FINAL = 1 << 8
    SEQUENCE_MAX_1 = 1 << 9
    """0xfffffffe: a locktime counts, no replacement is signalled."""
    SEQUENCE_RBF = 1 << 10
    """0xfffffffd: replacement is signalled (BIP 125)."""
    SEQUENCE_OTHER = 1 << 11
    """Relative locks (BIP 68) and all else."""
    SIGHASH_ALL = 1 << 12
    SIGHASH_NONE = 1 << 13
    SIGHASH_SINGLE = 1 << 14
    ANYONE_CAN_PAY = 1 << 15
    KEY_COMPRESSED = 1 << 16
    KEY_UNCOMPRESSED = 1 << 17
    P2SH_SEGWIT = 1 << 18
    """A P2SH input with a witness."""
    P2SH_BARE = 1 << 19
    """A P2SH input without one."""
    HIGH_R = 1 << 20
    """Some ECDSA signature has a 33-byte r: its signer does not grind."""
    SCRIPT_PATH = 1 << 25
    OUTPUTS_ASCENDING = 1 << 26
    """Values, as BIP 69 sorts them."""
    OUTPUTS_DESCENDING = 1 << 27
    INPUTS_ASCENDING = 1 << 28
    INPUTS_DESCENDING = 1 << 29
    ROUND_FEE = 1 << 30
    """A fee of whole thousands of satoshi."""
    WHOLE_RATE = 1 << 31
    """A fee of whole satoshi a virtual byte."""
    ONE_OUTPUT = 1 << 32
    TWO_OUTPUTS = 1 << 33
    MORE_OUTPUTS = 1 << 34
    ONE_INPUT = 1 << 35
    MORE_INPUTS = 1 << 36
    CHANGE_FIRST = 1 << 37
    """Self-change at this place: the only change that shows by itself."""
    CHANGE_LAST = 1 << 38
    CHANGE_BETWEEN = 1 << 39


LOW_R_SHIFT, LOW_R_MAX = 21, 15
"""Bits 21..24 count the ECDSA inputs without a high r, up to 15."""

IN_TYPE_SHIFT, OUT_TYPE_SHIFT = 40, 51
"""From these bits on, one bit for each `ScriptType` spent and paid; 62 bits are in use."""


TIP_REACH = 100
"""Blocks. Bitcoin Core sets a locktime up to 99 below its tip, and is mined above it (wallet/spend.cpp)."""

ROUND_FEE_SAT = 1_000
"""Satoshi. Fixed fees of early wallets were whole multiples of it."""

ECDSA_TYPES = frozenset(ScriptType) - {ScriptType.P2TR, ScriptType.P2A, ScriptType.WITNESS_UNKNOWN}
"""Types whose signatures are ECDSA, so that a low r can be looked for."""

KEY_HASH_TYPES = frozenset({ScriptType.P2PKH, ScriptType.P2WPKH})
"""Types whose spend shows one public key."""

_VERSIONS: dict[int, int] = {1: Mark.VERSION_1, 2: Mark.VERSION_2, 3: Mark.VERSION_3}
_SEQUENCES: dict[int, int] = {
    0xFFFFFFFF: Mark.SEQUENCE_FINAL,
    0xFFFFFFFE: Mark.SEQUENCE_MAX_1,
    0xFFFFFFFD: Mark.SEQUENCE_RBF,
}
_BY_INPUT_MARK: tuple[tuple[InputMarks, int], ...] = (
    (InputMarks.SIGHASH_ALL, Mark.SIGHASH_ALL),
    (InputMarks.SIGHASH_NONE, Mark.SIGHASH_NONE),
    (InputMarks.SIGHASH_SINGLE, Mark.SIGHASH_SINGLE),
    (InputMarks.ANYONE_CAN_PAY, Mark.ANYONE_CAN_PAY),
    (InputMarks.HIGH_R, Mark.HIGH_R),
    (InputMarks.SCRIPT_PATH, Mark.SCRIPT_PATH),
)
_OUTPUT_COUNTS: tuple[int, ...] = (0, Mark.ONE_OUTPUT, Mark.TWO_OUTPUTS, Mark.MORE_OUTPUTS)

KINDS = 4_096
"""Kinds of inputs whose marks are kept; blocks show some dozens, but may be made to show any number."""

PROFILE_TXS = 5
"""Transactions from which on a cluster's merged marks stand for its sender (methods.md 2.7)."""

LOW_R_SURE, LOW_R_LIKELY = 10, 4
"""Inputs without a high r: chance 2**-10 and 2**-4 when the signer does not grind."""

HARD: dict[str, tuple[int, ...]] = {
    "version": (Mark.VERSION_1, Mark.VERSION_2, Mark.VERSION_3, Mark.VERSION_OTHER),
    "locktime": (Mark.LOCKTIME_ZERO, Mark.LOCKTIME_TIP | Mark.LOCKTIME_OTHER),
    "sequence": (
        Mark.SEQUENCE_FINAL | Mark.SEQUENCE_MAX_1,
        Mark.SEQUENCE_RBF,
        Mark.SEQUENCE_OTHER,
    ),
    "sighash": (Mark.SIGHASH_ALL, Mark.SIGHASH_NONE, Mark.SIGHASH_SINGLE, Mark.ANYONE_CAN_PAY),
    "keys": (Mark.KEY_COMPRESSED, Mark.KEY_UNCOMPRESSED),
    "p2sh": (Mark.P2SH_SEGWIT, Mark.P2SH_BARE),
}
"""Hard attributes and their values. Two fingerprints conflict where both have some and share none."""

SOFT: dict[str, tuple[int, ...]] = {
    "anti_fee_sniping": (Mark.LOCKTIME_TIP, Mark.LOCKTIME_OTHER),
    "final": (Mark.SEQUENCE_FINAL, Mark.SEQUENCE_MAX_1),
    "output_order": (Mark.OUTPUTS_ASCENDING, Mark.OUTPUTS_DESCENDING),
    "input_order": (Mark.INPUTS_ASCENDING, Mark.INPUTS_DESCENDING),
    "outputs": (Mark.ONE_OUTPUT, Mark.TWO_OUTPUTS, Mark.MORE_OUTPUTS),
    "change_place": (Mark.CHANGE_FIRST, Mark.CHANGE_LAST, Mark.CHANGE_BETWEEN),
}
"""Attributes that differ by chance, or with what is paid."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The marks of one transaction, or of several merged."""

    word: int

    def has(self, marks: int) -> bool:
        """Whether any of these marks is set."""
        return bool(self.word & marks)

    @property
    def low_r(self) -> int:
        """How many ECDSA inputs show no high r, up to `LOW_R_MAX`."""
        return self.word >> LOW_R_SHIFT & LOW_R_MAX

    @property
    def in_types(self) -> tuple[ScriptType, ...]:
        """The types spent."""
        return tuple(kind for kind in ScriptType if self.word >> IN_TYPE_SHIFT + kind & 1)

    @property
    def out_types(self) -> tuple[ScriptType, ...]:
        """The types paid, OP_RETURN left out."""
        return tuple(kind for kind in ScriptType if self.word >> OUT_TYPE_SHIFT + kind & 1)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words for tables, one for each mark that is set."""
        return tuple(mark.name.lower() for mark in Mark if mark.name and self.word & mark)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The attributes in which two fingerprints cannot agree, by name."""

    hard: tuple[str, ...]
    soft: tuple[str, ...]


def fingerprint_of(tx: TxView) -> Fingerprint:
    """The fingerprint of a transaction; of a coinbase `Fingerprint(0)`.

    Facts only: needs the transaction and its prevouts, and never changes.
    """
    if tx.is_coinbase:
        return Fingerprint(0)
    word = int(Mark.PRESENT) | _VERSIONS.get(tx.version, Mark.VERSION_OTHER) | _locktime(tx)
    low_r = 0
    for one in tx.inputs:
        word |= _of_input(one)
        low_r += (
            InputMarks.SIGNED in one.marks
            and one.script_type in ECDSA_TYPES
            and (InputMarks.HIGH_R not in one.marks)
        )
    word |= min(low_r, LOW_R_MAX) << LOW_R_SHIFT
    return Fingerprint(word | _order(tx) | _fee(tx) | _counts(tx) | _change_place(tx))


def conflicts(one: Fingerprint, other: Fingerprint) -> Conflicts:
    """Where two fingerprints conflict; nowhere where either is 0.

    A high r on one side and `LOW_R_SURE` inputs without on the other is a hard conflict,
    `LOW_R_LIKELY` a soft one.
    """
    hard = [name for name, values in HARD.items() if _disjoint(one, other, values)]
    soft = [name for name, values in SOFT.items() if _disjoint(one, other, values)]
    grinds = _low_against_high(one, other)
    if grinds >= LOW_R_SURE:
        hard.append("low_r")
    elif grinds >= LOW_R_LIKELY:
        soft.append("low_r")
    return Conflicts(tuple(hard), tuple(soft))


def merge(prints: Iterable[Fingerprint]) -> Fingerprint:
    """The marks of several transactions of one sender; counts of low r add up to `LOW_R_MAX`."""
    word = low_r = 0
    for one in prints:
        word |= one.word
        low_r += one.low_r
    return Fingerprint(word & ~(LOW_R_MAX << LOW_R_SHIFT) | min(low_r, LOW_R_MAX) << LOW_R_SHIFT)


def _disjoint(one: Fingerprint, other: Fingerprint, values: tuple[int, ...]) -> bool:
    """Whether both have some of an attribute's values and share none."""
    mine = {value for value in values if one.has(value)}
    theirs = {value for value in values if other.has(value)}
    return bool(mine and theirs) and not mine & theirs


def _low_against_high(one: Fingerprint, other: Fingerprint) -> int:
    """Inputs without a high r on the side that has none, where the other side has one; else 0."""
    if one.has(Mark.HIGH_R) == other.has(Mark.HIGH_R):
        return 0
    return other.low_r if one.has(Mark.HIGH_R) else one.low_r


def _locktime(tx: TxView) -> int:
    if tx.locktime == 0:
        return Mark.LOCKTIME_ZERO
    if tx.height is None:
        return Mark.LOCKTIME_TIP | Mark.LOCKTIME_OTHER
    near = 0 < tx.height - tx.locktime <= TIP_REACH
    return Mark.LOCKTIME_TIP if near else Mark.LOCKTIME_OTHER


def _of_input(one: InputView) -> int:
    return _of_kind(one.sequence, one.marks, one.script_type)


@lru_cache(KINDS)
def _of_kind(sequence: int, shown: InputMarks, script_type: ScriptType | None) -> int:
    marks = _SEQUENCES.get(sequence, Mark.SEQUENCE_OTHER)
    for kind, mark in _BY_INPUT_MARK:
        marks |= mark if kind in shown else 0
    if script_type is None:
        return marks
    if script_type in KEY_HASH_TYPES and InputMarks.SIGNED in shown:
        shown_long = InputMarks.UNCOMPRESSED_KEY in shown
        marks |= Mark.KEY_UNCOMPRESSED if shown_long else Mark.KEY_COMPRESSED
    if script_type == ScriptType.P2SH:
        marks |= Mark.P2SH_SEGWIT if InputMarks.WITNESS in shown else Mark.P2SH_BARE
    return marks | 1 << IN_TYPE_SHIFT + script_type


def _order(tx: TxView) -> int:
    outs = [out.value for out in tx.outputs if out.script_type != ScriptType.OP_RETURN]
    ins = [one.value for one in tx.inputs if one.value is not None]
    marks = _run(outs, Mark.OUTPUTS_ASCENDING, Mark.OUTPUTS_DESCENDING)
    return marks | (
        _run(ins, Mark.INPUTS_ASCENDING, Mark.INPUTS_DESCENDING) if len(ins) == len(tx.inputs) else 0
    )


def _run(values: Sequence[int], ascending: int, descending: int) -> int:
    """Which way values run; both ways when they are all equal, or one."""
    up = all(a <= b for a, b in pairwise(values))
    down = all(a >= b for a, b in pairwise(values))
    return (ascending if up else 0) | (descending if down else 0)


def _fee(tx: TxView) -> int:
    if tx.fee is None or tx.fee <= 0:
        return 0
    marks = Mark.ROUND_FEE if tx.fee % ROUND_FEE_SAT == 0 else 0
    if tx.weight is None:
        return marks
    return marks | (Mark.WHOLE_RATE if tx.fee % ((tx.weight + 3) // 4) == 0 else 0)


def _counts(tx: TxView) -> int:
    outs = [out.script_type for out in tx.outputs if out.script_type != ScriptType.OP_RETURN]
    marks = _OUTPUT_COUNTS[min(len(outs), 3)]
    marks |= Mark.ONE_INPUT if len(tx.inputs) == 1 else Mark.MORE_INPUTS
    for kind in outs:
        marks |= 1 << OUT_TYPE_SHIFT + kind
    return marks


def _change_place(tx: TxView) -> int:
    """Where self-change stands among the spendable outputs, when one output of several is."""
    spent = {one.script for one in tx.inputs if one.script is not None}
    outs = [out.script for out in tx.outputs if out.script_type != ScriptType.OP_RETURN]
    places = [k for k, script in enumerate(outs) if script in spent]
    if len(places) != 1 or len(outs) < 2:
        return 0
    if places[0] == 0:
        return Mark.CHANGE_FIRST
    return Mark.CHANGE_LAST if places[0] == len(outs) - 1 else Mark.CHANGE_BETWEEN
