"""What a lead says, in words: a ledger fact under a named policy, an inference with its tier, a claim."""

from __future__ import annotations

from cointrail.casework.rows import Place, Statement
from cointrail.chain.types import COIN
from cointrail.heuristics.base import Tier
from cointrail.tracing.walk import End

NOT_CHANGE = "That this output is a customer's withdrawal, and not the service's own change, is assumed."
"""The assumption in every payer lead: the ledger does not mark which outputs of a service are change."""


def coins(sat: int) -> str:
    """Satoshi as bitcoin, all eight digits, without a float."""
    return f"{sat // COIN}.{sat % COIN:08d} BTC"


def _transactions(hops: int) -> str:
    return "1 transaction" if hops == 1 else f"{hops} transactions"


def state_withdrawal(payment: Place, withdrawal: Place, end: End, claim: str, tier: Tier | None) -> Statement:
    """The sentences of a payer lead. `tier` is the weakest of a same-hand path; None: upstream."""
    hops = end.reach.hops
    far = "an output of a transaction signed by the tagged service"
    if hops == 0:
        ledger = f"The payment {payment.outpoint} of {coins(payment.value_sat)} is itself {far}."
    else:
        ledger = (
            f"Of the payment {payment.outpoint} of {coins(payment.value_sat)}, {coins(end.fifo_sat)} by FIFO "
            f"and {coins(end.haircut_sat)} by haircut came out of {withdrawal.outpoint}, {far}, "
            f"{_transactions(hops)} before."
        )
    return Statement(
        says_ledger=ledger, says_inference=f"{_says_hand(hops, tier)} {NOT_CHANGE}", says_attribution=claim
    )


def _says_hand(hops: int, tier: Tier | None) -> str:
    if tier is None:
        return (
            "Nothing is said about the payer: between withdrawal and payment the value passed through "
            "other hands or unlinked change."
        )
    if hops == 0:
        return "Same hand: the customer who ordered the withdrawal ordered the payment; nothing lies between."
    if tier is Tier.T3:
        return (
            "Same hand, weakest link from withdrawal to payment T3: every transaction between was signed by "
            "one cluster or by one whose change, by agreeing signals, the next one spent, so whoever "
            "received the withdrawal made the payment. That the customer withdrew to an own address is "
            "assumed."
        )
    by = ", joined by keys and scripts alone" if tier is Tier.T1 else ""
    return (
        f"Same hand, weakest link from withdrawal to payment {tier.name}: every transaction between was "
        f"signed by one cluster{by}, so whoever received the withdrawal made the payment. That the customer "
        "withdrew to an own address is assumed."
    )


def state_deposit(outflow: Place, deposit: Place, end: End, claim: str, tier: Tier | None) -> Statement:
    """The sentences of a proceeds lead. `tier` is the weakest of a same-hand path; None: downstream."""
    if end.reach.hops == 0:
        ledger = (
            f"The outflow {outflow.outpoint} of {coins(outflow.value_sat)} is itself an output to the tagged "
            "service."
        )
    else:
        ledger = (
            f"Of the outflow {outflow.outpoint} of {coins(outflow.value_sat)}, {coins(end.fifo_sat)} by FIFO "
            f"and {coins(end.haircut_sat)} by haircut went into {deposit.outpoint}, an output to the tagged "
            f"service, {_transactions(end.reach.hops)} later."
        )
    return Statement(says_ledger=ledger, says_inference=_says_depositor(tier), says_attribution=claim)


def _says_depositor(tier: Tier | None) -> str:
    if tier is None:
        return "Nothing is said about the depositor: the value passed through other hands or unlinked change."
    if tier is Tier.T3:
        return (
            "Same hand, weakest link from outflow to deposit T3: the deposit was made out of change, by "
            "agreeing signals, of the service under investigation."
        )
    return "Same hand: the service under investigation signed the deposit; its cluster holds at T2 or better."
