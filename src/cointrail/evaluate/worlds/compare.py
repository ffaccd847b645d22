"""Two evaluations side by side: where a rate moved, and whether chance explains it.

Reads the tables that `evaluate run` wrote. Rates stand on one link of each hand, so their intervals are those
of Clopper and Pearson; they part when they have nothing in common.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.intervals import ONE, interval
from cointrail.evaluate.worlds.strata import MARKS

Row = Mapping[str, str]

SEVERAL = "SAFE although several hands signed"
"""What the gate is compared by."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Wrong ones of one sort in one evaluation.

    Attributes:
        links: all, of every hand.
        wrong_links: of these.
        n: one of each hand; of the gate, transactions.
        wrong: of these.
        low_ppm: lower end of the interval of their share.
        high_ppm: upper end.
    """

    links: int
    wrong_links: int
    n: int
    wrong: int
    low_ppm: int
    high_ppm: int

    @property
    def share_ppm(self) -> int:
        """The share that was wrong, of one a hand."""
        return ONE * self.wrong // self.n if self.n else 0


@dataclass(frozen=True, slots=True)
class Change:
    """One sort of statement in two evaluations.

    Attributes:
        of: `stratum`, `kind` or `gate`.
        rule: with its version; the gate has none.
        where: marks of the stratum, or what the transactions truly are.
        before: in the first evaluation; None where it is not in it.
        after: in the second.
        against: whose interval `after` is held against: its own before, or the whole rule's before.
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
        """How far the share moved; from nothing, all of it."""
        before, after = (one.share_ppm if one else 0 for one in (self.before, self.after))
        return after - before


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two evaluations.

    Attributes:
        changes: every sort that is in either, those that parted first, then by how far they moved.
        only_before: worlds that only the first has, by name.
        only_after: worlds that only the second has.
        same: worlds with the same name and the same truth.
    """

    changes: tuple[Change, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    same: int


def compare_runs(before: Path, after: Path) -> RunComparison:
    """Compare two folders that `evaluate run` wrote.

    Raises:
        NotFound: a table is missing.
        BadInput: a table is not what `evaluate run` writes.
    """
    try:
        found = [
            *_changes("stratum", _strata(before), _strata(after)),
            *_changes("kind", _kinds(before), _kinds(after)),
            *_changes("gate", _gate(before), _gate(after)),
        ]
        worlds = [
            {(row["world"], row["truth_digest"]) for row in _rows(folder / "worlds.csv")}
            for folder in (before, after)
        ]
    except (KeyError, ValueError) as error:
        raise BadInput(
            f"the tables are not those of `evaluate run`: {error}", hint="evaluate both runs anew"
        ) from error
    return RunComparison(
        tuple(sorted(found, key=lambda one: (not one.parted, -abs(one.moved_ppm), one.rule, one.where))),
        tuple(sorted(name for name, _ in worlds[0] - worlds[1])),
        tuple(sorted(name for name, _ in worlds[1] - worlds[0])),
        len(worlds[0] & worlds[1]),
    )


Rates = dict[tuple[str, str], Rate]
"""By rule and where."""


def _changes(of: str, before: Rates, after: Rates) -> Iterator[Change]:
    whole = _by_rule(before)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        held = old or whole.get(key[0])
        parted = held is not None and new is not None and _apart(held, new)
        yield Change(of, *key, old, new, "the same before" if old else "the whole rule before", parted)


def _apart(one: Rate, other: Rate) -> bool:
    return bool(one.n and other.n) and (one.high_ppm < other.low_ppm or other.high_ppm < one.low_ppm)


def _by_rule(rates: Rates) -> dict[str, Rate]:
    """The sums of every rule: what a sort that was not there before is held against."""
    sums: dict[str, list[int]] = {}
    for (rule, where), rate in rates.items():
        if "," not in where:
            counts = rate.links, rate.wrong_links, rate.n, rate.wrong
            sums[rule] = [a + b for a, b in zip(sums.get(rule, [0] * 4), counts, strict=True)]
    return {rule: _rate(*counts) for rule, counts in sums.items()}


def _strata(folder: Path) -> Rates:
    return {
        (row["rule"], ", ".join(row[mark] for mark in MARKS[1:] if row[mark]) or "all"): _rate(
            *(int(row[name]) for name in ("links", "wrong_links", "n", "wrong"))
        )
        for row in _rows(folder / "strata.csv")
    }


def _kinds(folder: Path) -> Rates:
    names = ("links", "wrong", "n", "wrong_n")
    return {
        (row["rule"], row["kind"]): _rate(*(int(row[name]) for name in names))
        for row in _rows(folder / "kinds.csv")
    }


def _gate(folder: Path) -> Rates:
    sums: dict[tuple[str, str], list[int]] = {}
    for row in _rows(folder / "gate.csv"):
        if row["several_hands"] == "yes":
            total = sums.setdefault((SEVERAL, row["kind"]), [0, 0])
            total[0] += int(row["transactions"])
            total[1] += int(row["safe"])
    return {key: _rate(*counts, *counts) for key, counts in sums.items()}


def _rate(links: int, wrong_links: int, n: int, wrong: int) -> Rate:
    return Rate(links, wrong_links, n, wrong, *interval(wrong, n))


def _rows(path: Path) -> Iterable[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            f"`{path}` is not there", hint="name a folder that `cointrail evaluate run` wrote", path=str(path)
        ) from error


def moved(found: RunComparison) -> Sequence[Change]:
    """Changes that parted, and sorts that only one side has with something wrong in it."""
    return [
        one
        for one in found.changes
        if one.parted or ((one.before is None or one.after is None) and _wrong(one))
    ]


def _wrong(one: Change) -> bool:
    return any(rate is not None and rate.wrong_links for rate in (one.before, one.after))
