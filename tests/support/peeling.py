"""Peel chains on ledgers in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cointrail.error_rates.combine import Charge
from cointrail.error_rates.table import Rate
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change import Fingerprint
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.link_rates import Charges
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
    rates = PlainRates()
    return ledger, Peeler(near, judge, ledger.time_of_tx, limits or PeelLimits(), rates)  # type: ignore[arg-type]


def charge(tier: Tier, ppm: int | None, *, payjoin: bool = False, rule: str = "rule@1") -> Charge:
    """A link whose rule was wrong so often, at most; None: not measured."""
    rate = None if ppm is None else Rate((rule, "era"), (rule,), 3_000, 0, 10, ppm)
    return Charge(rule, tier, rate, payjoin)


class PlainRates:
    """A link of T2 is wrong in 0.1 % of cases, of T3 in 1 %, of T4 in 10 %; each of T2 may be a payjoin's."""

    def signed_together(self, tx_num: int, scripts: Sequence[int]) -> Charges:  # noqa: ARG002  of all alike
        """One link where several scripts signed."""
        return (charge(Tier.T2, 1_000, payjoin=True),) if len(scripts) > 1 else ()

    def change(self, tx_num: int, tier: Tier) -> Charges:  # noqa: ARG002  of all alike
        """One link for each verdict that is not self-change."""
        ppm = {Tier.T3: 10_000, Tier.T4: 100_000}.get(tier)
        return () if ppm is None else (charge(tier, ppm),)


def told(ledger: Fake, chain: PeelChain) -> tuple[list[str], str, str]:
    """The outputs that a chain keeps, why it ends, and where."""
    return [ledger.name(hop.kept) for hop in chain.hops], chain.stop.value, ledger.name(chain.end)
