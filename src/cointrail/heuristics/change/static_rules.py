"""Change rules that look at the transaction alone: their answers never change as the chain grows."""

from __future__ import annotations

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.base import Remaining, Verdict, input_scripts, spendable

POSTAGE_SAT = frozenset({330, 546, 600, 1_000, 10_000})
"""Satoshi that protocols and wallets attach to an output to carry it (methods.md 2.5)."""

ROUND_SAT = 1_000
"""Satoshi. What a person types as an amount is a multiple of it; change is, once in a thousand times."""

FEWER_ZEROS = 3
"""Trailing decimal zeros that change must have fewer than a round payment (methods.md 2.5)."""


@rule("change.self", version=1, tier=Tier.T1)
def self_change(tx: TxView) -> Verdict:
    """The outputs that go back to a script that the transaction spends from.

    Source: BlockSci, address reuse; graphsense-lib, direct change.
    Wrong when: somebody pays into a transaction that he signs too, in a payjoin.
    Abstains on: coinbase; no output goes back.
    Needs: the transaction and its prevouts; the answer never changes.
    """
    own = input_scripts(tx)
    back = frozenset(place for place in spendable(tx) if tx.outputs[place].script in own)
    return Remaining(back) if back else Abstained("no output goes back to a script that was spent from")


@rule("change.script_type", version=1, tier=Tier.T4)
def script_type(tx: TxView) -> Verdict:
    """The outputs of the one script type that every input has.

    Source: BlockSci, address type; BIP 78 lists it among the assumptions that it breaks.
    Wrong when: the sender is moving to a newer type; Bitcoin Core since version 23 gives change the
        payment's type (pull request 23789).
    Abstains on: coinbase, inputs of several types or of an unknown one.
    Needs: the transaction and its prevouts; the answer never changes.
    """
    types = {one.script_type for one in tx.inputs}
    if len(types) != 1 or None in types:
        return Abstained("the inputs do not share one known script type")
    kind = next(iter(types))
    return Remaining(frozenset(k for k in spendable(tx) if tx.outputs[k].script_type == kind))


@rule("change.unnecessary_input", version=1, tier=Tier.T4)
def unnecessary_input(tx: TxView) -> Verdict:
    """The outputs that, as change, leave no input unnecessary: the fee cannot make the difference.

    Output k as change means that the others were paid. Without the smallest input the rest would still
    have paid them where k holds as much as that input; k is ruled out. It stays where k and the whole
    fee together hold less.

    Source: Nick 2015; the exact form, with the fee in it, is our choice.
    Wrong when: the wallet takes more inputs than it needs: oldest first, at random, to consolidate.
    Abstains on: coinbase, one input, an input of unknown value, an output that only the fee decides on.
    Needs: the transaction and its prevouts; the answer never changes.
    """
    values = [one.value for one in tx.inputs if one.value is not None]
    if len(values) < 2 or tx.fee is None:
        return Abstained("fewer than two inputs of known value")
    least = min(values)
    below = [k for k in spendable(tx) if tx.outputs[k].value < least]
    if any(tx.outputs[k].value + tx.fee >= least for k in below):
        return Abstained("the fee decides whether an input was unnecessary")
    return Remaining(frozenset(below))


@rule("change.round_value", version=1, tier=Tier.T4)
def round_value(tx: TxView) -> Verdict:
    """The outputs that are not round beside the least round one: people pay round amounts.

    Round is what ends in `FEWER_ZEROS` more decimal zeros.

    Source: BlockSci, power of ten value; Androulaki et al. 2013; how many zeros is our choice.
    Wrong when: the price was in another currency; a round deposit leaves round change.
    Abstains on: coinbase, an output of a postage amount, no output rounder than another.
    Needs: the transaction; the answer never changes.
    """
    places = spendable(tx)
    values = [int(tx.outputs[k].value) for k in places]
    if tx.is_coinbase or not values or 0 in values or POSTAGE_SAT & set(values):
        return Abstained("a coinbase, or an output of a postage amount")
    zeros = [trailing_zeros(value) for value in values]
    round_from = min(zeros) + FEWER_ZEROS
    left = frozenset(k for k, n in zip(places, zeros, strict=True) if n < round_from)
    if len(left) == len(places):
        return Abstained("no output is rounder than another")
    return Remaining(left)


@rule("change.none", version=1, tier=Tier.T4)
def no_change(tx: TxView) -> Verdict:
    """No output at all, where every output is round and what was spent is not.

    Change takes what payments leave over, odd satoshi too. Where the fee alone took them, no output is
    change. Round is a multiple of `ROUND_SAT`.

    Source: our choice; achow101/coin-selection-simulation, where 39 % and 50 % of an exchange's
        withdrawals had no change.
    Wrong when: the wallet rounds its change, or gives odd satoshi of change to the miner.
    Abstains on: coinbase, an input of unknown value, round inputs, an output that is not round.
    Needs: the transaction and its prevouts; the answer never changes.
    """
    if tx.is_coinbase or tx.fee is None:
        return Abstained("a coinbase, or an input of unknown value")
    values = [int(tx.outputs[k].value) for k in spendable(tx)]
    spent = sum(one.value for one in tx.inputs if one.value is not None)
    if any(value % ROUND_SAT for value in values) or spent % ROUND_SAT == 0:
        return Abstained("the odd satoshi went to an output, or there were none")
    return Remaining(frozenset())


def trailing_zeros(value: int) -> int:
    """Decimal zeros at the end of a positive number."""
    count = 0
    while value % 10 == 0:
        value //= 10
        count += 1
    return count
