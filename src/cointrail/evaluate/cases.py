"""Every statement of case runs on demo worlds against what is true there, by class and by case.

A statement is a row of a case's tables: an output called a payment, a same-hand lead to a withdrawal, a
deposit said to be by the service's own hand. Statements about one hand fail together, so bounds and
intervals rest on hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.evaluate.bootstrap import Interval, ratio_interval
from cointrail.evaluate.demo import DemoTruth, Row, read_rows
from cointrail.evaluate.intervals import ONE, interval, upper_bound

Array = npt.NDArray[Any]

PAYMENT, LEAD, PROCEED = "payment", "lead", "deposit of proceeds"
CLASSES = (PAYMENT, LEAD, PROCEED)

ALL_TIERS = "all"

BOUND_COLUMN = "error_bound_ppm"
"""Where a case's table states the bound of a row; empty where it was not measured."""


class Said(NamedTuple):
    """One statement."""

    kind: str
    tier: str
    hand: str
    """Whom it is about."""
    wrong: bool
    stated_ppm: int | None
    """The bound that stands beside it; None where the statement has none."""


class Meant(NamedTuple):
    """Something that a perfect method would state."""

    kind: str
    hand: str
    found: bool


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case: what it said and what it should have said."""

    name: str
    said: tuple[Said, ...]
    meant: tuple[Meant, ...]


@dataclass(frozen=True, slots=True)
class StatementRate:
    """Statements of one class and tier, in one case or in all.

    Attributes:
        case: its name; `all` for all together.
        kind: class.
        tier: weakest link that the statements rest on; `all` for the whole class.
        said: statements.
        wrong: of these.
        wrong_interval: of their share, by drawing hands again.
        hands: whom they are about.
        wrong_hands: of these, one statement of each drawn by lot, those that were wrong.
        bound_ppm: upper bound from these, one-sided, 95 %.
        stated_ppm: mean of the bounds that stand beside the statements; None where there are none.
        holds: whether the share is within what was stated, as far as hands can tell.
        true: what there was to be found; only of a class as a whole.
        found: of these.
        found_interval: of the share found, by drawing hands again.
    """

    case: str
    kind: str
    tier: str
    said: int
    wrong: int
    wrong_interval: Interval | None
    hands: int
    wrong_hands: int
    bound_ppm: int
    stated_ppm: int | None
    holds: bool | None
    true: int | None
    found: int | None
    found_interval: Interval | None


def case_facts(name: str, world: Path, case_dir: Path) -> CaseFacts:
    """The statements of one case run, judged.

    Raises:
        NotFound: a file is missing.
    """
    truth = DemoTruth(world / "truth")
    payments = [row for row in read_rows(case_dir / "payments.csv") if row["class"] == "payment"]
    leads = [row for row in read_rows(case_dir / "leads.csv") if row["hand"] == "same_hand"]
    proceeds = [row for row in read_rows(case_dir / "proceeds.csv") if row["hand"]]
    said = [
        *_payments(truth, payments),
        *_leads(truth, leads),
        *_proceeds(truth, [row for row in proceeds if row["hand"] == "same_hand"]),
    ]
    listed = {row["outpoint"] for row in payments}
    right = {row["payment"] for row in leads if _names_payer(truth, row)}
    reached = {row["end_outpoint"] for row in proceeds}
    own = {point: who for point, who in truth.deposits.items() if who in truth.services}
    meant = [
        *(Meant(PAYMENT, who, point in listed) for point, who in truth.payers.items()),
        *(Meant(LEAD, truth.payers[point], point in right) for point in sorted(truth.funded)),
        *(Meant(PROCEED, who, point in reached) for point, who in own.items()),
    ]
    return CaseFacts(name, tuple(said), tuple(meant))


def _payments(truth: DemoTruth, rows: Iterable[Row]) -> Iterator[Said]:
    for row in rows:
        payer = truth.payers.get(row["outpoint"])
        yield Said(PAYMENT, "", payer or row["outpoint"], payer is None, _stated(row))


def _leads(truth: DemoTruth, rows: Iterable[Row]) -> Iterator[Said]:
    for row in rows:
        hand = truth.payers.get(row["payment"], row["payment"])
        yield Said(LEAD, row["weakest_tier"], hand, not _names_payer(truth, row), _stated(row))


def _names_payer(truth: DemoTruth, row: Row) -> bool:
    customer = truth.withdrawals.get(row["withdrawal_outpoint"])
    return customer is not None and customer == truth.payers.get(row["payment"])


def _proceeds(truth: DemoTruth, rows: Iterable[Row]) -> Iterator[Said]:
    for row in rows:
        customer = truth.deposits.get(row["end_outpoint"])
        wrong = customer not in truth.services
        yield Said(PROCEED, row["weakest_tier"], customer or row["end_outpoint"], wrong, _stated(row))


def _stated(row: Row) -> int | None:
    bound = row.get(BOUND_COLUMN)
    return int(bound) if bound else None


def statement_rates(cases: Sequence[CaseFacts], seed: int = 0) -> tuple[StatementRate, ...]:
    """Rates of every class and tier, of each case and then of all together.

    Args:
        cases: the same hands never appear in two of them.
        seed: of the lot and of the draws.
    """
    rates = [rate for case in cases for rate in _rates(case.name, [case], seed)]
    return (*rates, *_rates("all", cases, seed))


def _rates(name: str, cases: Sequence[CaseFacts], seed: int) -> Iterator[StatementRate]:
    said = [one._replace(hand=f"{case.name}\n{one.hand}") for case in cases for one in case.said]
    meant = [one._replace(hand=f"{case.name}\n{one.hand}") for case in cases for one in case.meant]
    for kind in CLASSES:
        of_kind = [one for one in said if one.kind == kind]
        yield _rate((name, kind, ALL_TIERS), of_kind, [one for one in meant if one.kind == kind], seed)
        for tier in sorted({one.tier for one in of_kind} - {""}):
            yield _rate((name, kind, tier), [one for one in of_kind if one.tier == tier], None, seed)


def _rate(
    key: tuple[str, str, str], said: Sequence[Said], meant: Sequence[Meant] | None, seed: int
) -> StatementRate:
    wrong, count, drawn = _by_hand([one.hand for one in said], [one.wrong for one in said], seed)
    stated = [one.stated_ppm for one in said if one.stated_ppm is not None]
    mean = sum(stated) // len(stated) if stated else None
    bad = int(drawn.sum())
    hits = _by_hand([one.hand for one in meant or ()], [one.found for one in meant or ()], seed)
    return StatementRate(
        *key,
        said=len(said),
        wrong=sum(one.wrong for one in said),
        wrong_interval=ratio_interval(wrong, count, seed=seed),
        hands=len(count),
        wrong_hands=bad,
        bound_ppm=upper_bound(bad, len(count)) if len(count) else ONE,
        stated_ppm=mean,
        holds=None if mean is None or not len(count) else interval(bad, len(count))[0] <= mean,
        true=None if meant is None else len(meant),
        found=None if meant is None else sum(one.found for one in meant),
        found_interval=ratio_interval(hits[0], hits[1], seed=seed),
    )


def _by_hand(
    hands: Sequence[str], marks: Sequence[bool], seed: int
) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Per hand how many are marked and how many there are; and whether one that is drawn by lot is marked."""
    lot = np.random.default_rng(seed).permutation(len(hands))
    names, first, place = np.unique(np.array(hands, str)[lot], return_index=True, return_inverse=True)
    marked = np.array(marks, np.bool_)[lot]
    counts = np.bincount(place, minlength=len(names))
    return np.bincount(place, marked.astype(np.float64), minlength=len(names)), counts, marked[first]
