"""What real truth says of each rule in one form: how many statements, how many wrong, and the bound.

This is what a table of errors takes from real data, beside rates of simulated worlds; the worse counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cointrail.clustering.rules import Link
from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.real.chain import LinkTally
from cointrail.evaluate.real.detectors import GateTally, Looked, Tally
from cointrail.evaluate.real.exchanges import ExchangeTally
from cointrail.evaluate.real.revealed import RevealedTally
from cointrail.evaluate.real.sets import JOIN

GATE = "gate: SAFE"
"""In place of a rule: that one hand signed. Its statements are transactions that several hands did sign, so
the rate is of joins that are missed, not of wrong links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealRate:
    """One rule against one source of truth.

    Attributes:
        rule: with its version, or `GATE`.
        source: the labelled set, or what reveals the truth.
        unit: what is counted.
        said: statements of which the truth is known.
        wrong: of these.
        n: those that the bound rests on: one of each owner where owners are known, else all.
        n_wrong: of these, wrong.
        bound_ppm: upper bound, one-sided, 95 %; of nothing it is all.
    """

    rule: str
    source: str
    unit: str
    said: int
    wrong: int
    n: int
    n_wrong: int
    bound_ppm: int


def real_rates(
    looked: Sequence[Looked],
    *,
    detectors: Sequence[Tally],
    gate: Sequence[GateTally],
    links: Sequence[LinkTally],
    exchanges: Sequence[ExchangeTally],
    revealed: Sequence[RevealedTally],
) -> tuple[RealRate, ...]:
    """Everything that was said and has a truth to be held against."""
    found = (
        *_detectors(detectors),
        *_gate(looked, gate),
        *(
            _rate(
                one.rule, "emulated chain", "links", (one.links, one.wrong), (one.wallets, one.wrong_wallets)
            )
            for one in links
        ),
        *(
            _rate(
                Link.COMMON_INPUT.rule.name,
                f"addresses of exchanges, by {one.claimed_by}",
                "clusters",
                (one.clusters, one.with_two),
            )
            for one in exchanges
        ),
        *(
            _rate(
                one.rule,
                f"change revealed: {one.revealed}",
                "verdicts",
                (one.right + one.wrong, one.wrong),
                (one.hands, one.wrong_hands),
            )
            for one in revealed
        ),
    )
    return tuple(one for one in found if one.n)


def _rate(
    rule: str, source: str, unit: str, said: tuple[int, int], drawn: tuple[int, int] | None = None
) -> RealRate:
    n, n_wrong = said if drawn is None else drawn
    return RealRate(
        rule=rule,
        source=source,
        unit=unit,
        said=said[0],
        wrong=said[1],
        n=n,
        n_wrong=n_wrong,
        bound_ppm=upper_bound(n_wrong, n),
    )


def _detectors(tallies: Sequence[Tally]) -> Iterator[RealRate]:
    for one in tallies:
        known = one.true + one.misnamed + one.false
        if one.claim is not None and known:
            yield _rate(one.detector, one.labelled_set, "transactions", (known, one.false))


def _gate(looked: Sequence[Looked], tallies: Sequence[GateTally]) -> Iterator[RealRate]:
    for one, tally in zip(looked, tallies, strict=True):
        if JOIN in one.labelled.yes and tally.n:
            yield _rate(GATE, tally.labelled_set, "transactions", (tally.n, tally.safe))
