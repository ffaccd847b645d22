"""How far a peel chain may go, and what it may pass. The investigator's choice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier

DEFAULT_PEEL_HOPS = 1_000
"""Hops. Chains of a thousand peels are known; each hop is one transaction looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelLimits:
    """Bounds of one chain.

    Raises:
        BadInput: a bound below the least that makes sense, or a tier that no change verdict has.
    """

    max_hops: int = DEFAULT_PEEL_HOPS
    """Transactions, 0 or more."""
    min_value_sat: int = 0
    """A coin of less ends the chain."""
    max_gap_s: int | None = None
    """Seconds that a coin may lie between two hops, by block time; None: for ever."""
    weakest: Tier = Tier.T3
    """The weakest tier of change to follow: T1, T3 or T4."""
    through_joins: bool = False
    """Go on where coins from outside its cluster were spent beside the one followed."""
    through_sweeps: bool = True
    """Go on where all went to one output."""
    max_chains: int = 1
    """Chains in all; more than one follows branches too."""
    seconds: float | None = None
    """All chains end when this much time is over; None: never. Where they ended depends on the machine."""

    def __post_init__(self) -> None:
        for name, least in (("max_hops", 0), ("min_value_sat", 0), ("max_gap_s", 0), ("max_chains", 1)):
            given = getattr(self, name)
            if given is not None and given < least:
                raise BadInput(f"`{name}` is {given}; the least is {least}", name=name, value=given)
        if self.seconds is not None and not self.seconds > 0:
            raise BadInput(f"`seconds` is {self.seconds}; it must be more than 0", name="seconds")
        if self.weakest not in {Tier.T1, Tier.T3, Tier.T4}:
            raise BadInput(
                f"no change verdict has the tier {self.weakest.name}",
                hint="choose T1, T3 or T4",
                tier=self.weakest.name,
            )

    def lasting(self) -> PeelLimits:
        """Those that must stay the same while chains go on; hops, chains and time are as the defaults say."""
        return replace(self, max_hops=DEFAULT_PEEL_HOPS, max_chains=1, seconds=None)
