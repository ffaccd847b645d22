"""The table of measured error from the tallies of many worlds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from statistics import fmean

import numpy as np

from cointrail.error_rates.strata import ERAS, QUOTED_MARKS, Stratum
from cointrail.error_rates.table import FORM, NOT_VALIDATED, Coverage, Row, Validation
from cointrail.evaluate.intervals import CONFIDENCE, ONE, at_most, lower_bound, upper_bound
from cointrail.evaluate.rates.groups import Counts, Joined, count_by, prefix, quoted_by, words_of
from cointrail.evaluate.rates.sources import RealTally
from cointrail.evaluate.rates.tally import Tally
from cointrail.heuristics.base import REGISTRY, Tier

ENOUGH = 300
"""Links of different hands below which a stratum has no bound of its own. methods.md 9.3."""

ENOUGH_FOR: dict[Tier, int] = {Tier.T1: 20_000, Tier.T2: 20_000, Tier.T3: 2_000}
"""More than `ENOUGH` where a tier asks for more than so few could show. With three errors by chance, so many
still give a bound (Bonferroni over two hundred) that the tier allows. A smaller stratum can say nothing of
its tier, so it is told by its parent."""

WORLD_ENOUGH = 30
"""Links of different hands from which on a world by itself says something of a stratum."""

LARGE_SHARE = 300
"""Links from which on the share that is wrong in one world is told as the greatest."""

SPREAD = 0.95
"""Of the worlds, a bound holds in so many, at the confidence of all bounds."""


def rows_of(tallies: Sequence[Tally], seed: int = 0) -> tuple[tuple[Row, ...], int]:
    """Every row of the table, and how many bounds hold together.

    Args:
        tallies: of all worlds.
        seed: of the draws of one link a hand.
    """
    rows = Joined.of(tallies)
    nested = {
        depth: count_by(rows, prefix(rows.code, depth), seed + depth) for depth in range(1, QUOTED_MARKS + 1)
    }
    own = sorted(
        words_of(int(key), depth)
        for depth, counts in nested.items()
        for key, n in zip(counts.keys.tolist(), counts.n.tolist(), strict=True)
        if depth == 1 or n >= enough(words_of(int(key), depth)[0])
    )
    groups = count_by(rows, quoted_by(rows.code, own), seed)
    group_at = {own[key]: place for place, key in enumerate(groups.keys.tolist())}
    found: dict[Stratum, Row] = {}
    for depth, counts in nested.items():
        for place, key in enumerate(counts.keys.tolist()):
            stratum = words_of(key, depth)
            if stratum in own:
                whole = bound_of(counts, place, len(own))
                rest = _rest(whole, groups, group_at.get(stratum), len(own), enough(stratum[0]))
                found[stratum] = _row(stratum, counts, place, bound=whole, rest=rest, bound_from=depth)
            elif depth == len(("rule", "era")):
                above = found[stratum[:1]]
                share = _share(counts.wrong_links[place], counts.links[place])
                bound = max(above.rest_ppm, share)
                found[stratum] = _row(stratum, counts, place, bound=bound, rest=bound, bound_from=1)
    return tuple(found[stratum] for stratum in sorted(found)), len(own)


def enough(rule: str) -> int:
    """Hands from which on a stratum of this rule has a bound of its own."""
    tier = REGISTRY[rule.partition("@")[0]].tier
    return ENOUGH if tier is None else ENOUGH_FOR.get(tier, ENOUGH)


def bound_of(counts: Counts, place: int, strata: int) -> int:
    """The worst of three: the upper bound of hands, the share of all links, and what worlds do not exceed."""
    return max(
        upper_bound(int(counts.wrong[place]), int(counts.n[place]), strata=strata),
        _share(counts.wrong_links[place], counts.links[place]),
        _spread(counts, place),
    )


def _rest(whole: int, groups: Counts, group: int | None, strata: int, needed: int) -> int:
    """The bound of links that no deeper stratum tells: what was wrong among them counts beside the whole.

    Where they are too few hands for a bound of their own, their share of wrong links still counts.
    """
    if group is None:
        return whole
    if groups.n[group] >= needed:
        return max(whole, bound_of(groups, group, strata))
    return max(whole, _share(groups.wrong_links[group], groups.links[group]), _spread(groups, group))


def _spread(groups: Counts, group: int) -> int:
    """What `SPREAD` of all worlds do not exceed beyond chance: a tolerance limit by order.

    Of each world the lower limit of its share counts: what it must be at least.
    """
    here = np.flatnonzero((groups.world_key == group) & (groups.world_n >= WORLD_ENOUGH))
    limits = sorted(
        (lower_bound(int(groups.world_wrong[k]), int(groups.world_n[k])) for k in here), reverse=True
    )
    return limits[left_out(len(limits))] if limits else 0


def left_out(worlds: int) -> int:
    """How many of the worst worlds may be left out, so that the next one still bounds `SPREAD` of all."""
    out = 0
    while out < worlds and at_most(out, worlds, 1 - SPREAD) <= 1 - CONFIDENCE:
        out += 1
    return max(0, out - 1)


def _row(stratum: Stratum, counts: Counts, place: int, *, bound: int, rest: int, bound_from: int) -> Row:
    here = np.flatnonzero(counts.world_key == place)
    large = here[counts.world_links[here] >= LARGE_SHARE]
    return Row(
        stratum=stratum,
        links=int(counts.links[place]),
        wrong_links=int(counts.wrong_links[place]),
        n=int(counts.n[place]),
        wrong=int(counts.wrong[place]),
        worlds=len(here),
        bound_ppm=bound,
        rest_ppm=rest,
        bound_from=bound_from,
        stress_ppm=max(
            (_share(counts.world_wrong_links[k], counts.world_links[k]) for k in large), default=0
        ),
    )


def _share(wrong: int | np.int64, links: int | np.int64) -> int:
    """How many of a million were wrong, rounded up."""
    return int(-(-ONE * int(wrong) // max(1, int(links))))


def table_bytes(
    budget: str,
    tallies: Sequence[Tally],
    real: Sequence[RealTally] = (),
    *,
    validation: Validation = NOT_VALIDATED,
    seed: int = 0,
) -> bytes:
    """The table's file: the same bytes for the same tallies.

    Args:
        budget: how many worlds there are, in a word.
        tallies: of the worlds that it is made from.
        real: of real data with known owners.
        validation: what was found in worlds that were held back.
        seed: of the draws of one link a hand.
    """
    rows, strata = rows_of(tallies, seed)
    rows = tuple(_with_real(row, real) for row in rows)
    table = {
        "form": FORM,
        "budget": budget,
        "confidence_percent": round(100 * CONFIDENCE),
        "strata": strata,
        "hands": sum(len(np.unique(one.hand)) for one in tallies),
        "transactions": sum(one.transactions for one in tallies),
        "rules": sorted({row.stratum[0] for row in rows}),
        "worlds": [
            {"name": one.name, "truth": one.truth, "transactions": one.transactions} for one in tallies
        ],
        "real": [
            {"name": one.name, "what": one.what, "digest": one.digest, "rules": sorted(one.rules)}
            for one in real
        ],
        "validation": asdict(validation),
        "coverage": [asdict(one) for one in _coverage(tallies)],
        "rows": [asdict(row) for row in rows],
    }
    text = json.dumps(table, separators=(",", ":")).replace("},{", "},\n{")
    return f"{text}\n".encode()


def _with_real(row: Row, real: Sequence[RealTally]) -> Row:
    """The worse of both counts where real data speak of the rule (methods.md 9.3).

    With `ENOUGH` owners their upper bound counts; with fewer, what the rate must be at least.
    """
    counts = [one.rules[row.stratum[0]] for one in real if row.stratum[0] in one.rules]
    if len(row.stratum) > 1 or not counts:
        return row
    links, wrong, n, drawn = (sum(column) for column in zip(*counts, strict=True))
    bound = upper_bound(drawn, n) if n >= ENOUGH else lower_bound(drawn, n)
    return replace(
        row,
        real_links=links,
        real_wrong=wrong,
        bound_ppm=max(row.bound_ppm, bound),
        rest_ppm=max(row.rest_ppm, bound),
    )


def _coverage(tallies: Sequence[Tally]) -> Iterator[Coverage]:
    for place, era in enumerate(ERAS):
        here = [one.recall for one in tallies if one.era == place]
        for tier in here[0] if here else ():
            shares = [recall[tier] for recall in here]
            yield Coverage(era, tier, len(shares), round(fmean(shares)), min(shares))
