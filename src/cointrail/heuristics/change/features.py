"""What the learned model sees of an output: small whole numbers, from the marks that the change rules use.

All of it is on the chain when the transaction is, except what the outputs' spenders show: that is judged at
a height, as every dynamic rule is. Clusters, tags, amounts in full, and heights are left out on purpose: the
first would let one voter repeat what another has said, the others would let it learn worlds by heart.
"""

from __future__ import annotations

from cointrail.chain.view import OutputView, ScriptType, TxView
from cointrail.heuristics.change.base import ChangeContext, spendable
from cointrail.heuristics.change.fingerprint import (
    IN_TYPE_SHIFT,
    Fingerprint,
    Mark,
    conflicts,
    fingerprint_of,
)
from cointrail.heuristics.change.static_rules import POSTAGE_SAT, trailing_zeros

FEATURES = (
    "inputs",
    "outputs",
    "version",
    "locktime",
    "sequence",
    "high_r",
    "output_order",
    "input_order",
    "fee_form",
    "input_type",
    "own_type",
    "place",
    "same_type_as_inputs",
    "others_of_its_type",
    "fresh",
    "others_fresh",
    "zeros",
    "most_zeros_of_others",
    "below_inputs",
    "below_inputs_with_fee",
    "others_below_inputs",
    "larger_others",
    "size_to_largest_other",
    "postage",
    "conflicts",
    "least_conflicts_of_others",
    "spender_form",
    "spender_joins_sender_types",
)
"""In the order of the columns. It is part of a model: a change of any meaning needs a new model."""

MOST_INPUTS = 8
"""More inputs count as so many."""

MOST_ZEROS = 9
"""More trailing zeros count as so many; 9 are ten whole coins."""

MOST_DOUBLINGS = 20
"""The reach of `size_to_largest_other`, in doublings: a million times as much."""

UNSPENT = 8
"""In place of a count of hard conflicts: nothing spends the output. There are seven hard attributes."""

CANNOT_TELL = 2
"""In place of yes or no: one input, several types, or an unknown one."""

SEVERAL_TYPES, UNKNOWN_TYPE = 14, 15
"""In place of the one script type of all inputs."""

STRATA = tuple(
    f"{family}, {inputs}, {outputs} outputs"
    for family in ("legacy", "p2sh", "segwit", "taproot", "other")
    for inputs in ("1 input", "2+ inputs")
    for outputs in (2, 3)
)
"""Kinds of transactions that a model knows or does not know, by their inputs' one type and their shape."""

_FAMILY = {
    ScriptType.P2PK: 0,
    ScriptType.P2PKH: 0,
    ScriptType.MULTISIG: 0,
    ScriptType.P2SH: 1,
    ScriptType.P2WPKH: 2,
    ScriptType.P2WSH: 2,
    ScriptType.P2TR: 3,
}
_OTHER_FAMILY = 4


def family_of(kind: int) -> int:
    """The place among the families of strata of a script type, or of what stands for none."""
    return _FAMILY.get(ScriptType(kind), _OTHER_FAMILY) if kind <= max(ScriptType) else _OTHER_FAMILY


def stratum_of(tx: TxView) -> int:
    """The place in `STRATA` of a transaction with two or three spendable outputs."""
    return family_of(_input_type(tx)) * 4 + (len(tx.inputs) > 1) * 2 + (len(spendable(tx)) > 2)


def features_of(tx: TxView, context: ChangeContext) -> tuple[tuple[int, ...], ...]:
    """A row of `FEATURES` for each spendable output, in order: the definition that the kernel must equal.

    Args:
        tx: not a coinbase.
        context: asked for fresh scripts and for spenders.
    """
    places = spendable(tx)
    mine = fingerprint_of(tx)
    of_tx = _of_tx(tx, mine, len(places))
    spenders = [context.spender(k) for k in places]
    prints = [None if one is None else fingerprint_of(one) for one in spenders]
    found = [UNSPENT if one is None else len(conflicts(mine, one).hard) for one in prints]
    fresh = [int(context.fresh(k)) for k in places]
    rows = []
    for n, k in enumerate(places):
        others = [m for m in range(len(places)) if m != n]
        rows.append(
            (
                *of_tx,
                *_of_output(tx, tx.outputs[k], [tx.outputs[places[m]] for m in others], _place(n, places)),
                fresh[n],
                sum(fresh[m] for m in others),
                *_of_value(tx, tx.outputs[k].value, [tx.outputs[places[m]].value for m in others]),
                found[n],
                min((found[m] for m in others), default=UNSPENT),
                *_of_spender(mine, prints[n]),
            )
        )
    return tuple(rows)


def _of_tx(tx: TxView, mine: Fingerprint, outputs: int) -> tuple[int, ...]:
    word = mine.word
    return (
        min(len(tx.inputs), MOST_INPUTS),
        outputs,
        word >> 1 & 15,
        word >> 5 & 7,
        word >> 8 & 15,
        int(mine.has(Mark.HIGH_R)),
        word >> 26 & 3,
        word >> 28 & 3,
        word >> 30 & 3,
        _input_type(tx),
    )


def _input_type(tx: TxView) -> int:
    types = {one.script_type for one in tx.inputs}
    if None in types:
        return UNKNOWN_TYPE
    return SEVERAL_TYPES if len(types) != 1 else int(next(iter(types)) or 0)


def _place(n: int, places: tuple[int, ...]) -> int:
    """First, between, last."""
    return 0 if n == 0 else 2 if n == len(places) - 1 else 1


def _of_output(tx: TxView, out: OutputView, others: list[OutputView], place: int) -> tuple[int, ...]:
    kind = _input_type(tx)
    return (
        int(out.script_type),
        place,
        CANNOT_TELL if kind > max(ScriptType) else int(out.script_type == kind),
        sum(other.script_type == out.script_type for other in others),
    )


def _of_value(tx: TxView, value: int, others: list[int]) -> tuple[int, ...]:
    values = [one.value for one in tx.inputs if one.value is not None]
    sure = len(values) > 1 and tx.fee is not None
    least, fee = (min(values), tx.fee or 0) if sure else (0, 0)
    doublings = value.bit_length() - max((other.bit_length() for other in others), default=0)
    return (
        _zeros(value),
        max((_zeros(other) for other in others), default=0),
        int(value < least) if sure else CANNOT_TELL,
        int(value + fee < least) if sure else CANNOT_TELL,
        sum(other < least for other in others),
        sum(other > value for other in others),
        max(-MOST_DOUBLINGS, min(MOST_DOUBLINGS, doublings)),
        int(value in POSTAGE_SAT),
    )


def _zeros(value: int) -> int:
    return min(trailing_zeros(value), MOST_ZEROS) if value else MOST_ZEROS


def _of_spender(mine: Fingerprint, spender: Fingerprint | None) -> tuple[int, int]:
    """Its counts of outputs and inputs, as marks; whether it also spends a type that the sender spends."""
    if spender is None:
        return 0, CANNOT_TELL
    kinds = (1 << len(ScriptType)) - 1 << IN_TYPE_SHIFT
    return spender.word >> 32 & 15, int(bool(mine.word & spender.word & kinds))
