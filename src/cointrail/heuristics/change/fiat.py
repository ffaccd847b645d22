"""Amounts that are round in a currency: a static rule that needs a rate of the block's day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.base import Remaining, Verdict, spendable
from cointrail.heuristics.change.static_rules import POSTAGE_SAT

COIN_SAT = 100_000_000
"""Satoshi of one bitcoin."""

STEP_UNITS = 5
"""Units of the currency. Prices in fiat are often multiples of it; change is by chance."""

WITHIN_SAT = 1
"""Satoshi on either side: wallets round up, down, or to the nearest."""

LEAST_STEP_SAT = 3_000
"""Satoshi. Where a step is worth less, more than one amount in a thousand is round by chance: 3 of 3,000."""


@dataclass(frozen=True, slots=True)
class FiatPrice:
    """What a bitcoin was worth when a block was mined."""

    currency: str
    """ISO 4217 code."""
    per_coin: Fraction
    """Units of the currency, exact."""
    source: str
    """Who says so, and by which convention."""


def is_fiat_round(value: int, price: FiatPrice) -> bool:
    """Whether an amount in satoshi is a multiple of `STEP_UNITS` at a price, to `WITHIN_SAT`."""
    step = STEP_UNITS * COIN_SAT / price.per_coin
    steps = round(value / step)
    return steps > 0 and abs(value - steps * step) <= WITHIN_SAT


@rule("change.fiat_round", version=1, tier=Tier.T4)
def fiat_round(tx: TxView, price: FiatPrice | None = None) -> Verdict:
    """The outputs that are not round in a currency, where another is: people pay round prices.

    Round is a multiple of `STEP_UNITS` units at the rate of the block's time, to the satoshi.

    Source: our choice; Androulaki et al. 2013 look at values in bitcoin only.
    Wrong when: the wallet gives change in round fiat; an amount is round by chance, one in a thousand.
    Abstains on: everything while no price of its day is given; coinbase, an output of a postage amount, a
        price at which a step is worth less than `LEAST_STEP_SAT`; no output round, or all. Payers use the
        rate of their own minute and source, so a daily rate finds few of them.
    Needs: the transaction, and a rate from a named source; the answer never changes for the same table.
    """
    if price is None:
        return Abstained("no price of its day is given")
    if price.per_coin <= 0 or LEAST_STEP_SAT * price.per_coin > STEP_UNITS * COIN_SAT:
        return Abstained("at this price too many amounts are round by chance")
    places = spendable(tx)
    if tx.is_coinbase or POSTAGE_SAT & {int(tx.outputs[k].value) for k in places}:
        return Abstained("a coinbase, or an output of a postage amount")
    left = frozenset(k for k in places if not is_fiat_round(int(tx.outputs[k].value), price))
    if not left or len(left) == len(places):
        return Abstained("no output is rounder in the currency than another")
    return Remaining(left)
