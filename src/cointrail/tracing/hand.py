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
    """The weakest link of a same-hand path.

    T0 (ledger fact): the payment is the withdrawal, and nothing is spent between. Else the worst of:
    the links between one output of the path and the next, and the links among the scripts that
    signed the payment. A path of spends by one script is T1 at best: which script signed is a fact,
    that one owner holds its key is not.

    Args:
        near: the chain around the path.
        path: output numbers from the payment back to the withdrawal.
    """
    if len(path) == 1:
        return Tier.T0
    paying = near.facts(near.maker(path[0]))
    signers = {row.script_num for row in paying.inputs if row.script_num is not None}
    steps = [near.output(output_num).script_num for output_num in path[1:]]
    links = [joined_at(near, {a, b}) for a, b in pairwise(steps)]
    return max([joined_at(near, signers), *links])
