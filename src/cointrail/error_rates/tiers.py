"""Which tier a rule keeps: the one that it declares, or a weaker one where it was measured to be worse."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from cointrail.error_rates.strata import ERAS
from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.heuristics.base import REGISTRY, Rule, Tier

ALLOWED_PPM: dict[Tier, int] = {
    Tier.T0: 0,
    Tier.T1: 1_000,
    Tier.T2: 1_000,
    Tier.T3: 10_000,
    Tier.T4: 100_000,
    Tier.T5: 1_000_000,
}
"""How often a link of a tier may be wrong, at most. methods.md 9.1: T2 0.1 % (payjoins apart), T3 1 %,
T4 10 %; T5 is no link. T1 is "about 0": it is held to what T2 allows."""

_WEAKER = {Tier.T1: Tier.T4, Tier.T2: Tier.T4, Tier.T3: Tier.T4, Tier.T4: Tier.T5}
"""What a rule falls to. T3 is for change alone, so nothing else falls to it."""

U8 = npt.NDArray[np.uint8]


def kept_tier(declared: Tier, bound_ppm: int) -> Tier:
    """The tier that a rule keeps whose links are wrong this often, at most."""
    tier = declared
    while tier in _WEAKER and bound_ppm > ALLOWED_PPM[tier]:
        tier = _WEAKER[tier]
    return tier


def tier_in(table: ErrorTable, rule: Rule, era: str) -> Tier | None:
    """The tier of a rule in an era; None for a rule that makes no link.

    The era's own bound decides where it has one, else the rule's. What nobody measured stands as declared.
    """
    rows = [table.rows.get(stratum) for stratum in ((rule.name, era), (rule.name,))]
    row = next((one for one in rows if one is not None and one.own), None)
    return rule.tier if row is None or rule.tier is None else kept_tier(rule.tier, row.bound_ppm)


def tiers_of(table: ErrorTable, rule_id: str) -> U8:
    """The tier of a rule by era, in the order of `ERAS`."""
    rule = REGISTRY[rule_id]
    found = [tier_in(table, rule, era) for era in ERAS]
    assert None not in found, f"{rule_id} makes no link"
    return np.array(found, np.uint8)


@cache
def measured_tiers(rule_id: str) -> tuple[Tier, ...] | None:
    """The tiers of a rule by era, by the table of this package; None for one that makes no link."""
    rule = REGISTRY[rule_id]
    if rule.tier is None:
        return None
    return tuple(Tier(tier) for tier in tiers_of(shipped(), rule_id).tolist())
