"""What a walk found: ends, sums that close, and the one outcome by which a trace is counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import LEADS, Stop
from cointrail.tracing.walk import End, Step


class Hand(StrEnum):
    """Whether the customer of a lead's service is the one the trace started from."""

    SAME_HAND = "same_hand"
    """Every transaction between was signed by one hand: one cluster, or several tied by change at T3."""
    UPSTREAM = "upstream"
    """Going back, the value passed through other hands or unlinked change."""
    DOWNSTREAM = "downstream"
    """Going forward, the value passed through other hands or unlinked change."""


def carried(end: End, policy: Policy) -> int:
    """Satoshi that ended there, by that one of `CASE_POLICIES`."""
    return end.fifo_sat if policy is Policy.FIFO else end.haircut_sat


@dataclass(frozen=True, slots=True)
class Trace:
    """All ends of the walk from one output.

    The values of the ends add up to `value_sat`, by each policy.
    """

    output_num: int
    value_sat: int
    hand: int | None
    """Going back: the cluster that paid; None where no single cluster is known to have paid."""
    apart: Hand
    """What a lead of this trace is when it is not `SAME_HAND`."""
    ends: tuple[End, ...]
    steps: tuple[Step, ...] = ()
    """Every transaction crossed, in the order of the walk."""
    branches: tuple[End, ...] = ()
    """The ends one by one, before those of one output were added up."""

    def hand_of(self, end: End) -> Hand:
        """Whether the path to this end stays in the hand of the start."""
        return Hand.SAME_HAND if end.reach.in_hand else self.apart

    def leads(self) -> list[End]:
        """Ends in a tagged custodial service: same hand first, then fewest hops, then chain order."""
        found = [end for end in self.ends if end.stop in LEADS]
        return sorted(found, key=lambda end: (not end.reach.in_hand, end.reach.hops, end.reach.output_num))

    def best_lead(self, policy: Policy) -> End | None:
        """The first lead that carries value by that policy; one that carries none decides nothing."""
        return next((end for end in self.leads() if carried(end, policy)), None)

    def sums(self, policy: Policy) -> dict[Stop, int]:
        """Satoshi that ended by each reason, largest first, ties by name; zeros are left out."""
        sums: dict[Stop, int] = {}
        for end in self.ends:
            sums[end.stop] = sums.get(end.stop, 0) + carried(end, policy)
        ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0].value))
        return {stop: sat for stop, sat in ranked if sat}

    def main_stop(self, policy: Policy) -> Stop:
        """The reason, other than a lead, at which most of the value ended."""
        sums = self.sums(policy)
        return next((stop for stop in sums if stop not in LEADS), Stop.CUSTODIAN)

    def all_own(self) -> bool:
        """Whether every satoshi, by each policy, ended in the service itself."""
        return all(end.stop is Stop.OWN_SERVICE for end in self.ends)
