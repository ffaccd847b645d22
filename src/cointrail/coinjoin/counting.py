"""Count mappings within limits, and say by name what was not decided.

The limits are steps and picks, never the clock, so the same amounts end the same way on any machine.
A clock stands behind them as a guard; when it strikes, the result says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, isqrt, log2, prod

import numpy as np
import numpy.typing as npt

from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.mappings import MOST_CHANGE, Counts, Model, OutOfSteps, count_plainly, share_out
from cointrail.coinjoin.sides import MOST_PICKS, Side, side_of
from cointrail.kernel.mappings import (
    InPicks,
    OutPicks,
    Room,
    Ways,
    Windows,
    count_rows,
    find_apart,
    sum_links,
)

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

MOST_STATES = 1 << 22
"""Most states that are held: 24 bytes each, 100 MB."""

MOST_STEPS = 1_000_000_000
"""Steps of one count when nothing else is asked: 5 to 10 s on a machine of 2024."""

MOST_SECONDS = 600
"""The guard behind the steps. Source: Boltzmann's limit."""

PLAIN_PAIRS = 200_000
"""Up to so many pairs of a state and a block within it, the plain definition is quick enough."""

MOST_EQUAL = 1_000
"""Most equal parts of a side: their binomial coefficients are still floats."""

_PAUSE = 50_000_000
"""Steps between two looks at the clock."""

_WORD = 63
"""Bits that a count modulo 2^64 is trusted with, one kept back for the rounding of the rough one."""

_WHOLE_WORD = 1 << 64
_PRIME_BITS = 30


class Stop(StrEnum):
    """How a count ended."""

    COMPLETE = "complete"
    STEPS = "timeout: steps"
    """The limit on steps; the same on any machine."""
    SECONDS = "timeout: seconds"
    """The clock; another machine may have got further."""
    PICKS = "timeout: too many different amounts"
    """A side has more picks than are laid out."""
    STATES = "timeout: too many sums that balance"
    """More states than are held."""
    NUMBER = "timeout: the count is beyond 10^300"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far to count."""

    steps: int = MOST_STEPS
    seconds: float = MOST_SECONDS


@dataclass(frozen=True, slots=True)
class Counted:
    """A count, or why there is none. `counts` is None exactly where `stop` is not COMPLETE."""

    stop: Stop
    counts: Counts | None
    steps: int


def count_mappings(
    amounts: Amounts, model: Model, limits: Limits | None = None, *, plain_up_to: int = PLAIN_PAIRS
) -> Counted:
    """Count the mappings of a transaction whose blocks take what `model` allows.

    Args:
        amounts: the transaction.
        model: what a block may take.
        limits: how far to count.
        plain_up_to: pairs of a state and a block for which the definition itself is asked.
    """
    limits = limits or Limits()
    ins, outs = side_of(amounts.inputs), side_of(amounts.outputs)
    if len(amounts.inputs) == 1 and model.denomination is None:
        return Counted(Stop.COMPLETE, Counts(1, 1, (tuple(1 for _ in outs.counts),), 0), 0)
    if max(ins.n_picks, outs.n_picks) > MOST_PICKS or max(*ins.counts, *outs.counts) > MOST_EQUAL:
        return Counted(Stop.PICKS, None, 0)
    if _pairs(ins) * _pairs(outs) <= plain_up_to:
        try:
            counts = count_plainly(ins, outs, amounts, model, limits.steps)
        except OutOfSteps:
            return Counted(Stop.STEPS, None, limits.steps)
        return Counted(Stop.COMPLETE, counts, counts.steps)
    return _Count(ins, outs, amounts, model).run(limits)


def _pairs(side: Side) -> int:
    return prod((n + 1) * (n + 2) // 2 for n in side.counts)


class _Layout:
    """Both sides laid out for the kernel."""

    def __init__(self, ins: Side, outs: Side, amounts: Amounts) -> None:
        in_totals, in_codes = ins.lay_out()
        out_totals, out_codes = outs.lay_out()
        self.number = np.argsort(out_totals, kind="stable")
        self.totals, self.in_totals, self.in_codes = out_totals[self.number], in_totals, in_codes
        self.codes = out_codes[self.number]
        self.rank = np.empty_like(self.number)
        self.rank[self.number] = np.arange(len(self.number))
        self.block_low, self.block_high = self.window(amounts.gain, amounts.loss)
        self.block_low[0] = self.block_high[0] = 0
        room = amounts.gain * min(sum(ins.counts), sum(outs.counts))
        self.low, self.high = self.window(room, int(in_totals[-1] - out_totals.max()) + room)
        self.low[0], self.high[0] = 0, 1
        self.n_states = int((self.high - self.low).sum())

    def window(self, gain: int, loss: int) -> tuple[I64, I64]:
        """For each pick of inputs, the ranks of outputs with -gain <= brought - taken <= loss."""
        low = np.searchsorted(self.totals, self.in_totals - loss, side="left")
        return low, np.searchsorted(self.totals, self.in_totals + gain, side="right")


class _Count:
    def __init__(self, ins: Side, outs: Side, amounts: Amounts, model: Model) -> None:
        self.ins, self.outs = ins, outs
        laid = self.laid = _Layout(ins, outs, amounts)
        counts = np.array(ins.counts, dtype=np.int64)
        self.in_picks = InPicks(
            counts,
            np.array(ins.strides, dtype=np.int64),
            np.array(ins.shifts, dtype=np.int64),
            np.array([(1 << n.bit_length()) - 1 for n in ins.counts], dtype=np.int64),
            ins.guard,
            laid.in_codes,
            np.flatnonzero(laid.block_high > laid.block_low),
            int(max(ins.counts) > 1),
        )
        self.out_picks = OutPicks(
            np.array(outs.shifts, dtype=np.int64),
            np.array([(1 << n.bit_length()) - 1 for n in outs.counts], dtype=np.int64),
            outs.guard,
            laid.codes,
            laid.number,
            _allowed(outs, model, laid.number),
            laid.rank,
            int(max(outs.counts) > 1),
        )

    def run(self, limits: Limits) -> Counted:
        laid = self.laid
        if laid.n_states > MOST_STATES:
            return Counted(Stop.STATES, None, 0)
        start = np.concatenate([[0], np.cumsum(laid.high - laid.low)[:-1]])
        at = Windows(laid.low, laid.high, start, laid.block_low, laid.block_high)
        room = _room(len(self.ins.counts), laid.n_states)
        deadline = time.monotonic() + limits.seconds
        wrapped, stop = self._pass(at, room, _WHOLE_WORD, limits.steps, deadline)
        steps = int(room.steps[0])
        if wrapped is None:
            return Counted(stop, None, min(steps, limits.steps))
        largest = room.rough[-1] * max(self.ins.counts) * max(self.outs.counts)
        if not np.isfinite(largest):
            return Counted(Stop.NUMBER, None, steps)
        residues, moduli, bits = [wrapped], [_WHOLE_WORD], log2(max(largest, 1)) + 1
        passes = 1 + max(0, ceil((bits - _WORD) / _PRIME_BITS))
        if passes * steps > limits.steps:
            return Counted(Stop.STEPS, None, limits.steps)
        primes = _primes()
        while _WORD + _PRIME_BITS * (len(moduli) - 1) < bits:
            moduli.append(next(primes))
            found, stop = self._pass(at, room, moduli[-1], limits.steps, deadline)
            if found is None:
                return Counted(stop, None, steps)
            residues.append(found)
        return Counted(Stop.COMPLETE, self._counts(_join(residues, moduli), passes * steps), passes * steps)

    def _pass(
        self, at: Windows, room: Room, modulus: int, most: int, deadline: float
    ) -> tuple[list[int] | None, Stop]:
        """All figures of one count modulo a number: mappings, non-derived ones, links row by row."""
        for array in (room.mappings, room.non_derived, room.rough, room.steps):
            array.fill(0)
        room.mappings[0] = room.non_derived[0] = 1
        room.rough[0] = 1
        ways = _ways(max(*self.ins.counts, *self.outs.counts), modulus)
        row = 1
        while 0 < row < self.ins.n_picks:
            if time.monotonic() > deadline:
                return None, Stop.SECONDS
            row = count_rows(self.in_picks, self.out_picks, at, ways, room, row, most, _PAUSE)
        if row < 0:
            return None, Stop.STEPS
        width = len(self.outs.counts)
        together = np.zeros(len(self.ins.counts) * width, dtype=np.uint64)
        sum_links(self.in_picks, self.out_picks, at, ways, room, np.zeros(width, dtype=np.uint64), together)
        whole = [room.mappings[-1], room.non_derived[-1]]
        return [int(n) for n in (*whole, *together)], Stop.COMPLETE

    def _counts(self, figures: Sequence[int], steps: int) -> Counts:
        width = len(self.outs.counts)
        links = figures[2:]
        rows = [list(links[k : k + width]) for k in range(0, len(links), width)]
        return Counts(figures[0], figures[1], share_out(rows, self.ins, self.outs), steps)


def _allowed(outs: Side, model: Model, numbers: I64) -> U8:
    """Twin of `Model.allows` over many picks."""
    digits = [
        numbers // stride % (count + 1) for stride, count in zip(outs.strides, outs.counts, strict=True)
    ]
    taken = sum(digits, start=np.zeros_like(numbers))
    if model.denomination is None:
        fits = (taken > 0) | model.fee_only
    else:
        equal = digits[outs.values.index(model.denomination)]
        fits = (equal == 1) & (taken - equal <= MOST_CHANGE)
    return np.asarray(fits, dtype=np.uint8)


def _ways(largest: int, modulus: int) -> Ways:
    """Pascal's triangle up to `largest`, modulo a number and as floats."""
    width = largest + 1
    exact, rough = np.zeros((width, width), dtype=np.uint64), np.zeros((width, width))
    exact[:, 0] = rough[:, 0] = 1
    for n in range(1, width):
        exact[n, 1:] = exact[n - 1, 1:] + exact[n - 1, :-1]
        rough[n, 1:] = rough[n - 1, 1:] + rough[n - 1, :-1]
        if modulus != _WHOLE_WORD:
            exact[n] %= np.uint64(modulus)
    named = np.array([modulus % _WHOLE_WORD], dtype=np.uint64)
    return Ways(named, exact.ravel(), rough.ravel(), width)


def _primes() -> Iterator[int]:
    """Primes below 2^31, the largest first."""
    for n in range((1 << 31) - 1, 1 << _PRIME_BITS, -2):
        if all(n % k for k in range(3, isqrt(n) + 1, 2)):
            yield n


def _join(residues: Sequence[Sequence[int]], moduli: Sequence[int]) -> list[int]:
    """The numbers below the product of the moduli that leave these residues."""
    found, product = list(residues[0]), moduli[0]
    for more, modulus in zip(residues[1:], moduli[1:], strict=True):
        inverse = pow(product, -1, modulus)
        found = [x + product * ((r - x) * inverse % modulus) for x, r in zip(found, more, strict=True)]
        product *= modulus
    return found


def _room(classes: int, states: int) -> Room:
    return Room(
        np.zeros(classes, dtype=np.int64),
        np.zeros(classes, dtype=np.int64),
        np.zeros(states, dtype=np.uint64),
        np.zeros(states, dtype=np.uint64),
        np.zeros(states, dtype=np.float64),
        np.zeros(1, dtype=np.int64),
    )


def find_links(amounts: Amounts, model: Model, limits: Limits | None = None) -> tuple[Stop, Links]:
    """For each part of the inputs, the parts of the outputs that no mapping holds apart from it.

    It asks for two parts that fit, which is far less than a count: whatever cuts finer can be merged to
    two. That is so only where no party gains, so `amounts.gain` must be 0.

    Returns:
        How the search ended, and pairs of part numbers; none unless it is complete.
    """
    assert amounts.gain == 0
    limits = limits or Limits()
    ins, outs = side_of(amounts.inputs), side_of(amounts.outputs)
    if max(ins.n_picks, outs.n_picks) > MOST_PICKS:
        return Stop.PICKS, frozenset()
    laid = _Layout(ins, outs, amounts)
    has = _bits(ins, np.arange(ins.n_picks), lacking=False)
    lacks = _bits(outs, laid.number, lacking=True)
    has[-1] = 0
    if not model.fee_only:
        lacks[0] = 0
    apart = np.zeros(len(ins.counts) + 1, dtype=np.int64)
    apart[-1] = (1 << len(outs.counts)) - 1
    if find_apart(has, lacks, laid.block_low, laid.block_high, apart, limits.steps) < 0:
        return Stop.STEPS, frozenset()
    return Stop.COMPLETE, frozenset(
        (k, j)
        for k, c in enumerate(ins.class_of)
        for j, d in enumerate(outs.class_of)
        if not int(apart[c]) >> d & 1
    )


Links = frozenset[tuple[int, int]]
"""Pairs of part numbers, inputs first."""


def _bits(side: Side, numbers: I64, *, lacking: bool) -> I64:
    """For each pick the classes it takes some of, or leaves some of, as bits."""
    found = np.zeros_like(numbers)
    for k, (stride, count) in enumerate(zip(side.strides, side.counts, strict=True)):
        digit = numbers // stride % (count + 1)
        found |= ((digit < count) if lacking else (digit > 0)).astype(np.int64) << k
    return found
