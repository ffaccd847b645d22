"""Change rules that ask the chain: what came before, and how the outputs are spent up to a height."""

from __future__ import annotations

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.base import ChangeContext, Remaining, Verdict, input_scripts, spendable
from cointrail.heuristics.change.fingerprint import Fingerprint, conflicts, fingerprint_of

CONFLICTS_OF_ANOTHER = 2
"""Hard conflicts from which on a spender is another wallet (methods.md 2.7)."""

CONSUMER_MOST_OUTPUTS = 2
"""Spendable outputs of a consumer wallet's transaction (Nick 2015)."""


@rule("change.fresh", version=1, tier=Tier.T4)
def fresh(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs whose scripts were never paid before: wallets make a new address for change.

    Source: Androulaki et al. 2013; Meiklejohn et al., IMC 2013, heuristic 2, without its waiting.
    Wrong when: the payee's address is as new, and the change goes to an old one.
    Abstains on: coinbase, self-change, no new script.
    Needs: the chain before the transaction; later blocks do not change the answer.
    """
    if tx.is_coinbase:
        return Abstained("a coinbase has no change")
    own = input_scripts(tx)
    places = spendable(tx)
    if any(tx.outputs[k].script in own for k in places):
        return Abstained("an output goes back to a script that was spent from")
    new = frozenset(k for k in places if context.fresh(k))
    return Remaining(new) if new else Abstained("no output's script is new")


@rule("change.peeling", version=1, tier=Tier.T4)
def peeling(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs that a transaction of the same shape, one input and two outputs, goes on from.

    Source: BlockSci, peeling chain.
    Wrong when: the payee spends in an ordinary payment, and the change is joined with other coins.
    Abstains on: a transaction of another shape, an output not spent yet.
    Needs: the outputs' spenders at a height; later blocks can change the answer.
    """
    places = spendable(tx)
    if len(tx.inputs) != 1 or len(places) != 2:
        return Abstained("not one input and two outputs")
    spenders = [context.spender(k) for k in places]
    if None in spenders:
        return Abstained("an output is not spent yet")
    left = frozenset(
        k
        for k, spender in zip(places, spenders, strict=True)
        if spender is not None and len(spender.inputs) == 1 and len(spendable(spender)) == 2
    )
    return Remaining(left, context.height)


@rule("change.fingerprint", version=1, tier=Tier.T4)
def fingerprint(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs that the sender's own program spends on, where another program spends every other.

    An output stays where its spender has no hard conflict with this transaction, or with the sender's
    profile; it is ruled out where the spender has two, or tags hold it apart from the sender.

    Source: our choice; Kappos et al., USENIX Security 2022; ishaanam, wallet-fingerprinting.
    Wrong when: the payee uses the same program and the sender has changed his.
    Abstains on: coinbase, an output not spent yet, a spender with one conflict, no or several that fit.
    Needs: the outputs' spenders at a height; later blocks can change the answer.
    """
    mine = context.profile or fingerprint_of(tx)
    if not mine.word:
        return Abstained("a coinbase shows no wallet")
    left = set()
    for k in spendable(tx):
        if context.held_apart(k):
            continue
        fits = _fits(mine, context.spender(k))
        if fits is None:
            return Abstained("an output is not spent yet, or its spender neither fits nor conflicts")
        if fits:
            left.add(k)
    if len(left) != 1:
        return Abstained("not exactly one output is spent by the sender's program")
    return Remaining(frozenset(left), context.height)


def _fits(mine: Fingerprint, spender: TxView | None) -> bool | None:
    """Whether the sender's program made the spender; None: cannot tell."""
    if spender is None:
        return None
    found = len(conflicts(mine, fingerprint_of(spender)).hard)
    if found == 0:
        return True
    return False if found >= CONFLICTS_OF_ANOTHER else None


@rule("change.revealed", version=1, tier=Tier.T3)
def revealed(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs whose scripts are in a headline cluster of the inputs.

    Source: graphsense-lib, multi-input change; Möser and Narayanan, FC 2022, take it for truth.
    Wrong when: the cluster has collapsed; a service pays its own customer's deposit address.
    Abstains on: coinbase, self-change, no such output.
    Needs: clusters of tiers 1 and 2 at a height; later blocks can change the answer.
    """
    if tx.is_coinbase:
        return Abstained("a coinbase has no change")
    own = input_scripts(tx)
    places = spendable(tx)
    if any(tx.outputs[k].script in own for k in places):
        return Abstained("an output goes back to a script that was spent from")
    known = frozenset(k for k in places if context.in_input_cluster(k))
    if not known:
        return Abstained("no output is in a cluster of the inputs")
    return Remaining(known, context.height)


@rule("change.consumer", version=1, tier=Tier.T4)
def consumer(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs not spent by a transaction of three outputs or more: consumers pay one at a time.

    Source: Nick 2015, consumer heuristic.
    Wrong when: the sender pays several people at once, or mixes.
    Abstains on: coinbase, a transaction that itself has three outputs or more, an output not spent yet.
    Needs: the outputs' spenders at a height; later blocks can change the answer.
    """
    places = spendable(tx)
    if tx.is_coinbase or len(places) > CONSUMER_MOST_OUTPUTS:
        return Abstained("not a consumer's transaction")
    spenders = [context.spender(k) for k in places]
    if None in spenders:
        return Abstained("an output is not spent yet")
    left = frozenset(
        k
        for k, spender in zip(places, spenders, strict=True)
        if spender is not None and len(spendable(spender)) <= CONSUMER_MOST_OUTPUTS
    )
    if len(left) == len(places):
        return Abstained("no spender has three outputs or more")
    return Remaining(left, context.height)
