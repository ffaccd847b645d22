"""An evaluation as tables: what CSV files and pages have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from cointrail.evaluate.agreement import Agreement
from cointrail.evaluate.intervals import interval
from cointrail.evaluate.worlds.base_rate import worths
from cointrail.evaluate.worlds.one import WrongKind
from cointrail.evaluate.worlds.pool import Evaluation, Stratum
from cointrail.evaluate.worlds.services import service_rates
from cointrail.evaluate.worlds.strata import MARKS
from cointrail.evaluate.worlds.taint import Mean, taint_errors

Cell = str | int | float | None
Row = tuple[Cell, ...]

DIGITS = 6
"""Of shares: beyond, the order of additions shows."""

_AGREEMENT = tuple(field.name for field in fields(Agreement))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under heads."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def sheets(found: Evaluation) -> tuple[Sheet, ...]:
    """Every table of an evaluation."""
    return (
        strata_sheet(found.strata),
        Sheet("kinds", (*_KIND, *_PPM), tuple(map(_kind, found.kinds))),
        Sheet("holders", (*_KIND, *_PPM), tuple(map(_kind, found.holders))),
        clusters_sheet(found),
        Sheet("change", ("world", "tier", "said", "wrong", "wrong_low", "wrong_high"), tuple(_change(found))),
        Sheet(
            "vote", ("world", "transactions", "with_change", "found", "abstained", *_LIMITS), _votes(found)
        ),
        Sheet("abstained", ("world", "reason", "transactions"), tuple(_quiet(found))),
        Sheet("voters", _VOTED, tuple(_voters(found))),
        Sheet("voters_alone", _VOTED, tuple(_alone(found))),
        Sheet("named", _NAMED, tuple(_named(found))),
        Sheet("survival", _SURVIVAL, tuple(_survival(found))),
        Sheet(
            "gate",
            ("world", "kind", "several_hands", "transactions", "safe", "unknown", "unsafe", *_SAFE),
            tuple(_gate(found)),
        ),
        taint_sheet(found),
        Sheet("taint_seeds", ("world", *_TAINT_SEED), tuple(_taint_seeds(found))),
        services_sheet(found),
        Sheet("service_counts", ("world", *_SERVICE), tuple(_service_counts(found))),
        Sheet("worth", _WORTH, tuple(_worth(found))),
        Sheet(
            "worlds",
            ("world", "transactions", "hands", "truth_digest", "store_digest"),
            tuple((w.name, w.transactions, w.hands, w.truth_digest, w.store_digest) for w in found.worlds),
        ),
    )


_KIND = ("rule", "kind", "links", "wrong", "n", "wrong_n")
_PPM = ("low_ppm", "high_ppm")
_VOTED = ("world", "rule", "said", "wrong", "wrong_low", "wrong_high")
_NAMED = ("world", "tier", "with_change", "right", "wrong", "without", "wrong_without")
_SURVIVAL = (
    *("world", "hops", "chains", "still_right", "low", "high"),
    *("came_right", "stayed_right", "hop_low", "hop_high"),
)
_SAFE = ("safe_low_ppm", "safe_high_ppm")
_LIMITS = ("found_low", "found_high", "abstained_low", "abstained_high")


_TAINT_SEED = ("policy", "sort", "hand", "l1_ppm", "misplaced_ppm", "withheld_ppm", "covered_ppm")
_TAINT = ("l1", "misplaced", "withheld", "covered")
_SERVICE = ("kind", "hand", "way", "said", "right", "true", "found")
_WORTH = ("tier", "share_ppm", "right_ppm", "at_least_ppm")


def strata_sheet(strata: Sequence[Stratum]) -> Sheet:
    """Strata, with an empty cell for every mark that may be anything."""
    heads = (*MARKS, "links", "wrong_links", "n", "wrong", "bound_ppm", "bound_from", "target_ppm", "within")
    return Sheet("strata", heads, tuple(map(_stratum, strata)))


def _stratum(one: Stratum) -> Row:
    marks = (*one.stratum, *("",) * (len(MARKS) - len(one.stratum)))
    origin = "own" if one.own else "parent: " + " / ".join(one.bound_from)
    counts = one.links, one.wrong_links, one.n, one.wrong
    return *marks, *counts, one.bound_ppm, origin, one.target_ppm, "yes" if one.within else "no"


CLUSTER_INTERVALS = (
    "bcubed_precision",
    "bcubed_recall",
    "value_precision",
    "value_recall",
    "worst_precision",
    "worst_recall",
    "pair_precision",
    "pair_recall",
    "v_measure",
    "adjusted_rand",
    "variation",
    "largest_cluster",
    "contaminated",
    "tag_contaminated",
    "outside_precision",
    "outside_recall",
)
"""Figures of partitions that have an interval; the others are counts, or no mean over hands."""


def clusters_sheet(found: Evaluation) -> Sheet:
    """Every tier of every world."""
    rows = tuple(
        (
            world.name,
            tier.tier,
            *(cell(getattr(tier.agreement, name)) for name in _AGREEMENT),
            cell(tier.tag_contaminated),
            cell(tier.outside_precision),
            cell(tier.outside_recall),
            tier.unexplained,
            tier.left_out,
            *(one for name in CLUSTER_INTERVALS for one in limits(tier.intervals.get(name))),
        )
        for world in found.worlds
        for tier in world.tiers
    )
    ends = (f"{name}_{end}" for name in CLUSTER_INTERVALS for end in ("low", "high"))
    figures = (
        *(*_AGREEMENT, "tag_contaminated", "outside_precision", "outside_recall"),
        *("unexplained_merges", "left_out"),
    )
    return Sheet("clusters", ("world", "tier", *figures, *ends), rows)


def _kind(one: WrongKind) -> Row:
    """A kind with the two-sided limits of its share, of one a hand."""
    return (*(getattr(one, name) for name in _KIND), *interval(one.wrong_n, one.n))


def _change(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for count in world.change.counts:
            yield world.name, count.tier, count.said, count.wrong, *limits(count.wrong_interval)


def _votes(found: Evaluation) -> tuple[Row, ...]:
    return tuple(
        (
            world.name,
            world.change.transactions,
            world.change.with_change,
            world.change.found,
            sum(world.change.quiet.values()),
            *limits(world.change.found_interval),
            *limits(world.change.abstained_interval),
        )
        for world in found.worlds
    )


def _quiet(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for reason, count in world.change.quiet.items():
            yield world.name, reason, count


def _voters(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for voter in world.change.voters:
            yield world.name, voter.rule, voter.said, voter.wrong, *limits(voter.wrong_interval)


def _alone(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.change.alone:
            yield world.name, one.rule, one.said, one.wrong, *limits(one.wrong_interval)


def _named(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.change.named:
            yield world.name, *(getattr(one, name) for name in _NAMED[1:])


def _survival(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.change.survival:
            whole = one.hops, one.chains, one.still_right, *limits(one.interval)
            yield world.name, *whole, one.came_right, one.stayed_right, *limits(one.hop_interval)


def _gate(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.gate:
            several = "yes" if one.several else "no"
            ends = interval(one.safe, one.transactions)
            counts = one.transactions, one.safe, one.unknown, one.unsafe
            yield world.name, one.kind, several, *counts, *ends


def taint_sheet(found: Evaluation) -> Sheet:
    """Every policy and sort, over all worlds."""
    rows = [
        (
            *(one.policy, one.sort, one.seeds, one.hands),
            *(end for name in _TAINT for end in _mean(getattr(one, name))),
        )
        for one in taint_errors([(world.name, row) for world in found.worlds for row in world.taint])
    ]
    ends = (f"{name}{end}" for name in _TAINT for end in ("", "_low", "_high"))
    return Sheet("taint", ("policy", "sort", "seeds", "hands", *ends), tuple(rows))


def services_sheet(found: Evaluation) -> Sheet:
    """Every kind of service and way of recognising its addresses, over all worlds."""
    rates = service_rates([(world.name, row) for world in found.worlds for row in world.services])
    rows = [
        (
            *(one.kind, one.way, one.services, one.said, one.right, *limits(one.precision)),
            *(one.true, one.found, *limits(one.recall)),
        )
        for one in rates
    ]
    heads = (
        *("kind", "way", "services", "said", "right", "precision_low", "precision_high"),
        *("true", "found", "recall_low", "recall_high"),
    )
    return Sheet("services", heads, tuple(rows))


def _mean(mean: Mean) -> tuple[Cell, ...]:
    return cell(mean.share), *limits(mean.interval)


def _taint_seeds(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.taint:
            yield world.name, *(getattr(one, name) for name in _TAINT_SEED)


def _service_counts(found: Evaluation) -> Iterator[Row]:
    for world in found.worlds:
        for one in world.services:
            yield world.name, *(getattr(one, name) for name in _SERVICE)


def _worth(found: Evaluation) -> Iterator[Row]:
    for one in worths(one for world in found.worlds for one in world.change.named):
        yield tuple(getattr(one, name) for name in _WORTH)


def cell(value: float | None) -> Cell:
    """A share to its digits; a count as it is."""
    return round(value, DIGITS) if isinstance(value, float) else value


def limits(interval: tuple[float, float] | None) -> tuple[Cell, Cell]:
    """Both ends of an interval; two empty cells where there is none."""
    return (None, None) if interval is None else (cell(interval[0]), cell(interval[1]))
