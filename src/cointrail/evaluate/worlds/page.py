"""The readable page of an evaluation, in Markdown, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cointrail.error_rates.combine import percent
from cointrail.evaluate.intervals import ONE, interval, lower_bound
from cointrail.evaluate.worlds.base_rate import own_share, worths
from cointrail.evaluate.worlds.markdown import ends, md_table, number, share
from cointrail.evaluate.worlds.page_money import (
    TAINT,
    draw_taint,
    holders_part,
    services_part,
    taint_of,
    taint_part,
)
from cointrail.evaluate.worlds.plots import draw_bounds, draw_reliability, draw_survival
from cointrail.evaluate.worlds.pool import ENOUGH, Evaluation, Stratum

PAGE = "report.md"
BOUNDS, RELIABILITY, SURVIVAL = "bounds.svg", "reliability.svg", "survival.svg"

_SIZE = """\
{worlds} simulated worlds, {size:,} transactions that spend something, {hands:,} hands. The truth of each
world is known, and nothing on the tracing side can see it."""

_BOUND = """\
An **upper bound** is the one-sided 95 % limit of Clopper and Pearson on one link of each hand, drawn by
lot; all {bounds} bounds hold together (Bonferroni). Where the share of all links that were wrong is
greater, it stands in its place. A stratum with fewer than {enough} hands has its parent's bound.

PayJoins are left out of the bounds of common inputs, because nobody knows their share among payments: what
they did here is counted below, and whoever states a bound adds a share that is assumed."""

_INVENTED = """\
These are rates in worlds that were made up. They say how far a rule goes wrong when people behave as the
worlds have them behave, and no more."""

_CLUSTERS = """\
BCubed is the mean over scripts; *by value*, over satoshi received. Intervals draw hands again.
*Outside* is the precision outside PayJoin and custody: links by PayJoins and by keys that changed hands are
cut; *unexplained* are the false merges that are left. *Stranger's script* and *stranger's tag* are the chance
that the cluster of a script drawn at random holds a script of another hand, or of another hand whose
addresses are publicly tagged. What a cluster lacks stands beside it as recall: balances are lower bounds.
`clusters.csv` has more figures, all with intervals."""

_CHANGE = """\
Of {total:,} transactions {with_change:,} have change beside a payment. T3 and stronger named it in
{named}; the vote abstained on {silent} of all."""

_VOTERS = """\
A voter *by itself* names an output where it leaves one alone, whatever the others say. The vote asks for more
than that: this is what each is worth, not the error of a link. `voters_alone.csv` has the intervals."""

_WORTH = """\
How many verdicts are right depends on how many payments have change at all. In these worlds {own} of payments
have it; for other shares the rates are put together anew, and *at least* takes each at its 95 % bound:"""

_GATE = """\
Where several hands signed, each SAFE is an error; elsewhere each UNSAFE is a link that was given up."""

_POINTS = """\
Each point is a stratum in one world. What was stated rests on these very worlds, so points above the
line show how far worlds differ. For worlds that nobody has seen, draw new seeds."""

FEW_CHAINS = 30
"""Chains below which a point of the survival curve is not drawn."""


def page_files(found: Evaluation) -> dict[str, str]:
    """The page and its pictures, by file name."""
    return {
        PAGE: "\n".join(_page(found)) + "\n",
        BOUNDS: draw_bounds(headlines(found.strata)),
        RELIABILITY: draw_reliability(reliability(found)),
        SURVIVAL: draw_survival([(one.hops, one.chains, one.right) for one in survival(found)]),
        TAINT: draw_taint(taint_of(found)),
    }


def headlines(strata: Iterable[Stratum]) -> list[Stratum]:
    """Rules as a whole, and by era."""
    return [one for one in strata if len(one.stratum) <= 2]


def reliability(found: Evaluation) -> list[tuple[int, int, bool]]:
    """Of every world and stratum with enough links: the stated bound, and the share wrong in that world."""
    stated = {one.stratum: one.bound_ppm for one in found.strata}
    points = []
    for world in found.worlds:
        for count in world.strata:
            if count.n >= ENOUGH:
                share = ONE * count.wrong // count.n
                points.append((stated[count.stratum], share, share <= stated[count.stratum]))
    return points


class Hop(NamedTuple):
    """Chains of all worlds at one hop: how many, still right, right before it, and right on both sides."""

    hops: int
    chains: int
    right: int
    came_right: int
    stayed_right: int


def survival(found: Evaluation) -> list[Hop]:
    """Chains of all worlds together; where there are few the curve ends."""
    sums: dict[int, list[int]] = {}
    for one in (one for world in found.worlds for one in world.change.survival):
        old = sums.get(one.hops, [0] * 4)
        counts = one.chains, one.still_right, one.came_right, one.stayed_right
        sums[one.hops] = [a + b for a, b in zip(old, counts, strict=True)]
    hops = [Hop(hops, *counts) for hops, counts in sorted(sums.items())]
    return [one for one in hops if one.chains >= FEW_CHAINS or one.hops == 1]


def _page(found: Evaluation) -> Iterator[str]:
    size = sum(world.transactions for world in found.worlds)
    yield from (
        "# How often the rules were wrong",
        "",
        _SIZE.format(worlds=len(found.worlds), size=size, hands=sum(one.hands for one in found.worlds)),
        "",
        _BOUND.format(bounds=found.bounds, enough=ENOUGH),
        "",
        _INVENTED,
        "",
        "## Links",
        "",
        f"![bounds]({BOUNDS})",
        "",
    )
    yield from _links(headlines(found.strata))
    yield from ("", "All strata are in `strata.csv`.", "", "## Where wrong links come from", "")
    yield from _wrong_kinds(found)
    yield from ("", "## Clusters", "")
    yield from _clusters(found)
    yield from ("", "## Change", "")
    yield from _change(found)
    yield from ("", "## Coins followed along their change", "", f"![survival]({SURVIVAL})", "")
    yield from _hops(survival(found))
    yield from ("", "## Keys that changed hands", "")
    yield from holders_part(found)
    yield from ("", "## Where value is said to go", "")
    yield from taint_part(taint_of(found))
    yield from ("", "## Addresses of services", "")
    yield from services_part(found)
    yield from ("", "## The gate", "")
    yield from _gate(found)
    yield from ("", "## What was stated against what was found", "", f"![reliability]({RELIABILITY})", "")
    yield from (
        _POINTS,
        "",
        "## Worlds",
        "",
    )
    yield from md_table(
        ("world", "transactions", "hands", "truth"),
        [(w.name, w.transactions, w.hands, f"`{w.truth_digest[:16]}`") for w in found.worlds],
    )
    rules = sorted({rule for world in found.worlds for rule in world.rules})
    yield from ("", f"Rules in force: {', '.join(rules)}.")


def _hops(hops: Sequence[Hop]) -> Iterator[str]:
    yield from md_table(
        (
            "hops",
            "chains",
            "still the first sender's",
            "at least",
            "right before",
            "the hop was right",
            "at least",
        ),
        [
            (
                *(one.hops, one.chains, share(one.right, one.chains)),
                percent(lower_bound(one.right, one.chains)),
                *(one.came_right, share(one.stayed_right, one.came_right)),
                percent(lower_bound(one.stayed_right, one.came_right)),
            )
            for one in hops
        ],
    )


def _links(strata: Sequence[Stratum]) -> Iterator[str]:
    yield from md_table(
        (
            "rule",
            "era",
            "links",
            "wrong",
            "hands",
            "wrong of these",
            "at most",
            "bound of",
            "tier allows",
            "",
        ),
        [
            (
                one.stratum[0],
                one.stratum[1] if len(one.stratum) > 1 else "all",
                one.links,
                one.wrong_links,
                one.n,
                one.wrong,
                percent(one.bound_ppm),
                "its own" if one.own else "the rule",
                percent(one.target_ppm),
                "" if one.within else "**beyond**",
            )
            for one in strata
        ],
    )


def _wrong_kinds(found: Evaluation) -> Iterator[str]:
    wrong = sorted((kind for kind in found.kinds if kind.wrong), key=lambda kind: -kind.wrong)
    if not wrong:
        yield "No link was wrong."
        return
    yield from md_table(
        ("rule", "transactions that are", "links", "wrong", "hands", "wrong of these", "95 % interval"),
        [
            (
                *(kind.rule, kind.kind, kind.links, kind.wrong, kind.n, kind.wrong_n),
                " to ".join(map(percent, interval(kind.wrong_n, kind.n))),
            )
            for kind in wrong
        ],
    )


def _clusters(found: Evaluation) -> Iterator[str]:
    yield _CLUSTERS
    yield ""
    yield from md_table(
        (
            "world", "tier", "precision", "interval", "outside", "interval", "recall", "interval",
            "precision by value",
            "worst tenth", "pairs right", "V-measure", "stranger's script", "stranger's tag", "largest",
            "hands in it", "false merges", "unexplained",
        ),
        [
            (
                world.name,
                tier.tier,
                number(tier.agreement.bcubed_precision),
                ends(tier.intervals.get("bcubed_precision")),
                number(tier.outside_precision),
                ends(tier.intervals.get("outside_precision")),
                number(tier.agreement.bcubed_recall),
                ends(tier.intervals.get("bcubed_recall")),
                number(tier.agreement.value_precision),
                number(tier.agreement.worst_precision),
                number(tier.agreement.pair_precision),
                number(tier.agreement.v_measure),
                number(tier.agreement.contaminated),
                number(tier.tag_contaminated),
                number(tier.agreement.largest_cluster),
                tier.agreement.hands_in_largest or 0,
                tier.agreement.false_merges,
                tier.unexplained,
            )
            for world in found.worlds
            for tier in world.tiers
        ],
    )  # fmt: skip


def _change(found: Evaluation) -> Iterator[str]:
    tallies = [world.change for world in found.worlds]
    total, quiet = sum(one.transactions for one in tallies), _sums(one.quiet for one in tallies)
    with_change, right = sum(one.with_change for one in tallies), sum(one.found for one in tallies)
    said = _sums({count.tier: count.said for count in one.counts} for one in tallies)
    wrong = _sums({count.tier: count.wrong for count in one.counts} for one in tallies)
    reasons = sorted(quiet.items(), key=lambda one: one[1], reverse=True)
    yield _CHANGE.format(
        total=total,
        with_change=with_change,
        named=share(right, with_change),
        silent=share(sum(quiet.values()), total),
    )
    yield ""
    yield from md_table(
        ("tier", "named", "wrong", "false discovery", "wrong of all transactions"),
        [
            (tier, n, wrong[tier], share(wrong[tier], n), share(wrong[tier], total))
            for tier, n in said.items()
        ],
    )
    yield ""
    named = [one for tally in tallies for one in tally.named]
    yield _WORTH.format(own=percent(own_share(named) or 0))
    yield ""
    yield from md_table(
        ("verdicts up to", "payments with change", "right", "at least"),
        [
            (one.tier, percent(one.share_ppm), percent(one.right_ppm), percent(one.at_least_ppm))
            for one in worths(named)
        ],
    )
    yield ""
    voters = _sums({voter.rule: voter.said for voter in one.voters} for one in tallies)
    failed = _sums({voter.rule: voter.wrong for voter in one.voters} for one in tallies)
    alone = _sums({one.rule: one.said for one in tally.alone} for tally in tallies)
    astray = _sums({one.rule: one.wrong for one in tally.alone} for tally in tallies)
    yield _VOTERS
    yield ""
    yield from md_table(
        ("rule", "verdicts that it voted for", "wrong", "share", "named by itself", "wrong", "share"),
        [
            (
                *(rule, voters.get(rule, 0), failed.get(rule, 0)),
                share(failed.get(rule, 0), voters.get(rule, 0)),
                *(n, astray[rule], share(astray[rule], n)),
            )
            for rule, n in alone.items()
        ],
    )
    yield ""
    yield from md_table(("abstained because", "transactions"), reasons)


def _gate(found: Evaluation) -> Iterator[str]:
    sums: dict[tuple[str, bool], list[int]] = {}
    for one in (one for world in found.worlds for one in world.gate):
        total = sums.setdefault((one.kind, one.several), [0, 0, 0, 0])
        for place, count in enumerate((one.transactions, one.safe, one.unknown, one.unsafe)):
            total[place] += count
    yield _GATE
    yield ""
    yield from md_table(
        ("what it truly is", "several hands", "transactions", "SAFE", "UNKNOWN", "UNSAFE"),
        [(kind, "yes" if several else "no", *counts) for (kind, several), counts in sorted(sums.items())],
    )


def _sums(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by name, added up, in the order of their first appearance."""
    sums: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            sums[name] = sums.get(name, 0) + count
    return sums
