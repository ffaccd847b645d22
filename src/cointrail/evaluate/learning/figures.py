"""How good a model is by itself, on samples of worlds that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.evaluate.bootstrap import ratio_interval
from cointrail.evaluate.intervals import ONE, upper_bound
from cointrail.evaluate.learning.calibrate import Picks, picks_of
from cointrail.evaluate.learning.samples import Samples
from cointrail.heuristics.change.features import STRATA
from cointrail.heuristics.change.model import ForestModel

I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
Interval = tuple[float, float] | None

BINS = 10
"""Points of the reliability diagram: outputs by stated probability, in tenths."""


@dataclass(frozen=True, slots=True)
class StratumFigure:
    """The model in one kind of transactions.

    Attributes:
        stratum: its name.
        hands: that it was trained on.
        known: whether the model speaks in it.
        payments: that the vote was asked about.
        spoke: of these, with a pick; as if the model spoke everywhere.
        wrong: of these.
        interval: of the wrong share, by drawing senders again.
    """

    stratum: str
    hands: int
    known: bool
    payments: int
    spoke: int
    wrong: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """Outputs with about the same stated probability.

    Attributes:
        outputs: how many.
        stated_ppm: the mean of what was stated.
        own: how many are the sender's.
        interval: of their share, by drawing senders again.
    """

    outputs: int
    stated_ppm: int
    own: int
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The model by itself; where it may speak, but for AUC and reliability, which are of all outputs.

    Attributes:
        payments: that the vote was asked about.
        outputs: of them.
        foreign: outputs that are not the sender's.
        spoke: payments with a pick.
        wrong: of these; each is also a foreign output that was picked.
        false_positive_bound_ppm: upper bound of the picked part of foreign outputs.
        wrong_interval: of the wrong share of picks, by drawing senders again.
        auc_ppm: chance that an output of the sender's has a greater sum than one that is not.
        brier_ppm: mean square of what is stated less what is.
        ece_ppm: expected calibration error over `BINS` bins.
        strata: by kind of transaction.
        reliability: stated against found.
    """

    payments: int
    outputs: int
    foreign: int
    spoke: int
    wrong: int
    false_positive_bound_ppm: int
    wrong_interval: Interval
    auc_ppm: int
    brier_ppm: int
    ece_ppm: int
    strata: tuple[StratumFigure, ...]
    reliability: tuple[ReliabilityPoint, ...]


def figures_of(model: ForestModel, samples: Samples, scores: I64, *, seed: int) -> Figures:
    """Measure a model.

    Args:
        model: that was trained and calibrated elsewhere.
        samples: of worlds that it has not seen.
        scores: what it says of their rows.
        seed: of the draws for intervals.
    """
    picks = picks_of(samples, scores, model.cut)
    usable = np.array(model.known)[samples.stratum]
    spoke = picks.spoke & usable
    wrong = spoke & ~picks.own
    foreign = int((~samples.own & usable[samples.tx]).sum())
    stated = _stated(model, scores)
    points = _reliability(samples, stated, seed)
    gaps = sum(abs(point.stated_ppm * point.outputs - ONE * point.own) for point in points)
    return Figures(
        payments=len(samples.hand),
        outputs=len(scores),
        foreign=foreign,
        spoke=int(spoke.sum()),
        wrong=int(wrong.sum()),
        false_positive_bound_ppm=upper_bound(int(wrong.sum()), max(1, foreign)),
        wrong_interval=_by_hands(samples.hand[spoke], wrong[spoke], seed),
        auc_ppm=_auc(samples.own, scores),
        brier_ppm=round(float(((stated / ONE - samples.own) ** 2).mean()) * ONE) if len(scores) else 0,
        ece_ppm=gaps // max(1, len(scores)),
        strata=tuple(_strata(model, samples, picks, seed)),
        reliability=points,
    )


def _stated(model: ForestModel, scores: I64) -> I64:
    """The calibrated probability of each sum, in ppm."""
    sums, ppm = (np.array(column, np.int64) for column in zip(*model.steps, strict=True))
    at = np.searchsorted(sums, scores, side="right") - 1
    found: I64 = np.where(at < 0, 0, ppm[at])
    return found


def _strata(model: ForestModel, samples: Samples, picks: Picks, seed: int) -> list[StratumFigure]:
    found = []
    for place, name in enumerate(STRATA):
        here = samples.stratum == place
        spoke = here & picks.spoke
        wrong = spoke & ~picks.own
        interval = _by_hands(samples.hand[spoke], wrong[spoke], seed)
        counts = int(here.sum()), int(spoke.sum()), int(wrong.sum())
        found.append(StratumFigure(name, model.hands[place], model.known[place], *counts, interval))
    return found


def _reliability(samples: Samples, stated: I64, seed: int) -> tuple[ReliabilityPoint, ...]:
    tenth = np.minimum(stated * BINS // ONE, BINS - 1)
    points = []
    for one in range(BINS):
        here = tenth == one
        if not here.any():
            continue
        own = samples.own[here]
        interval = _by_hands(samples.hand[samples.tx[here]], own, seed)
        points.append(ReliabilityPoint(len(own), int(stated[here].mean()), int(own.sum()), interval))
    return tuple(points)


def _by_hands(hands: Array, marked: Array, seed: int) -> Interval:
    """The interval of the marked share, by drawing hands again."""
    if not len(hands):
        return None
    _, place = np.unique(hands, return_inverse=True)
    return ratio_interval(np.bincount(place, marked.astype(np.float64)), np.bincount(place), seed=seed)


def _auc(own: Array, scores: I64) -> int:
    """The area under the ROC curve by ranks (Mann and Whitney), ties counted half."""
    positive = int(own.sum())
    negative = len(own) - positive
    if not positive or not negative:
        return ONE // 2
    sums, rank, count = np.unique(scores, return_inverse=True, return_counts=True)
    assert len(sums)
    middle = 2 * np.cumsum(count) - count + 1
    double = int(middle[rank][own].sum())
    return ONE * (double - positive * (positive + 1)) // (2 * positive * negative)
