"""Links at the tier that their rule keeps by the table of measured error, era by era.

A rule that was measured to be worse than its tier allows falls to a weaker one in that era: its links
become leads, or none. A link of T5 is no link. What the gate and the vote say stays as it is told; only what
is joined on it, and followed, changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.rules import Link
from cointrail.error_rates.strata import ERA_ENDS, era_of
from cointrail.error_rates.table import ErrorTable
from cointrail.error_rates.tiers import tiers_of
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import Change, Quiet, change
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of, leave_leads

if TYPE_CHECKING:
    from cointrail.heuristics.change_bulk import BatchChange

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Array = npt.NDArray[Any]

_NONE = np.uint8(0xFF)
"""Output and tier of a verdict that abstains, as stored."""

_BY_TX = tuple(link for link in Link if link.tier > Tier.T1)
"""Links that a transaction makes."""


@dataclass(frozen=True)
class Standing:
    """The tier of every rule that links by transaction, by era."""

    tiers: dict[Link, U8]
    table: str
    """Names the table, as a basis does."""
    _times: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def by(cls, table: ErrorTable) -> Standing:
        """What a table says."""
        return cls({link: tiers_of(table, link.rule.id) for link in _BY_TX}, table.name)

    def moved(self, *links: Link) -> bool:
        """Whether one of these stands at another tier than it declares, in some era."""
        return any(bool((self.tiers[link] != link.tier).any()) for link in links)

    def heights(self, chain: ChainView, txs: Array) -> Array:
        """Heights of transactions; not looked up where every rule stands as it declares."""
        return chain.column("txs.block").take(txs) if self.moved(*_BY_TX) else np.zeros(len(txs), np.uint32)

    def gates(self, chain: ChainView, gate: U8, heights: Array) -> U8:
        """Verdicts for joining: where signing together is wrong too often, SAFE counts as UNKNOWN."""
        if not self.moved(Link.COMMON_INPUT):
            return gate
        worse = self.tiers[Link.COMMON_INPUT][self._eras(chain, heights)] > Tier.T2
        return np.where(worse & (gate == Gate.SAFE), np.uint8(Gate.UNKNOWN), gate)

    def input_leads(self, chain: ChainView, reasons: U32, heights: Array) -> npt.NDArray[np.bool_]:
        """Where inputs that were signed together are a lead: by the gate's warning, or fallen to T4."""
        found = leave_leads(reasons)
        by_warning = found.copy()
        if self.moved(Link.COMMON_INPUT):
            gate = gates_of(reasons)
            fallen = self.tiers[Link.COMMON_INPUT][self._eras(chain, heights)] == Tier.T4
            found |= (gate == Gate.SAFE) & fallen
        if self.moved(Link.COMMON_INPUT_LEAD):
            found &= ~by_warning | (self.tiers[Link.COMMON_INPUT_LEAD][self._eras(chain, heights)] <= Tier.T4)
        return found

    def votes(self, chain: ChainView, found: BatchChange, heights: Array) -> BatchChange:
        """Verdicts on change at the tiers that they keep; one of T5 is an abstention."""
        if not self.moved(Link.CHANGE, Link.CHANGE_LEAD):
            return found
        era = self._eras(chain, heights)
        tier = found.tier.copy()
        for link in (Link.CHANGE, Link.CHANGE_LEAD):
            own = found.tier == link.tier
            tier[own] = self.tiers[link][era[own]]
        gone = (found.output != _NONE) & (tier == Tier.T5)
        return replace(
            found,
            output=np.where(gone, _NONE, found.output),
            tier=np.where(gone, _NONE, tier),
            rules=np.where(gone, found.rules.dtype.type(0), found.rules),
            quiet=np.where(gone, np.uint8(list(Quiet).index(Quiet.MEASURED) + 1), found.quiet),
        )

    def verdict(self, found: Change | Abstained, time: int) -> Change | Abstained:
        """One verdict on change, of a block of that time: the definition that `votes` equals."""
        if isinstance(found, Abstained):
            return found
        tier = found.tier
        for link in (Link.CHANGE, Link.CHANGE_LEAD):
            if found.tier == link.tier:
                tier = Tier(int(self.tiers[link][era_of(time)]))
        if tier == Tier.T5:
            return Abstained(Quiet.MEASURED)
        return found if tier == found.tier else change(found.output, tier, found.rules, found.judged_at)

    def _eras(self, chain: ChainView, heights: Array) -> Array:
        if chain.digest not in self._times:
            self._times[chain.digest] = chain.block_times()
        all_times = self._times[chain.digest]
        # What has no height yet is of the time of the tip.
        times = all_times[np.minimum(heights, len(all_times) - 1)].astype(np.int64)
        eras: Array = np.searchsorted(np.array(ERA_ENDS), times, side="right")
        return eras
