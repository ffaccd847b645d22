"""Generic tests for a join of equal outputs that also look at whether every participant could pay its part.

Detectors for analysis, not reasons of the gate: they cost a search. A search that takes too many steps says
so; that is no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum

from cointrail.heuristics.base import rule
from cointrail.heuristics.coinjoin import equal_outputs
from cointrail.heuristics.shape import Shape, most_frequent

MIN_FEE_SAT = 10_000
FEE_TEN_THOUSANDTHS = 100
"""What a participant may earn from the others: 10,000 sat, or one in a hundred of the equal value. Our
choice; BlockSci leaves both to its caller."""

MAX_STEPS = 100_000
"""Assignments of a sum to a bucket that a search makes at most. Our choice: a tenth of a second."""


MAX_HANDS = 200
"""Hands with which a search begins at all. Our choice: more than any protocol lets into a round but Wasabi's,
which have tests of their own."""


class Answer(Enum):
    """What a search found."""

    YES = "yes"
    NO = "no"
    TIMEOUT = "timeout"


@rule("coinjoin.extra", version=2)
def extra(shape: Shape, *, max_steps: int = MAX_STEPS) -> Answer:
    """The generic test, and every participant can pay its equal output with at most one of the others.

    Source: BlockSci, tx_identification.cpp, isCoinjoinExtra.
    Wrong when: the inputs of one payer happen to cover a batch of equal payments one by one.
    Abstains on: whatever `coinjoin.equal_outputs` abstains on; unknown inputs; searches of too many hands or
        steps, which it calls a timeout.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    if not shape.complete or not equal_outputs(shape):
        return Answer.NO
    mode, count = most_frequent(shape.all_out_values)
    rest = sorted((v for v in shape.all_out_values if v != mode), reverse=True)
    change = [*rest, *[0] * (count - len(rest))]
    wanted = [mode + more - _allowance(mode) for more in change]
    return fill(_brought(shape), wanted, max_steps=max_steps)


@rule("coinjoin.possible", version=2)
def possible(shape: Shape, *, max_steps: int = MAX_STEPS) -> Answer:
    """Two hands could each have paid one of two equal outputs that go back to no input.

    Source: BlockSci, tx_identification.cpp, isPossibleCoinjoin.
    Wrong when: somebody pays two people the same, which is common: it is a lead and no more.
    Abstains on: unknown inputs; searches of too many hands or steps, which it calls a timeout.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    own = set(shape.in_scripts)
    paid = [v for v, s in zip(shape.out_values, shape.out_scripts, strict=True) if s not in own]
    equal = min((v for v in set(paid) if paid.count(v) > 1), default=None)
    if equal is None or shape.signers < 2 or not shape.complete:
        return Answer.NO
    return fill(_brought(shape), [equal - _allowance(equal)] * 2, max_steps=max_steps)


def _allowance(equal: int) -> int:
    return max(MIN_FEE_SAT, equal * FEE_TEN_THOUSANDTHS // 10_000)


def _brought(shape: Shape) -> list[int]:
    """What each hand (distinct input script) brings."""
    sums: defaultdict[bytes, int] = defaultdict(int)
    for script, value in zip(shape.in_scripts, shape.in_values, strict=True):
        sums[script] += value
    return list(sums.values())


def fill(sums: Sequence[int], buckets: Sequence[int], *, max_steps: int = MAX_STEPS) -> Answer:
    """Whether the sums can be put into buckets, each whole into one, so that every bucket is full.

    A bucket may run over, so no sum need be left. An empty bucket, of nothing or less, still wants one sum:
    a participant brings something.
    """
    if len(sums) < len(buckets) or sum(sums) < sum(max(0, b) for b in buckets):
        return Answer.NO
    if len(sums) > MAX_HANDS:
        return Answer.TIMEOUT
    search = _Search(sorted(sums, reverse=True), max_steps)
    found = search.fill(0, sorted((max(1, b) for b in buckets), reverse=True))
    return Answer.YES if found else (Answer.TIMEOUT if search.steps_left <= 0 else Answer.NO)


class _Search:
    """Depth first, largest sums first, into one bucket of each size."""

    def __init__(self, sums: Sequence[int], max_steps: int) -> None:
        self._sums = sums
        self._left = [sum(sums[k:]) for k in range(len(sums) + 1)]
        self.steps_left = max_steps

    def fill(self, at: int, buckets: list[int]) -> bool:
        """Whether the sums from `at` on fill what the buckets still want."""
        if not buckets:
            return True
        if len(self._sums) - at < len(buckets) or self._left[at] < sum(buckets):
            return False
        for k, wanted in enumerate(buckets):
            if k and wanted == buckets[k - 1]:
                continue
            self.steps_left -= 1
            if self.steps_left <= 0:
                return False
            more = [wanted - self._sums[at]] if wanted > self._sums[at] else []
            if self.fill(at + 1, sorted([*buckets[:k], *more, *buckets[k + 1 :]], reverse=True)):
                return True
        return False
