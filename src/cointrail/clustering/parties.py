"""Joining members of whom tags name different parties: where that happens, and where it is refused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.apart import apart_of
from cointrail.clustering.links import LinkTable
from cointrail.heuristics.base import Tier
from cointrail.kernel.apart import DIFFERENT, MIXED, REFUSED, Apart, join_parties
from cointrail.kernel.union import flatten

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class ByParty(NamedTuple):
    """Members joined with an eye on whose they are said to be."""

    label: U32
    """Per member the place of the first member of its cluster."""
    mixing: I64
    """Links between different parties: those of T1 and T2 joined them, those of T3 and T4 were refused."""
    refused: I64
    """Links that were refused for a pair that is held apart."""
    against: I64
    """For each of them the number of the pair."""


def join_by_party(members: int, links: LinkTable, party: U32, apart: Apart | None = None) -> ByParty:
    """Join members by links in their order, but no different parties by T3 and T4, and no pair by any.

    Args:
        members: how many.
        links: by tier, then chain order.
        party: per member the number of who is said to hold it, from 1 on; 0: nobody is.
        apart: pairs of members that are held apart; used up; None: there are none.
    """
    label = np.arange(members, dtype=np.uint32)
    outcome, against = np.zeros(len(links.one), np.uint8), np.zeros(len(links.one), np.uint32)
    weak = int(np.searchsorted(links.tiers, Tier.T3))
    mixed = int(party.max(initial=0)) + 1
    if apart is None:
        apart = apart_of(members, *(np.empty(0, np.uint32) for _ in range(2)))
    join_parties(label, links.one, links.other, weak, party.copy(), mixed, apart, outcome, against)
    flatten(label)
    refused = np.flatnonzero(outcome == REFUSED)
    mixing = np.flatnonzero((outcome == MIXED) | (outcome == DIFFERENT))
    return ByParty(label, mixing, refused, against[refused].astype(np.int64))
