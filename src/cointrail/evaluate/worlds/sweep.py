"""One share varied, all else as it is: how rates move with what nobody knows of the field.

How many payments are PayJoins, how many transactions join coins, who uses which wallet program and who
shows one address to everybody: none of it is known, so what hangs on it is shown over a range.
Source: methods.md 6.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cointrail.clustering.rules import Link
from cointrail.errors import BadInput
from cointrail.evaluate.bootstrap import Interval
from cointrail.evaluate.intervals import ONE, interval
from cointrail.evaluate.worlds.many import Draft
from cointrail.evaluate.worlds.one import WorldCounts
from cointrail.heuristics.base import Tier
from cointrail.simulate import Plan, preset

_JOINS = {"joinmarket": 50, "wasabi1": 10, "whirlpool": 40}
"""CoinJoins of each sort among a hundred of them, as in the preset that stresses joins."""

_PER_MILLE = 1_000
_MERCHANTS = 1.6
"""Merchants show one address to everybody more often than persons do, as in the presets."""


@dataclass(frozen=True, slots=True)
class Knob:
    """What is varied.

    Attributes:
        name: of the sweep.
        what: the share, in words.
        base: the preset that all else is taken from.
        values: the share at every step, as parts of one.
        turn: the plan with that share.
    """

    name: str
    what: str
    base: str
    values: tuple[float, ...]
    turn: Callable[[Plan, float], Plan]


def _numbers(**names: float) -> Callable[[Plan, float], Plan]:
    """Sets values of a plan to multiples of the share, at most 1."""

    def turn(plan: Plan, share: float) -> Plan:
        new = {name: min(1.0, round(times * share, 6)) for name, times in names.items()}
        return replace(plan, numbers={**plan.numbers, **new})

    return turn


def _joins(plan: Plan, share: float) -> Plan:
    rates = {name: round(_PER_MILLE * share * part / 100, 6) for name, part in _JOINS.items()}
    return replace(plan, rates={**plan.rates, **rates})


KNOBS = (
    Knob("payjoin", "payments to persons and merchants made as PayJoin", "2021",
         (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05), _numbers(payjoin=1)),
    Knob("joins", "transactions that are CoinJoins", "2021",
         (0.0, 0.005, 0.01, 0.02, 0.04, 0.06), _joins),
    Knob("core", "persons with Bitcoin Core's habits, who put change anywhere and match its type", "2025",
         (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9), _numbers(core_share=1)),
    Knob("reuse", "persons who have one address for everything", "2018",
         (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), _numbers(reuse=1, merchant_reuse=_MERCHANTS)),
)  # fmt: skip
"""All sweeps."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure at one share.

    Attributes:
        sweep: name of the knob.
        share: parts of one.
        figure: its name, as in `FIGURES`.
        value: over all worlds of that share; None where there is nothing to share.
        interval: see `FIGURES`.
        part: what counts; None for means.
        whole: out of how many.
    """

    sweep: str
    share: float
    figure: str
    value: float | None
    interval: Interval | None
    part: int | None = None
    whole: int | None = None


FIGURES = {
    "common_input": "wrong among common inputs, PayJoins included, of one link a hand",
    "common_input_lead": "wrong among common inputs at T4, of one link a hand",
    "change": "wrong among change named at T3, of one link a hand",
    "change_lead": "wrong among change named at T4, of one link a hand",
    "abstained": "transactions for which no change was named",
    "precision": "BCubed precision of headline clusters",
    "recall": "BCubed recall of headline clusters",
    "contaminated": "scripts whose headline cluster holds a stranger's",
}
"""What is read off. Shares of links have the limits of Clopper and Pearson; figures of clusters are means
over the worlds, and their interval and that of the silence is the mean of the worlds' own."""

_LINKS = {
    "common_input": Link.COMMON_INPUT,
    "common_input_lead": Link.COMMON_INPUT_LEAD,
    "change": Link.CHANGE,
    "change_lead": Link.CHANGE_LEAD,
}


def knobs_of(names: Sequence[str]) -> tuple[Knob, ...]:
    """Sweeps by name; all without one.

    Raises:
        BadInput: there is none of that name.
    """
    known = {knob.name: knob for knob in KNOBS}
    for name in names:
        if name not in known:
            raise BadInput(
                f"`{name}` is nothing that is varied", hint=f"there are {', '.join(known)}", value=name
            )
    return tuple(known[name] for name in dict.fromkeys(names)) or KNOBS


def sweep_drafts(knobs: Sequence[Knob], seeds: range, size: int) -> list[tuple[Knob, float, Draft]]:
    """The worlds of some sweeps: every share with every seed."""
    return [
        (
            knob,
            share,
            Draft(
                f"{knob.name} {share:g}, seed {seed}",
                knob.turn(preset(knob.base), share).with_size(size),
                seed,
            ),
        )
        for knob in knobs
        for share in knob.values
        for seed in seeds
    ]


def readings(
    drafted: Sequence[tuple[Knob, float, Draft]], counts: Sequence[WorldCounts]
) -> tuple[Reading, ...]:
    """Every figure at every share, from the worlds in the order in which they were drafted."""
    groups: dict[tuple[str, float], list[WorldCounts]] = {}
    for (knob, share, _), found in zip(drafted, counts, strict=True):
        groups.setdefault((knob.name, share), []).append(found)
    return tuple(one for (name, share), worlds in groups.items() for one in _read(name, share, worlds))


def _read(sweep: str, share: float, worlds: Sequence[WorldCounts]) -> Iterator[Reading]:
    for figure, link in _LINKS.items():
        rule = (link.rule.name,)
        drawn = [one for world in worlds for one in world.asserted if one.stratum == rule]
        yield _share(sweep, share, figure, sum(one.wrong for one in drawn), sum(one.n for one in drawn))
    silent = sum(sum(world.change.quiet.values()) for world in worlds)
    spending = sum(world.change.transactions for world in worlds)
    quiet = [end for world in worlds if (end := world.change.abstained_interval) is not None]
    yield Reading(sweep, share, "abstained", silent / spending, _mean(quiet), silent, spending)
    names = {"precision": "bcubed_precision", "recall": "bcubed_recall", "contaminated": "contaminated"}
    for figure, name in names.items():
        tiers = [tier for world in worlds for tier in world.tiers if tier.tier == Tier.T2.name]
        values = [value for tier in tiers if (value := getattr(tier.agreement, name)) is not None]
        ends = [end for tier in tiers if (end := tier.intervals.get(name)) is not None]
        yield Reading(
            sweep,
            share,
            figure,
            sum(values) / len(values) if values else None,
            _mean(ends),
        )


def _mean(intervals: Sequence[Interval]) -> Interval | None:
    if not intervals:
        return None
    low, high = (sum(column) / len(intervals) for column in zip(*intervals, strict=True))
    return low, high


def _share(sweep: str, share: float, figure: str, part: int, whole: int) -> Reading:
    if not whole:
        return Reading(sweep, share, figure, None, None, 0, 0)
    low, high = interval(part, whole)
    return Reading(sweep, share, figure, part / whole, (low / ONE, high / ONE), part, whole)
