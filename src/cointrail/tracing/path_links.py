"""The links that a same-hand path rests on: what `weakest_tier` and `kept_tier` take the weakest of."""

from __future__ import annotations

from itertools import pairwise

from cointrail.tracing.link_rates import Charges, LinkRates
from cointrail.tracing.neighbourhood import Neighbourhood, TxFacts


def links_back(near: Neighbourhood, rates: LinkRates, path: tuple[int, ...]) -> Charges:
    """The links of a path from a payment back to a withdrawal; none where the payment is the withdrawal.

    Args:
        near: the chain around the path.
        rates: how often links are wrong.
        path: output numbers from the payment back.
    """
    if len(path) == 1:
        return ()
    paying = near.facts(near.maker(path[0]))
    found = list(_signed(rates, paying))
    for output_num, spent in pairwise(path[1:]):
        found += _step(near, rates, output_num, spent)
    return tuple(found)


def links_forward(near: Neighbourhood, rates: LinkRates, path: tuple[int, ...]) -> Charges:
    """The links by which each output of a path from an outflow to a deposit was kept by who made it."""
    found: list[Charges] = []
    for output_num in path[:-1]:
        facts = near.facts(near.maker(output_num))
        signers = _signers(facts)
        if near.kept(output_num) is not None and signers:
            found.append(_step(near, rates, output_num, facts.inputs[0].output_num))
    return tuple(charge for links in found for charge in links)


def _step(near: Neighbourhood, rates: LinkRates, output_num: int, spent: int | None) -> Charges:
    """What ties an output to `spent`, an input of the transaction that made it."""
    if spent is None:
        return ()
    a, b = near.output(output_num).script_num, near.output(spent).script_num
    if near.label(a) == near.label(b):
        return rates.joined(a, b)
    facts = near.facts(near.maker(output_num))
    tier = near.kept(output_num)
    assert tier is not None, "the path leaves the hand"
    return (*_signed(rates, facts), *rates.change(facts.tx_num, tier))


def _signed(rates: LinkRates, facts: TxFacts) -> Charges:
    return rates.signed_together(facts.tx_num, _signers(facts))


def _signers(facts: TxFacts) -> tuple[int, ...]:
    return tuple(dict.fromkeys(row.script_num for row in facts.inputs if row.script_num is not None))
