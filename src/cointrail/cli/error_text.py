"""How far an answer may be wrong, as tables and facts show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cointrail import workbench

if TYPE_CHECKING:
    from cointrail.error_rates.combine import ErrorBound

FIVE_PERCENT = 50_000
"""The greatest share of payjoins that bounds are shown at, in ppm."""


def rate_text(ppm: int | None) -> str:
    """A bound in percent; words where there is none."""
    return workbench.rate_text(ppm)


def bound_text(bound: ErrorBound) -> str:
    """The bound of a path for one cell of a table."""
    return rate_text(bound.bound_ppm)


def bound_facts(bound: ErrorBound, says: str) -> list[tuple[str, object]]:
    """The bound of a path, what it is made of, and what may be said."""
    links = ", ".join(f"{count} x {tier}" for tier, count in bound.links.items())
    facts: list[tuple[str, object]] = [
        ("links", links or "none: ledger facts alone"),
        ("wrong in at most", bound_text(bound)),
    ]
    if bound.independent_ppm is not None:
        facts.append(("if links fail independently", workbench.percent(bound.independent_ppm)))
    if bound.not_measured:
        rules = ", ".join(f"{count} x {rule}" for rule, count in bound.not_measured.items())
        facts.append(("links without a measured rate", rules))
    if bound.payjoin_links and bound.payjoin_ppm:
        shares = "; ".join(
            f"{workbench.percent(share)}: {workbench.percent(total)}" for share, total in bound.payjoin_ppm
        )
        facts.append(("bound by share of payjoins", shares))
    if bound.uncounted:
        facts.append(("hops not counted", f"{bound.uncounted}: nothing says that the hand stayed the same"))
    return [*facts, ("error", says)]
