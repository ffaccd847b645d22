"""Joining members of whom tags name different parties: where that happens, and where it is refused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.links import LinkTable
from cointrail.heuristics.base import Tier
from cointrail.kernel.trees import join_parties
from cointrail.kernel.union import flatten

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class ByParty(NamedTuple):
    """Members joined with an eye on whose they are said to be."""

    label: U32
    """Per member the place of the first member of its cluster."""
    mixing: I64
    """Links between different parties: those of T1 and T2 joined them, those of T3 and T4 were refused."""


def join_by_party(members: int, links: LinkTable, party: U32) -> ByParty:
    """Join members by links in their order, but no different parties by T3 and T4.

    Args:
        members: how many.
        links: by tier, then chain order.
        party: per member the number of who is said to hold it, from 1 on; 0: nobody is.
    """
    label = np.arange(members, dtype=np.uint32)
    found = np.empty(len(links.one), np.uint32)
    weak = int(np.searchsorted(links.tiers, Tier.T3))
    mixed = int(party.max(initial=0)) + 1
    count = join_parties(links.one, links.other, weak, label, party.copy(), mixed, found)
    flatten(label)
    return ByParty(label, found[:count].astype(np.int64))
