"""What single inputs show of the wallets behind them, held against each other."""

from __future__ import annotations

from enum import IntEnum

from cointrail.chain.view import InputMarks, InputView, ScriptType
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape

MAX_CONFLICTS = 1
"""Attributes in which the inputs of one wallet may differ: one import or one change of script type."""

RELATIVE_LOCK = 1 << 31
"""A sequence without this bit is a relative lock. Source: BIP 68."""

PAYJOIN_OUTPUTS = 2

_MAY_DEMAND_A_LOCK = (None, ScriptType.NONSTANDARD, ScriptType.P2SH, ScriptType.P2WSH, ScriptType.P2TR)
_LOCKS = InputMarks.MULTISIG | InputMarks.TWO_OF_TWO
_BASES = InputMarks.SIGHASH_ALL | InputMarks.SIGHASH_NONE | InputMarks.SIGHASH_SINGLE


class SequenceClass(IntEnum):
    """What a sequence says of the wallet that wrote it."""

    FINAL = 0
    NOT_REPLACEABLE = 1
    """0xFFFFFFFE: a locktime may hold, replacing is not asked for."""
    REPLACEABLE = 2
    """0xFFFFFFFD"""
    OTHER = 3
    RELATIVE = 4
    """A relative lock."""


def sequence_class(sequence: int) -> SequenceClass:
    """The class of a sequence."""
    if sequence < RELATIVE_LOCK:
        return SequenceClass.RELATIVE
    return SequenceClass(min(0xFFFFFFFF - sequence, SequenceClass.OTHER))


def needs_no_signature(spent: InputView) -> bool:
    """Whether anybody could have spent it: pay-to-anchor, or a channel's anchor without its signature.

    Pay-to-anchor is one script for all; whoever bumps a fee spends it.

    Source: BIP 433 (pay to anchor); BOLT 3 (anchors, after sixteen blocks).
    """
    unsigned = InputMarks.ANCHOR in spent.marks and InputMarks.SIGNED not in spent.marks
    return spent.script_type == ScriptType.P2A or unsigned


def conflicts(shape: Shape) -> tuple[str, ...]:
    """The hard attributes in which the inputs of a transaction differ.

    lock: script type, and whether its script is a multisig or a two of two.
    sequence: its class; a relative lock counts only where no script can demand one.
    key: long and short public keys among P2PKH inputs.
    sighash: what the signatures cover.

    An input that does not show an attribute has no part in it. Low r is no hard attribute: every second
    signature has it by chance.
    """
    known = list(zip(shape.in_types, shape.sequences, shape.marks, strict=True))
    locks = {(kind, marks & _LOCKS) for kind, _, marks in known if kind is not None}
    sequences = {
        sequence_class(sequence)
        for kind, sequence, _ in known
        if sequence >= RELATIVE_LOCK or kind not in _MAY_DEMAND_A_LOCK
    }
    keys = {
        InputMarks.UNCOMPRESSED_KEY in marks
        for kind, _, marks in known
        if kind == ScriptType.P2PKH and InputMarks.SIGNED in marks
    }
    covered = {marks & _BASES for _, _, marks in known if InputMarks.SIGNED in marks}
    sizes = {"lock": len(locks), "sequence": len(sequences), "key": len(keys), "sighash": len(covered)}
    return tuple(name for name, size in sizes.items() if size > 1)


@rule("fingerprint.conflict", version=1)
def fingerprint_conflict(shape: Shape) -> bool:
    """The inputs differ in two hard attributes or more: two wallets may have written them.

    Source: our choice; attributes after ishaanam/wallet-fingerprinting.
    Wrong when: one wallet spends imported keys beside its own, or a service sweeps coins of all sorts.
    Abstains on: attributes that do not show; a single difference.
    Needs: the inputs' types, sequences and signatures; the answer never changes as the chain grows.
    """
    return len(conflicts(shape)) > MAX_CONFLICTS


def unnecessary_input(shape: Shape) -> bool:
    """Whether the largest output could be paid without the smallest input (UIH2).

    Source: Ghesmati et al. 2021; Gibson, Payjoin 2018. An ordinary wallet leaves such an input out;
    PayJoins have it, and so have wallets that tidy up, or that avoid small change.
    """
    if not shape.complete or len(shape.in_values) < 2 or not shape.out_values:
        return False
    rest = sum(shape.in_values) - min(shape.in_values)
    return rest >= max(shape.out_values) + shape.fee


def smallest_is_an_output(shape: Shape) -> bool:
    """Whether some output is smaller than every input (UIH1): it looks like change that was needed."""
    return shape.complete and min(shape.out_values, default=0) < min(shape.in_values, default=0)


@rule("payjoin.extra_input", version=1)
def payjoin_extra_input(shape: Shape) -> bool:
    """An input was not needed for the payment, and the inputs do not look like one wallet's.

    A PayJoin (BIP 78, BIP 77) leaves no mark by itself. This is the part of it that shows. Script types
    are left out of the mismatch on purpose, although they are part of a fingerprint: a receiver has to match
    the sender's (BIP 78), while wallets that changed theirs mix them in every other payment. With them, the
    payments found in the demo's world fell to 91 %.

    Source: Ghesmati et al. 2021 for the unnecessary input; BIP 78 on what a receiver adds.
    Wrong when: one wallet of several programs, or with imported keys, chooses more coins than it needs.
    Abstains on: more than two outputs; one script in all inputs; inputs without a difference in sequence,
        key or sighash, which is how careful PayJoins look; an unknown input value.
    Needs: values, types, sequences and signatures; the answer never changes as the chain grows.
    """
    few = 1 <= shape.n_outputs <= PAYJOIN_OUTPUTS
    differs = any(name != "lock" for name in conflicts(shape))
    return few and shape.signers > 1 and unnecessary_input(shape) and differs
