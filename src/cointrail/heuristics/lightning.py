"""Channels of the Lightning network, as far as they show on the chain.

A channel is an output that two parties hold together. What closes it pays both, so none of its outputs is
change; what opens it may have been paid by both.
"""

from __future__ import annotations

from cointrail.chain.view import InputMarks, ScriptType
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape

COMMITMENT_LOCKTIME = 0x20
COMMITMENT_SEQUENCE = 0x80
"""Upper bytes of locktime and sequence. Below them stands the obscured number of the commitment.
Source: BOLT 3, commitment transaction."""

DUAL_FUNDING_FIRST_HEIGHT = 664_000
"""January 2021, main network: the year in which c-lightning let both sides fund a channel. Our choice."""

DUAL_FUNDING_VERSION = 2
DUAL_FUNDING_MAX_SEQUENCE = 0xFFFFFFFD
"""Source: BOLT 2, `tx_add_input`: every sequence asks for replacing."""

DUAL_FUNDING_MAX_OUTPUTS = 3
"""The channel, and a change of each side. Our choice; the protocol allows 252."""

CLOSING_OUTPUTS = 2
"""Most outputs of a cooperative close: one a party. Source: BOLT 3, closing transaction."""

_CHANNEL_TYPES = (None, ScriptType.P2WSH, ScriptType.P2TR)
_NATIVE = {ScriptType.P2WPKH, ScriptType.P2WSH, ScriptType.P2TR, ScriptType.P2A, ScriptType.WITNESS_UNKNOWN}
"""A version and 2 to 40 bytes."""


@rule("lightning.commitment", version=1)
def commitment(shape: Shape) -> bool:
    """A channel closed by one side: a commitment transaction reached the chain.

    Its outputs belong to two parties, and to whoever learns a preimage in time.

    Source: BOLT 3.
    Wrong when: something else has one input and both upper bytes, which serve no other purpose.
    Abstains on: several inputs; an input of another type than P2WSH or P2TR.
    Needs: locktime and sequence; the answer never changes as the chain grows.
    """
    return (
        shape.n_inputs == 1
        and shape.locktime >> 24 == COMMITMENT_LOCKTIME
        and shape.sequences[0] >> 24 == COMMITMENT_SEQUENCE
        and shape.in_types[0] in _CHANNEL_TYPES
    )


@rule("lightning.close", version=1)
def close(shape: Shape) -> bool:
    """A channel closed by both sides, or another pair's parting: two of two, paid to two at most.

    Source: BOLT 3, closing transaction.
    Wrong when: a wallet that guards every coin with two keys of its own makes an ordinary payment.
    Abstains on: several inputs; a script that is not native P2WSH; taproot channels, which look like
        any payment; a commitment, which has its own rule.
    Needs: the witness, and the type of what is spent; the answer never changes as the chain grows.
    """
    return (
        shape.n_inputs == 1
        and shape.in_types[0] == ScriptType.P2WSH
        and InputMarks.TWO_OF_TWO in shape.marks[0]
        and len(shape.all_out_values) <= CLOSING_OUTPUTS
        and not commitment(shape)
    )


@rule("lightning.open", version=1)
def opening(shape: Shape) -> bool:
    """Several inputs fund what was later spent as two of two: a channel that both may have paid for.

    Dynamic: it holds from the height on at which the output is spent.

    Source: BOLT 2, interactive transaction construction (dual funding and splices); our choice.
    Wrong when: one party paid for it all, as most do; or the two keys are of one wallet.
    Abstains on: one input; outputs that are unspent, not native P2WSH or spent in another way; inputs that
        all are two of two themselves, as in a wallet that guards every coin so.
    Needs: the spends of its outputs; they can come at any later block.
    """
    pairs = sum(InputMarks.TWO_OF_TWO in marks for marks in shape.marks)
    return shape.opens_channel and shape.n_inputs > 1 and pairs < shape.n_inputs


@rule("lightning.dual_funding", version=1)
def dual_funding(shape: Shape) -> bool:
    """Several inputs may fund a channel that both sides pay for, by all that the protocol asks to show.

    Version 2; native segwit inputs, each asking for replacing; one P2WSH output, which may be the channel,
    and at most two others of native segwit, as the sides' change.

    Source: BOLT 2, interactive transaction construction (`tx_add_input`, `tx_add_output`); our choice of at
        most two others, and of the first height.
    Wrong when: one wallet pays a P2WSH address, or funds a channel alone, which looks the same. Of 527
        transactions of several scripts in blocks and a mempool of 2024 that nothing else is said of, 4 do.
    Abstains on: lower heights of the main network; inputs that all are P2WSH, whose P2WSH output is more
        likely change; taproot channels; several channels, or other outputs, in one transaction.
    Needs: the transaction and the types of what it spends; the answer never changes as the chain grows.
    """
    return (
        shape.signers > 1
        and shape.version == DUAL_FUNDING_VERSION
        and not shape.before(DUAL_FUNDING_FIRST_HEIGHT)
        and max(shape.sequences) <= DUAL_FUNDING_MAX_SEQUENCE
        and all(kind in _NATIVE for kind in shape.in_types)
        and any(kind != ScriptType.P2WSH for kind in shape.in_types)
        and shape.n_outputs <= DUAL_FUNDING_MAX_OUTPUTS
        and shape.out_types.count(ScriptType.P2WSH) == 1
        and all(kind in _NATIVE for kind in shape.out_types)
    )


@rule("lightning.splice", version=1)
def splice(shape: Shape) -> bool:
    """What two keys guard is spent beside other coins, into what may be a channel again.

    A splice puts coins of either side into an open channel, or takes some out.

    Source: BOLT 2, splicing; our choice.
    Wrong when: a wallet that guards some of its coins with two keys of its own spends them beside others.
    Abstains on: one input; inputs that all are two of two; a channel that is not native P2WSH, as a taproot
        channel, which looks like any coin; outputs of which none is P2WSH or P2TR.
    Needs: the witnesses, and the types of inputs and outputs; the answer never changes as the chain grows.
    """
    pairs = sum(
        kind == ScriptType.P2WSH and InputMarks.TWO_OF_TWO in marks
        for kind, marks in zip(shape.in_types, shape.marks, strict=True)
    )
    reopens = ScriptType.P2WSH in shape.out_types or ScriptType.P2TR in shape.out_types
    return 0 < pairs < shape.n_inputs and reopens
