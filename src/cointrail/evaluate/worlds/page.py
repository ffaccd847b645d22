"""The readable page of an evaluation, in Markdown, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from cointrail.error_rates.combine import percent
from cointrail.evaluate.intervals import ONE
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
*Unexplained* are false merges that are left when links by PayJoins and by keys that changed hands are
cut. What a cluster lacks stands beside it as recall: balances are lower bounds."""

_CHANGE = """\
Of {total:,} transactions {with_change:,} have change beside a payment. T3 and stronger named it in
{named}; the vote abstained on {silent} of all."""

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
        SURVIVAL: draw_survival(survival(found)),
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


def survival(found: Evaluation) -> list[tuple[int, int, int]]:
    """Chains of all worlds together: hops, chains, still right; where there are few the curve ends."""
    sums: dict[int, list[int]] = {}
    for one in (one for world in found.worlds for one in world.change.survival):
        total = sums.setdefault(one.hops, [0, 0])
        total[0] += one.chains
        total[1] += one.still_right
    return [
        (hops, chains, right)
        for hops, (chains, right) in sorted(sums.items())
        if chains >= FEW_CHAINS or hops == 1
    ]


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
    yield from _table(
        ("hops", "chains", "still the first sender's"),
        [(hops, n, share(right, n)) for hops, n, right in survival(found)],
    )
    yield from ("", "## The gate", "")
    yield from _gate(found)
    yield from ("", "## What was stated against what was found", "", f"![reliability]({RELIABILITY})", "")
    yield from (
        _POINTS,
        "",
        "## Worlds",
        "",
    )
    yield from _table(
        ("world", "transactions", "hands", "truth"),
        [(w.name, w.transactions, w.hands, f"`{w.truth_digest[:16]}`") for w in found.worlds],
    )
    rules = sorted({rule for world in found.worlds for rule in world.rules})
    yield from ("", f"Rules in force: {', '.join(rules)}.")


def _links(strata: Sequence[Stratum]) -> Iterator[str]:
    yield from _table(
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
    yield from _table(
        ("rule", "transactions that are", "links", "wrong"),
        [(kind.rule, kind.kind, kind.links, kind.wrong) for kind in wrong],
    )


def _clusters(found: Evaluation) -> Iterator[str]:
    yield _CLUSTERS
    yield ""
    yield from _table(
        (
            "world", "tier", "precision", "interval", "recall", "interval", "precision by value",
            "worst tenth", "pairs right", "V-measure", "largest", "false merges", "unexplained",
        ),
        [
            (
                world.name,
                tier.tier,
                _number(tier.agreement.bcubed_precision),
                _interval(tier.precision_interval),
                _number(tier.agreement.bcubed_recall),
                _interval(tier.recall_interval),
                _number(tier.agreement.value_precision),
                _number(tier.agreement.worst_precision),
                _number(tier.agreement.pair_precision),
                _number(tier.agreement.v_measure),
                _number(tier.agreement.largest_cluster),
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
    named, silent = share(right, with_change), share(sum(quiet.values()), total)
    yield _CHANGE.format(total=total, with_change=with_change, named=named, silent=silent)
    yield ""
    yield from _table(
        ("tier", "named", "wrong", "false discovery"),
        [(tier, n, wrong[tier], share(wrong[tier], n)) for tier, n in said.items()],
    )
    yield ""
    voters = _sums({voter.rule: voter.said for voter in one.voters} for one in tallies)
    failed = _sums({voter.rule: voter.wrong for voter in one.voters} for one in tallies)
    yield from _table(
        ("rule that voted for it", "verdicts", "wrong", "share"),
        [(rule, n, failed[rule], share(failed[rule], n)) for rule, n in voters.items()],
    )
    yield ""
    yield from _table(("abstained because", "transactions"), reasons)


def _gate(found: Evaluation) -> Iterator[str]:
    sums: dict[tuple[str, bool], list[int]] = {}
    for one in (one for world in found.worlds for one in world.gate):
        total = sums.setdefault((one.kind, one.several), [0, 0, 0, 0])
        for place, count in enumerate((one.transactions, one.safe, one.unknown, one.unsafe)):
            total[place] += count
    yield _GATE
    yield ""
    yield from _table(
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


def share(part: int, whole: int) -> str:
    """A share in percent with two digits; a dash of nothing."""
    return f"{float(Fraction(100 * part, whole)):.2f} %" if whole else "-"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _interval(limits: tuple[float, float] | None) -> str:
    return "-" if limits is None else f"{limits[0]:.4f} to {limits[1]:.4f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(f"{one:,}" if isinstance(one, int) else str(one) for one in row) + " |"
