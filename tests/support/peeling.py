"""Peel chains on ledgers in text."""

from __future__ import annotations

from collections.abc import Mapping

from cointrail.heuristics.base import Tier
from cointrail.heuristics.change import Fingerprint
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.peel import PeelChain, Peeler
from cointrail.tracing.peel_limits import PeelLimits
from support.ledger import Fake, FakeChanges, neighbourhood

LONG = """
    t0: -> miner:1000
    t1: t0:0 -> p1:1000
    t2: t1:0 -> shop1:100 p2:890
    t3: t2:1 -> p3:780 shop2:100
    t4: t3:0 -> shop3:100 p4:670
"""
LONG_CHANGE = {"t2:1": Tier.T3, "t3:0": Tier.T3, "t4:1": Tier.T3}


def peeler(
    text: str,
    *,
    changes: Mapping[str, Tier] | None = None,
    programs: Mapping[str, Fingerprint] | None = None,
    tagged: Mapping[str, str] | None = None,
    unsafe: frozenset[str] = frozenset(),
    apart: frozenset[str] = frozenset(),
    swaps: frozenset[str] = frozenset(),
    limits: PeelLimits | None = None,
) -> tuple[Fake, Peeler]:
    """Whoever follows chains on a ledger; nothing is tagged unless it is said."""
    ledger, near = neighbourhood(
        text, own="", tagged=tagged or {"nobody": "exa"}, unsafe=unsafe, apart=apart, swaps=swaps
    )
    near.deposits = Deposits(near, ledger, near.clusters, near.tags)  # type: ignore[arg-type]  # fakes
    judge = FakeChanges(ledger, changes or {}, programs or {})
    return ledger, Peeler(near, judge, ledger.time_of_tx, limits or PeelLimits())


def told(ledger: Fake, chain: PeelChain) -> tuple[list[str], str, str]:
    """The outputs that a chain keeps, why it ends, and where."""
    return [ledger.name(hop.kept) for hop in chain.hops], chain.stop.value, ledger.name(chain.end)
