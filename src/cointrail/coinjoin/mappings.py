"""Mappings: the ways to cut a transaction into blocks that fit. This is the definition.

Every mapping counts, one block of all among them; one whose blocks cannot be cut further is
**non-derived**, the others are coarsenings of such. Source: Maurer et al. 2017; LaurentMT, Boltzmann.

A state is a pick of inputs and a pick of outputs. The mappings of a state are those with a block that
holds its first input, times those of the state that this block leaves; parts are told apart, so a
block counts as often as it can be picked. Counting is by states, so coarsenings cost nothing.
`cointrail.kernel.mappings` is the twin that is used where this would be slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.sides import Side


@dataclass(frozen=True, slots=True)
class Model:
    """What outputs one party may take.

    Attributes:
        fee_only: it may take none and pay towards the fee, as Boltzmann counts.
        denomination: it takes exactly one output of this value, and of all others at most one: its
            change. None: it takes any.
    """

    fee_only: bool = True
    denomination: int | None = None

    def allows(self, outs: Side, digits: Sequence[int]) -> bool:
        """Whether a block may have a pick of `outs` with these digits."""
        if self.denomination is None:
            return self.fee_only or any(digits)
        equal = digits[outs.values.index(self.denomination)]
        return equal == 1 and sum(digits) - equal <= MOST_CHANGE


MOST_CHANGE = 1
"""Change outputs of one party in the one-to-one model. Source: JoinMarket; ZeroLink."""

MANY_TO_MANY = Model()


class OutOfSteps(Exception):  # noqa: N818 -- control flow of a search; callers make it a stated result
    """The search was given up."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What counting gives.

    Attributes:
        mappings: of the whole transaction; 0 where a model allows none.
        non_derived: those whose blocks cannot be cut further.
        together: for each class of inputs and class of outputs, in how many mappings one input and
            one output of theirs share a block.
        steps: what it took; the same for the same amounts anywhere.
    """

    mappings: int
    non_derived: int
    together: tuple[tuple[int, ...], ...]
    steps: int


@dataclass
class _Counter:
    ins: Side
    outs: Side
    amounts: Amounts
    model: Model
    most_steps: int
    steps: int = 0
    found: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """(input pick, output pick) -> mappings, non-derived ones."""

    def __post_init__(self) -> None:
        self.in_totals = [self.ins.total(p) for p in range(self.ins.n_picks)]
        self.out_totals = [self.outs.total(p) for p in range(self.outs.n_picks)]
        self.out_digits = [self.outs.digits(p) for p in range(self.outs.n_picks)]
        self.found[0, 0] = (1, 1)
        room = self.amounts.gain * min(sum(self.ins.counts), sum(self.outs.counts))
        self.least, self.most = -room, self.in_totals[-1] - self.out_totals[-1] + room

    def is_block(self, ins: int, outs: int) -> bool:
        fits = self.amounts.fits(self.in_totals[ins], self.out_totals[outs])
        return fits and self.model.allows(self.outs, self.out_digits[outs])

    def is_state(self, ins: int, outs: int) -> bool:
        return self.least <= self.in_totals[ins] - self.out_totals[outs] <= self.most

    def tick(self) -> None:
        self.steps += 1
        if self.steps > self.most_steps:
            raise OutOfSteps

    def first_blocks(self, ins: int) -> Iterator[tuple[int, int]]:
        """Picks of `ins`, not all of it, that hold its first part, and in how many ways."""
        digits = self.ins.digits(ins)
        lead = next(k for k, held in enumerate(digits) if held)
        first = self.ins.strides[lead]
        for taken in product(*(range(held + (k != lead)) for k, held in enumerate(digits))):
            rest = sum(n * stride for n, stride in zip(taken, self.ins.strides, strict=True))
            if first + rest != ins:
                yield first + rest, self.ins.ways(rest, ins - first)

    def count_state(self, ins: int, outs: int) -> None:
        mappings = non_derived = 0
        for block_ins, in_ways in self.first_blocks(ins):
            self.tick()
            for block_outs in range(outs + 1):
                left = self.found.get((ins - block_ins, outs - block_outs), (0, 0))
                out_ways = self.outs.ways(block_outs, outs)
                if out_ways and left[0] and self.is_block(block_ins, block_outs):
                    self.tick()
                    mappings += in_ways * out_ways * left[0]
                    if self.found[block_ins, block_outs][0] == 1:
                        non_derived += in_ways * out_ways * left[1]
        if self.is_block(ins, outs):
            non_derived += not mappings
            mappings += 1
        if mappings:
            self.found[ins, outs] = (mappings, non_derived)

    def together(self) -> tuple[tuple[int, ...], ...]:
        sums = [[0] * len(self.outs.counts) for _ in self.ins.counts]
        all_ins, all_outs = self.ins.n_picks - 1, self.outs.n_picks - 1
        for ins in range(1, self.ins.n_picks):
            for outs in range(self.outs.n_picks):
                left = self.found.get((all_ins - ins, all_outs - outs), (0, 0))[0]
                if left and self.is_block(ins, outs):
                    ways = self.ins.ways(ins, all_ins) * self.outs.ways(outs, all_outs) * left
                    for c, a in enumerate(self.ins.digits(ins)):
                        for d, b in enumerate(self.out_digits[outs]):
                            sums[c][d] += ways * a * b
        return share_out(sums, self.ins, self.outs)


def share_out(sums: list[list[int]], ins: Side, outs: Side) -> tuple[tuple[int, ...], ...]:
    """From sums over all parts of two classes to the figure of one part of each."""
    return tuple(
        tuple(total // (m * n) for total, n in zip(row, outs.counts, strict=True))
        for row, m in zip(sums, ins.counts, strict=True)
    )


def count_plainly(
    ins: Side, outs: Side, amounts: Amounts, model: Model = MANY_TO_MANY, most_steps: int = 10**9
) -> Counts:
    """Count the mappings of `amounts`, whose sides are `ins` and `outs`.

    Raises:
        OutOfSteps: more than `most_steps` were needed.
    """
    counter = _Counter(ins, outs, amounts, model, most_steps)
    for one in range(1, ins.n_picks):
        for other in range(outs.n_picks):
            if counter.is_state(one, other):
                counter.count_state(one, other)
    mappings, non_derived = counter.found.get((ins.n_picks - 1, outs.n_picks - 1), (0, 0))
    return Counts(mappings, non_derived, counter.together(), counter.steps)
