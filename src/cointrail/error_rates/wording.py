"""The sentences that go with a bound (methods.md 9.5), from one place, so that all answers say the same."""

from __future__ import annotations

from cointrail.error_rates.combine import PAYJOIN_PPM, Charge, ErrorBound, percent
from cointrail.error_rates.table import Coverage, ErrorTable, in_words

FACTS_ALONE = "ledger facts and single scripts: no link is inferred, so none can be wrong."

IDENTITY = "Identity does not come from the blockchain."


def say_bound(
    bound: ErrorBound, table: ErrorTable, coverage: Coverage | None = None, *, what: str = "It"
) -> str:
    """What may be said of a path: its links, the weakest, the bound, what is assumed, what is missed.

    Args:
        bound: of the path.
        table: that its rates come from.
        coverage: what clusters of the weakest tier hold of a hand's addresses; None: not said.
        what: rests on these links.
    """
    if not bound.links:
        said = [f"{what} rests on {FACTS_ALONE}"]
    else:
        said = [f"{what} rests on {_links(bound)}.", _weakest(bound, table), _together(bound)]
    if bound.uncounted:
        said.append(f"At {bound.uncounted} hops nothing says that the hand stayed the same.")
    if coverage is not None:
        said.append(say_coverage(coverage))
    return " ".join((*said, IDENTITY))


def say_coverage(coverage: Coverage) -> str:
    """What is missed."""
    return (
        f"The method also misses addresses: in {coverage.worlds} worlds of {coverage.era} a cluster of "
        f"{coverage.tier} held {_rough(coverage.mean_ppm)} of its hand's addresses on average, "
        f"{_rough(coverage.least_ppm)} in the worst."
    )


def _links(bound: ErrorBound) -> str:
    total = sum(bound.links.values())
    parts = ", ".join(f"{count} x {tier}" for tier, count in bound.links.items())
    return f"{total} link{'' if total == 1 else 's'}: {parts}"


def _weakest(bound: ErrorBound, table: ErrorTable) -> str:
    charge = bound.weakest
    assert charge is not None, "there are links"
    name = f"{charge.tier.name} by {charge.rule}" if charge.tier is not None else charge.rule
    if charge.rate is None:
        return f"Weakest: {name}, whose error was not measured."
    return f"Weakest: {name}, stratum `{in_words(charge.rate.asked)}`. {_validated(charge, table)}"


def _validated(charge: Charge, table: ErrorTable) -> str:
    rate = charge.rate
    assert rate is not None, "it was measured"
    where = "" if rate.asked == rate.quoted else f", counted over `{in_words(rate.quoted)}`"
    which = "it was" if not rate.rest else "those of its links that have no narrower bound were"
    return (
        f"In validation ({rate.worlds} simulated worlds, {rate.n:,} hands{where}; table {table.digest[:16]}) "
        f"{which} wrong in at most {percent(rate.bound_ppm)} of cases (95 % confidence)."
    )


def _together(bound: ErrorBound) -> str:
    if bound.bound_ppm is None or bound.independent_ppm is None:
        count = sum(bound.not_measured.values())
        rules = ", ".join(bound.not_measured)
        return f"Together: not measured, because {count} of the links have no measured rate ({rules})."
    if not bound.payjoin_links:
        return (
            f"Together: wrong in at most {percent(bound.bound_ppm)}, whatever the links have in common; "
            f"{percent(bound.independent_ppm)} if they fail independently."
        )
    shares = "; ".join(
        f"{percent(sum_)} at {percent(share)}"
        for share, sum_ in bound.payjoin_ppm
        if share in PAYJOIN_PPM[1:]
    )
    count = bound.payjoin_links
    no_payjoin = (
        "the link that could be is no payjoin's" if count == 1 else f"none of {count} links is a payjoin's"
    )
    return (
        f"Together: wrong in at most {percent(bound.bound_ppm)} if {no_payjoin} "
        f"({percent(bound.independent_ppm)} if links fail independently); by assumed share of "
        f"payjoins: {shares}."
    )


def _rough(ppm: int) -> str:
    """A share in whole percent: coverage is no bound."""
    return f"{(ppm + 5_000) // 10_000} %"
