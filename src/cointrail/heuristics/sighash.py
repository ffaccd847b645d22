"""Signatures that leave the transaction open for others to add to."""

from __future__ import annotations

from cointrail.chain.view import InputMarks
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape


@rule("sighash.anyone_can_pay", version=1)
def anyone_can_pay(shape: Shape) -> bool:
    """Some input is signed ANYONECANPAY: others could add inputs of their own.

    Source: Bitcoin Core, script/interpreter.h; 0x83 in sales of ordinals and runes, 0x81 in
        crowdfunding. mempool.space classifies by the same flags.
    Wrong when: a wallet signs that way and still brings every input itself.
    Abstains on: inputs whose signatures do not show.
    Needs: the scriptSigs and witnesses; nothing of the outputs spent.
    """
    return any(InputMarks.ANYONE_CAN_PAY in marks for marks in shape.marks)


@rule("sighash.none", version=1)
def sighash_none(shape: Shape) -> bool:
    """Some input is signed NONE: whoever completes the transaction chooses its outputs.

    Source: Bitcoin Core, script/interpreter.h.
    Wrong when: a wallet signs that way and still writes every output itself.
    Abstains on: inputs whose signatures do not show.
    Needs: the scriptSigs and witnesses; nothing of the outputs spent.
    """
    return any(InputMarks.SIGHASH_NONE in marks for marks in shape.marks)
