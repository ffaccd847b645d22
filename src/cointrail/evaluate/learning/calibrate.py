"""From sums to statements: probabilities, the cut, and the kinds of transactions in which a model may speak.

All of it from calibration worlds, which the trees have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.error_rates.tiers import ALLOWED_PPM
from cointrail.evaluate.intervals import ONE, upper_bound
from cointrail.evaluate.learning.samples import Samples
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.features import STRATA
from cointrail.heuristics.change.model import ENOUGH_HANDS

I64 = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

FALSE_POSITIVES_PPM = 1_000
"""Of outputs that are not the sender's, at most so many are picked: the upper bound. methods.md 2.11, 9.2."""

NEVER = 1 << 40
"""The cut of a model that may not speak anywhere; no sum reaches it."""

CUTS = 400
"""Cuts that are tried, at evenly spaced ranks of the sums."""


@dataclass(frozen=True, slots=True)
class Picks:
    """What a cut picks: per transaction the row of its one output, or -1."""

    row: I64
    own: Marks
    """Whether it is the sender's; False where none is picked."""

    @property
    def spoke(self) -> Marks:
        """Transactions with a pick."""
        found: Marks = self.row >= 0
        return found


def picks_of(samples: Samples, scores: I64, cut: int) -> Picks:
    """The output of each transaction whose sum reaches the cut, where no other's does."""
    hit = scores >= cut
    count = np.bincount(samples.tx[hit], minlength=len(samples.hand))
    row = np.full(len(samples.hand), -1, np.int64)
    row[samples.tx[hit]] = np.flatnonzero(hit)
    row[count != 1] = -1
    own = samples.own[row] & (row >= 0) if len(samples.own) else np.zeros(len(row), np.bool_)
    return Picks(row, own)


def probability_steps(samples: Samples, scores: I64) -> tuple[tuple[int, int], ...]:
    """From which sum on which part of outputs stays with the sender, in ppm: isotonic regression.

    Source: Zadrozny and Elkan, KDD 2002. Blocks are pooled until shares ascend (Ayer et al. 1955).
    """
    order = np.argsort(scores, kind="stable")
    sums, first = np.unique(scores[order], return_index=True)
    kept = np.add.reduceat(samples.own[order].astype(np.int64), first)
    size = np.diff(np.append(first, len(order)))
    blocks: list[tuple[int, int, int]] = []
    for sum_, own, n in zip(sums.tolist(), kept.tolist(), size.tolist(), strict=True):
        start, right, count = sum_, own, n
        while blocks and blocks[-1][1] * count >= right * blocks[-1][2]:
            start, more, among = blocks.pop()
            right, count = right + more, count + among
        blocks.append((start, right, count))
    return tuple((start, ONE * right // count) for start, right, count in blocks)


def hands_of(samples: Samples) -> tuple[int, ...]:
    """Per stratum, how many hands sent a transaction in it."""
    pairs = np.unique(samples.stratum * (1 << 40) + samples.hand)
    return tuple(np.bincount(pairs >> 40, minlength=len(STRATA)).tolist())


def choose_cut(samples: Samples, scores: I64, known: Marks) -> int:
    """The least cut with false positives below `FALSE_POSITIVES_PPM`, and wrong picks below T3's target.

    Args:
        samples: of calibration worlds.
        scores: of their rows.
        known: per stratum, whether it had enough hands in training.

    Returns:
        `NEVER` where there are too few outputs to show that any cut is good enough: such a model keeps quiet.
    """
    usable = known[samples.stratum]
    foreign = ~samples.own & usable[samples.tx]
    ranks = np.linspace(0, len(scores) - 1, CUTS).astype(np.int64)
    best = NEVER
    for cut in np.unique(np.sort(scores)[ranks])[::-1].tolist():
        picks = picks_of(samples, scores, cut)
        spoke = picks.spoke & usable
        wrong = int((spoke & ~picks.own).sum())
        false = upper_bound(wrong, max(1, int(foreign.sum())))
        share = upper_bound(wrong, max(1, int(spoke.sum())))
        if false > FALSE_POSITIVES_PPM or (best != NEVER and share > ALLOWED_PPM[Tier.T3]):
            break
        if share <= ALLOWED_PPM[Tier.T3]:
            best = cut
    return best


def known_strata(samples: Samples, scores: I64, cut: int, hands: tuple[int, ...]) -> Marks:
    """The strata in which the model may speak: enough hands in training, and no more wrong than T3 allows.

    In a stratum with too few hands in calibration the share of wrong picks is taken as it is.
    """
    if cut == NEVER:
        return np.zeros(len(hands), np.bool_)
    picks = picks_of(samples, scores, cut)
    known = np.array(hands) >= ENOUGH_HANDS
    for place in np.flatnonzero(known).tolist():
        spoke = picks.spoke & (samples.stratum == place)
        wrong = int((spoke & ~picks.own).sum())
        known[place] = wrong * ONE <= ALLOWED_PPM[Tier.T3] * int(spoke.sum())
    return known
