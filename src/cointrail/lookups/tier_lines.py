"""Lines of a look at a cluster tier by tier."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.types import Txid
from cointrail.heuristics.base import Tier
from cointrail.lookups.link_lines import LinkLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLine:
    """The cluster that holds what was asked for, with the links of one tier and all stronger ones.

    `parts` are the clusters of the tier before (scripts, for T1) that it is made of. `wrong_links_ppm`: as
    many of its links are to be expected wrong at most, a million being one link; None: not measured.
    """

    tier: Tier
    label: int
    scripts: int
    parts: int
    received_sat: int
    balance_sat: int
    wrong_links_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLine:
    """A link that alone holds a part of the cluster: the smaller part, in scripts and satoshi."""

    link: LinkLine
    scripts: int
    received_sat: int
    balance_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A link that was not used, and what it contradicts."""

    link: LinkLine
    because: str
    against_txid: Txid | None
