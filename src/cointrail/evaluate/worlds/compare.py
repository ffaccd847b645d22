"""Two evaluations side by side: where a rate moved, and whether chance explains it.

Reads the tables that `evaluate run` wrote. Rates stand on one statement of each hand, and have the
intervals of Clopper and Pearson, wide enough that all of one comparison hold together (Bonferroni). Figures
of clusters, silence and taint have the mean of their worlds' intervals. A rate moved when intervals part.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.intervals import CONFIDENCE, ONE, interval
from cointrail.evaluate.worlds.strata import MARKS
from cointrail.evaluate.worlds.tables import CLUSTER_INTERVALS

Row = Mapping[str, str]

GATE = "SAFE although several hands signed"
"""What the gate is compared by."""

FEW = 30
"""Hands in either run below which a stratum is not compared; kinds of transactions always are."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in one evaluation, in ppm, with the ends of its interval, and the counts that it rests on.

    Figures that are means have no counts.
    """

    ppm: int
    low_ppm: int
    high_ppm: int
    n: int | None = None
    wrong: int | None = None
    all_n: int | None = None
    """Of every hand, not one of each."""
    all_wrong: int | None = None


@dataclass(frozen=True, slots=True)
class RateChange:
    """One rate in two evaluations.

    Attributes:
        of: `stratum`, `kind`, `holders`, `gate`, `clusters`, `silence` or `taint`.
        rule: with its version, or what is measured.
        where: marks of the stratum, what the transactions truly are, or a tier.
        before: in the first evaluation; None where it is not in it.
        after: in the second.
        against: what `after` is held against: `itself`, or of what was not there before, `the rule`.
        parted: whether the intervals have nothing in common.
    """

    of: str
    rule: str
    where: str
    before: Rate | None
    after: Rate | None
    against: str
    parted: bool

    @property
    def moved_ppm(self) -> int:
        """How far the rate moved; from nothing, all of it."""
        before, after = (one.ppm if one else 0 for one in (self.before, self.after))
        return after - before

    @property
    def is_new(self) -> bool:
        """Whether only the second evaluation has it."""
        return self.before is None


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two evaluations.

    Attributes:
        changes: every rate that is in either, those that parted first, then by how far they moved.
        only_before: worlds that only the first has, by name.
        only_after: worlds that only the second has.
        same: worlds with the same name and the same truth.
        strata_left_out: strata with fewer than `FEW` hands in either.
    """

    changes: tuple[RateChange, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    same: int
    strata_left_out: int

    @property
    def told(self) -> Sequence[RateChange]:
        """Rates that parted, and kinds of transactions that only the second evaluation has."""
        return [one for one in self.changes if one.parted or (one.is_new and one.of != "stratum")]


Counts = dict[tuple[str, str, str], list[int]]
"""By kind of rate, rule and place: all, all wrong, one a hand, wrong ones of these."""


def compare_runs(before: Path, after: Path) -> RunComparison:
    """Compare two folders that `evaluate run` wrote.

    Raises:
        NotFound: a table is missing.
        BadInput: a table is not what `evaluate run` writes.
    """
    try:
        old, new = _counts(before), _counts(after)
        few = {key for key in old.keys() | new.keys() if key[0] == "stratum" and _few(key, old, new)}
        for key in few:
            old.pop(key, None)
            new.pop(key, None)
        changes = [*_changes(old, new), *_figure_changes(_figures(before), _figures(after))]
        worlds = [
            {(row["world"], row["truth_digest"]) for row in _rows(folder / "worlds.csv")}
            for folder in (before, after)
        ]
    except (KeyError, ValueError) as error:
        raise BadInput(
            f"the tables are not those of `evaluate run`: {error}", hint="evaluate both runs anew"
        ) from error
    return RunComparison(
        tuple(sorted(changes, key=lambda one: (not one.parted, -abs(one.moved_ppm), one.rule, one.where))),
        tuple(sorted(name for name, _ in worlds[0] - worlds[1])),
        tuple(sorted(name for name, _ in worlds[1] - worlds[0])),
        len(worlds[0] & worlds[1]),
        len(few),
    )


def _few(key: tuple[str, str, str], old: Counts, new: Counts) -> bool:
    return key[2] != ALL and min(side.get(key, [0] * 4)[2] for side in (old, new)) < FEW


def _changes(old: Counts, new: Counts) -> Iterator[RateChange]:
    """Every rate; how many there are decides how wide the intervals are."""
    keys = sorted(old.keys() | new.keys())
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(keys))
    for key in keys:
        of, rule, _ = key
        held = old.get(key) or old.get((of, rule, ALL)) or old.get(("stratum", rule, ALL))
        sides = [None if counts is None else _rate(counts, confidence) for counts in (held, new.get(key))]
        parted = sides[0] is not None and sides[1] is not None and _apart(sides[0], sides[1])
        known = key in old
        yield RateChange(
            *key, sides[0] if known else None, sides[1], "itself" if known else "the rule", parted
        )


def _rate(counts: Sequence[int], confidence: float) -> Rate:
    links, wrong_links, n, wrong = counts
    share = ONE * wrong // n if n else 0
    return Rate(share, *interval(wrong, n, confidence), n, wrong, links, wrong_links)


def _apart(one: Rate, other: Rate) -> bool:
    return one.high_ppm < other.low_ppm or other.high_ppm < one.low_ppm


def _counts(folder: Path) -> Counts:
    found: Counts = {}
    for row in _rows(folder / "strata.csv"):
        where = ", ".join(row[mark] for mark in MARKS[1:] if row[mark]) or ALL
        names = ("links", "wrong_links", "n", "wrong")
        found["stratum", row["rule"], where] = [int(row[name]) for name in names]
    for of, file in (("kind", "kinds"), ("holders", "holders")):
        for row in _rows(folder / f"{file}.csv"):
            counts = [int(row[name]) for name in ("links", "wrong", "n", "wrong_n")]
            _add(found, (of, row["rule"], row["kind"]), counts)
            _add(found, (of, row["rule"], ALL), counts)
    for row in _rows(folder / "gate.csv"):
        if row["several_hands"] == "yes":
            counts = [int(row["transactions"]), int(row["safe"])] * 2
            _add(found, ("gate", GATE, row["kind"]), counts)
            _add(found, ("gate", GATE, ALL), counts)
    return found


def _add(found: Counts, key: tuple[str, str, str], counts: Sequence[int]) -> None:
    found[key] = [a + b for a, b in zip(found.get(key, [0] * 4), counts, strict=True)]


Figures = dict[tuple[str, str, str], list[tuple[float, float, float]]]
"""By kind of figure, name and place: its value and both ends of its interval, in each world."""


def _figures(folder: Path) -> Figures:
    found: Figures = {}
    for row in _rows(folder / "clusters.csv"):
        for name in CLUSTER_INTERVALS:
            _note(found, ("clusters", name, row["tier"]), row, name)
    for row in _rows(folder / "taint.csv"):
        _note(found, ("taint", f"l1 of {row['policy']}", row["sort"]), row, "l1")
    for row in _rows(folder / "vote.csv"):
        ends = [row["abstained_low"], row["abstained_high"]]
        if all(ends):
            share = int(row["abstained"]) / max(1, int(row["transactions"]))
            found.setdefault(("silence", "no change named", ALL), []).append(
                (share, float(ends[0]), float(ends[1]))
            )
    return found


def _note(found: Figures, key: tuple[str, str, str], row: Row, name: str) -> None:
    numbers = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    if all(numbers):
        value, low, high = map(float, numbers)
        found.setdefault(key, []).append((value, low, high))


def _figure_changes(old: Figures, new: Figures) -> Iterator[RateChange]:
    for key in sorted(old.keys() & new.keys()):
        before, after = (
            Rate(*(round(ONE * sum(column) / len(column)) for column in zip(*side[key], strict=True)))
            for side in (old, new)
        )
        yield RateChange(*key, before, after, "itself", _apart(before, after))


def _rows(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            f"`{path}` is not there", hint="name a folder that `cointrail evaluate run` wrote", path=str(path)
        ) from error
