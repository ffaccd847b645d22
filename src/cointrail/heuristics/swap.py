"""Spends that change hands against a secret."""

from __future__ import annotations

from cointrail.chain.view import InputMarks
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape


@rule("swap.preimage", version=1)
def preimage(shape: Shape) -> bool:
    """An input claims a hash-locked output by its preimage: the value changes hands here.

    A swap between chains, a submarine swap, or a payment that a Lightning channel was closed on.

    Source: BIP 199; BOLT 3, HTLC outputs; our choice that this ends a trace.
    Wrong when: one party swaps with itself; a script asks for 32 bytes of another meaning.
    Abstains on: claims whose script does not show, as by taproot keys; preimages of another length; the
        way back after a timeout, which changes no hands.
    Needs: the scriptSigs and witnesses; nothing of the outputs spent.
    """
    return any(InputMarks.PREIMAGE in marks for marks in shape.marks)
