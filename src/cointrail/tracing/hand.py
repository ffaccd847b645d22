"""At which tier a same-hand path holds: the weakest link between the withdrawal and the payer."""

from __future__ import annotations

from itertools import pairwise

from cointrail.heuristics.base import Tier
from cointrail.tracing.neighbourhood import Neighbourhood


def joined_at(near: Neighbourhood, scripts: set[int]) -> Tier:
    """The tier that joins scripts of one cluster: T1 when key links alone do, else T2.

    Clusters are nested and built strongest tier first, so the tier at which two labels become
    equal is the weakest on the best path between them. One script alone is T1: the same key.
    """
    at_first = {near.clusters.label(script, Tier.T1) for script in scripts}
    return Tier.T1 if len(at_first) == 1 else Tier.T2


def weakest_tier(near: Neighbourhood, path: tuple[int, ...]) -> Tier:
    """The weakest link of a same-hand path back, or of a dashed one.

    T0 (ledger fact): the payment is the withdrawal, and nothing is spent between. Else the worst of:
    the links between one output of the path and the next, and the links among the scripts that
    signed the payment. A path of spends by one script is T1 at best: which script signed is a fact,
    that one owner holds its key is not. Where an output lies in another cluster than the signers of the
    transaction that made it, the link is the verdict that it is their change: T3, or T4 on a dashed path.

    Args:
        near: the chain around the path.
        path: output numbers from the payment back to the withdrawal.
    """
    if len(path) == 1:
        return Tier.T0
    paying = near.facts(near.maker(path[0]))
    signers = {row.script_num for row in paying.inputs if row.script_num is not None}
    return max([joined_at(near, signers), *(_step_tier(near, a, b) for a, b in pairwise(path[1:]))])


def _step_tier(near: Neighbourhood, output_num: int, spent: int) -> Tier:
    """What ties an output to `spent`, an input of the transaction that made it."""
    scripts = {near.output(one).script_num for one in (output_num, spent)}
    if len({near.label(script) for script in scripts}) == 1:
        return joined_at(near, scripts)
    tier = near.kept(output_num)
    assert tier is not None, "the path leaves the hand"
    return tier


def kept_tier(near: Neighbourhood, path: tuple[int, ...]) -> Tier:
    """The weakest link of a same-hand path forward, or of a dashed one.

    T2 where the service itself made the deposit: its cluster holds at T2 or better. Else the weakest of
    the links by which each output of the path was kept by who made it.

    Args:
        near: the chain around the path.
        path: output numbers from the outflow to the deposit.
    """
    kept = [near.kept(output_num) for output_num in path[:-1]]
    return max((tier for tier in kept if tier is not None), default=Tier.T2)


def change_hops(near: Neighbourhood, outputs: tuple[int, ...]) -> int:
    """At how many outputs only a change verdict says that who made them kept them."""
    return sum((near.kept(output_num) or Tier.T0) > Tier.T2 for output_num in outputs)
