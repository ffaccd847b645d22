"""Links that the vote on change makes: the output that stays with the sender is the sender's."""

from __future__ import annotations

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Linked, Tier, rule


@rule("change.link", version=1, tier=Tier.T3)
def change_link(tx: TxView, output: int, tier: Tier) -> Linked | Abstained:
    """Link the scripts that `tx` spends from with its change output, where the vote is worth a hop.

    Such links widen a cluster for traces and expanded views. They never enter headline clusters.

    Source: our choice.
    Wrong when: the vote is: the payee's output looks like change in every way that the rules see.
    Abstains on: a vote of tier 4, which is a lead; an input whose previous output is not known.
    Needs: the verdict of the vote; it can change as the chain grows.
    """
    return _linked(tx, output, tier, Tier.T3)


@rule("change.lead", version=1, tier=Tier.T4)
def change_lead(tx: TxView, output: int, tier: Tier) -> Linked | Abstained:
    """Link the scripts that `tx` spends from with an output that a single rule calls change: a lead.

    Source: our choice; BlockSci advises against the use of single rules.
    Wrong when: that rule is; several times as often as where two agree.
    Abstains on: votes of tier 3 and stronger; an input whose previous output is not known.
    Needs: the verdict of the vote; it can change as the chain grows.
    """
    return _linked(tx, output, tier, Tier.T4)


def _linked(tx: TxView, output: int, tier: Tier, wanted: Tier) -> Linked | Abstained:
    if tier != wanted:
        return Abstained(f"the vote is of tier {tier.name}")
    scripts = frozenset(i.script for i in tx.inputs if i.script is not None)
    if not scripts:
        return Abstained("no input script is known")
    return Linked(scripts | {tx.outputs[output].script}, because=f"output {output} stays with the sender")
