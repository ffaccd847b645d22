"""What look-ups say of recognised deposit addresses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cointrail.lookups.around import DepositLine
    from cointrail.lookups.cluster import ClusterView

Facts = list[tuple[str, object]]


def deposit_facts(one: DepositLine | None) -> Facts:
    """Which service's deposit address it is, by inference."""
    if one is None:
        return []
    return [("deposit address of", f"{_by_inference(one)}: {one.because}")]


def member_deposit_facts(found: ClusterView) -> Facts:
    """How many of the listed members take deposits, for which service, by inference."""
    counts = Counter(_by_inference(one.deposit) for one in found.members if one.deposit is not None)
    listed = len(found.members)
    return [("deposit addresses", f"{n:,} of {listed:,} listed: of {said}") for said, n in counts.items()]


def _by_inference(one: DepositLine) -> str:
    return f"{one.service}, by inference at {one.tier.name} ({one.rule})"
