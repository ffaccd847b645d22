"""Rules that others use and that have no say in our vote: kept to compare with, each with its failures."""

from __future__ import annotations

from cointrail.chain.view import TxBrief, TxView
from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.base import ChangeContext, Remaining, Verdict, input_scripts, spendable
from cointrail.heuristics.coinjoin import equal_outputs
from cointrail.heuristics.shape import shape_of

ONE_TIME_MOST_OUTPUTS = 10
ONE_TIME_ROUND_SAT = 1_000
"""Outputs and satoshi. graphsense-lib, one_time_change."""


@rule("change.below_inputs", version=1, tier=Tier.T4)
def below_inputs(tx: TxView) -> Verdict:
    """The outputs that hold less than the smallest input: a larger one would not have needed it.

    Source: BlockSci, optimal change; Nick, Data-driven de-anonymization in Bitcoin, 2015.
    Wrong when: the wallet takes more inputs than it needs: to consolidate, or by choice.
    Abstains on: coinbase, one input, an input of unknown value.
    Needs: the transaction and its prevouts; the answer never changes.
    """
    values = [one.value for one in tx.inputs if one.value is not None]
    if len(values) < 2 or len(values) < len(tx.inputs):
        return Abstained("fewer than two inputs of known value")
    least = min(values)
    return Remaining(frozenset(k for k in spendable(tx) if tx.outputs[k].value < least))


@rule("change.one_time", version=1, tier=Tier.T4)
def one_time(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs of the inputs' type, not round, below every input, on a script used this once.

    Source: graphsense-lib, one_time_change (2 to 10 outputs, values not of whole thousands).
    Wrong when: the payee's address is used once too, which by now most are.
    Abstains on: coinbase, self-change, fewer than two or more than ten outputs, inputs of several types
        or of unknown value.
    Needs: all uses of the scripts up to a height; later blocks can change the answer.
    """
    places = spendable(tx)
    types = {one.script_type for one in tx.inputs}
    values = [one.value for one in tx.inputs if one.value is not None]
    if not 2 <= len(places) <= ONE_TIME_MOST_OUTPUTS or len(types) != 1 or len(values) < len(tx.inputs):
        return Abstained("not two to ten outputs, or not inputs of one known type")
    own = input_scripts(tx)
    if any(tx.outputs[k].script in own for k in places):
        return Abstained("an output goes back to a script that was spent from")
    left = frozenset(
        k
        for k in places
        if tx.outputs[k].script_type in types
        and tx.outputs[k].value % ONE_TIME_ROUND_SAT
        and tx.outputs[k].value < min(values)
        and context.one_time(k)
    )
    return Remaining(left, context.height)


@rule("change.legacy", version=1, tier=Tier.T4)
def legacy(tx: TxView, context: ChangeContext) -> Verdict:
    """The one output that is new and holds less than the smallest input.

    Source: BlockSci, legacy change, which its authors no longer advise for clusters.
    Wrong when: often: with it, one cluster of a full chain had more than 256 million addresses.
    Abstains on: coinbase, an equal-output CoinJoin, one spendable output, an input of unknown value, no
        or several such outputs.
    Needs: the chain before the transaction; later blocks do not change the answer.
    """
    places = spendable(tx)
    values = [one.value for one in tx.inputs if one.value is not None]
    if not values or len(values) < len(tx.inputs) or len(places) < 2 or equal_outputs(shape_of(tx)):
        return Abstained("not two outputs and known inputs, or the shape of a CoinJoin")
    least = min(values)
    left = frozenset(k for k in places if context.fresh(k) and tx.outputs[k].value < least)
    return Remaining(left) if len(left) == 1 else Abstained("not exactly one new and small output")


@rule("change.locktime", version=1, tier=Tier.T4)
def locktime(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs not spent, or spent by a transaction that sets a locktime just as this one does or not.

    Source: BlockSci, locktime.
    Wrong when: both sides use the same kind of wallet; one wallet sets locktimes now and then.
    Abstains on: coinbase.
    Needs: the outputs' spenders at a height; later blocks can change the answer.
    """
    if tx.is_coinbase:
        return Abstained("a coinbase has no change")
    spenders = {k: context.spender_brief(k) for k in spendable(tx)}
    return Remaining(
        frozenset(k for k, by in spenders.items() if by is None or (by.locktime > 0) == (tx.locktime > 0)),
        context.height,
    )


@rule("change.fee_rate", version=1, tier=Tier.T4)
def fee_rate(tx: TxView, context: ChangeContext) -> Verdict:
    """The outputs spent at the same whole fee for 1,000 virtual bytes: a wallet with a fixed rate.

    Source: BlockSci, fixed fee.
    Wrong when: both sides take the rate of one estimator, or the least that is relayed.
    Abstains on: coinbase, an unknown fee or size, an output not spent yet.
    Needs: the outputs' spenders at a height; later blocks can change the answer.
    """
    mine = None if tx.is_coinbase else _fee_per_kilobyte(tx.brief)
    spenders = {k: context.spender_brief(k) for k in spendable(tx)}
    if mine is None or None in spenders.values():
        return Abstained("a fee or a size is not known, or an output is not spent yet")
    left = (k for k, by in spenders.items() if by is not None and _fee_per_kilobyte(by) == mine)
    return Remaining(frozenset(left), context.height)


def _fee_per_kilobyte(tx: TxBrief) -> int | None:
    """Whole satoshi for 1,000 virtual bytes; None where it is not known."""
    if tx.fee is None or tx.weight is None:
        return None
    return tx.fee * 1_000 // ((tx.weight + 3) // 4)
