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

CLOSING_OUTPUTS = 2
"""Most outputs of a cooperative close: one a party. Source: BOLT 3, closing transaction."""

_CHANNEL_TYPES = (None, ScriptType.P2WSH, ScriptType.P2TR)


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
