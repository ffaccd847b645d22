"""One walk over outputs, backward or forward, each transaction once, every satoshi to a named end.

Value is carried by two policies side by side: FIFO as spans within each output, haircut as a share.
Transactions come in chain order (reversed when going back), so all branches that meet in one
transaction cross it together.

Branches that never left the hand of the start go first, so a budget is spent on them before it is
spent on strangers. A branch stays in the hand where whoever holds an output also signed the transaction
that made it: the output lies in the signers' cluster, or it is change at T3. Over weaker change it goes on
as a dashed branch, which is shown and not claimed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cointrail.heuristics.base import Tier
from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Crossing, Part
from cointrail.tracing.stops import Stop
from cointrail.tracing.taint import Span, cut_spans, haircut, join_spans, length_of


@dataclass(slots=True, eq=False)
class Reach:
    """An output that the walk came to, with the value it carries from the start."""

    output_num: int
    hops: int
    """Transactions between the start and this output, on the shortest path."""
    in_hand: bool
    """Whether every transaction between was signed by the hand of the start, at T3 or better."""
    spans: list[Span]
    """By FIFO: which satoshi of this output."""
    haircut_sat: int
    parent: Reach | None = None
    """The output before it on the shortest path; the first in chain order on a tie."""
    dashed: bool = False
    """Not in that hand by what may be claimed, but so if each weak change hop between holds."""

    @property
    def closeness(self) -> int:
        """0 in the hand of the start, 1 dashed, 2 outside: the order in which a walk goes on."""
        return 0 if self.in_hand else 1 if self.dashed else 2

    @property
    def fifo_sat(self) -> int:
        """Satoshi carried, by FIFO."""
        return length_of(self.spans)

    def path(self) -> tuple[int, ...]:
        """Outputs from the start to this one."""
        path: list[int] = []
        at: Reach | None = self
        while at is not None:
            path.append(at.output_num)
            at = at.parent
        return tuple(reversed(path))


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """The end of one branch and the value that ended there."""

    stop: Stop
    reach: Reach
    """Where; for a fee, the output whose spending paid it."""
    fifo_sat: int
    haircut_sat: int


class Step(NamedTuple):
    """A transaction that a walk crossed: by which outputs it came there, and to which it went on."""

    tx_num: int
    arrived: tuple[Reach, ...]
    went_on: tuple[Reach, ...]


def merge_ends(ends: Iterable[End]) -> tuple[End, ...]:
    """Ends of one output in one hand for one reason made one, with their sum and the shortest path.

    A walk visits a transaction up to three times: in the hand of the start, dashed, and outside it.
    """
    merged: dict[tuple[int, int, Stop], End] = {}
    for end in ends:
        key = (end.reach.output_num, end.reach.closeness, end.stop)
        known = merged.get(key)
        if known is None:
            merged[key] = end
        else:
            nearest = min(known.reach, end.reach, key=lambda reach: reach.hops)
            merged[key] = End(
                end.stop, nearest, known.fifo_sat + end.fifo_sat, known.haircut_sat + end.haircut_sat
            )
    return tuple(merged.values())


@dataclass(frozen=True, slots=True)
class Direction:
    """Which way a walk goes."""

    order: int
    """1: along the chain; -1: against it."""
    cross: Callable[[int], Crossing]
    kept: Callable[[int], Tier | None]
    """At which tier whoever holds an output also signed the transaction that made it; None: unknown."""


@dataclass(slots=True)
class Walker:
    """The state of one walk.

    Args:
        direction: which way.
        limits: how far.
        least_outside: satoshi that a branch outside that hand must carry, by some policy.
    """

    direction: Direction
    limits: Limits
    least_outside: int = 0
    ends: list[End] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    _reached: int = 1
    _heap: list[tuple[int, int]] = field(default_factory=list)
    _waiting: dict[tuple[int, int], list[Reach]] = field(default_factory=dict)

    def walk(self, start: Reach, next_tx: int) -> tuple[End, ...]:
        """Walk from `start`, whose next transaction is `next_tx`, until every branch has ended."""
        self._wait(start, next_tx)
        while self._heap:
            key = heapq.heappop(self._heap)
            self._visit(key[1] * self.direction.order, self._waiting.pop(key))
        return merge_ends(self.ends)

    def _wait(self, reach: Reach, tx_num: int) -> None:
        key = (reach.closeness, tx_num * self.direction.order)
        there = self._waiting.get(key)
        if there is None:
            self._waiting[key] = [reach]
            heapq.heappush(self._heap, key)
        else:
            there.append(reach)

    def _end(self, stop: Stop, reach: Reach) -> None:
        self.ends.append(End(stop, reach, reach.fifo_sat, reach.haircut_sat))

    def _visit(self, tx_num: int, reaches: list[Reach]) -> None:
        crossing = self.direction.cross(tx_num)
        stop = crossing.stop
        if stop is None and self._reached + len(crossing.parts) > self.limits.max_outputs:
            stop = Stop.OUTPUT_LIMIT
        going: list[Reach] = []
        for reach in reaches:
            if stop is not None:
                self._end(stop, reach)
            elif reach.hops >= self.limits.max_hops:
                self._end(Stop.HOP_LIMIT, reach)
            else:
                going.append(reach)
        if going:
            self._cross(tx_num, crossing, going)

    def _cross(self, tx_num: int, crossing: Crossing, going: list[Reach]) -> None:
        parent, closeness = self._parent(going)
        went_on: list[Reach] = []
        for part, spans, share in _spread(crossing, going):
            if part.output_num is None:
                self.ends.append(End(Stop.FEE, parent, length_of(spans), share))
                continue
            self._reached += 1
            reach = Reach(
                part.output_num, parent.hops + 1, closeness == 0, spans, share, parent, closeness == 1
            )
            went_on.append(reach)
            if part.stop is not None:
                self._end(part.stop, reach)
            else:
                self._go_on(reach, part.next_tx)
        self.steps.append(Step(tx_num, tuple(going), tuple(went_on)))

    def _parent(self, going: list[Reach]) -> tuple[Reach, int]:
        """The output that the walk crosses by, and how close it stays to the hand of the start.

        One output that ties the transaction to the hand is enough for all that meet there. The path that is
        told runs through it: of several the strongest, then the shortest, then the first in chain order.
        """
        tied = [(self._kept_by(reach), reach.hops, reach.output_num, reach) for reach in going]
        tier, _, _, parent = min(tied, key=lambda one: one[:3])
        return parent, max(parent.closeness, 0 if tier <= Tier.T3 else 1 if tier is Tier.T4 else 2)

    def _kept_by(self, reach: Reach) -> Tier:
        """The tier at which the walk stays where it is; T5 where it does not, or is outside already."""
        tier = None if reach.closeness == 2 else self.direction.kept(reach.output_num)
        return Tier.T5 if tier is None else tier

    def _go_on(self, reach: Reach, next_tx: int) -> None:
        carried = max(reach.fifo_sat, reach.haircut_sat)
        if carried < self.limits.min_value_sat:
            self._end(Stop.DUST, reach)
        elif carried < self.least_outside and not reach.in_hand:
            self._end(Stop.SMALL_SHARE, reach)
        else:
            self._wait(reach, next_tx)


def _spread(crossing: Crossing, going: list[Reach]) -> Iterator[tuple[Part, list[Span], int]]:
    """What each part on the far side gets; parts that get nothing by any policy are left out."""
    starts = crossing.starts or {}
    line = join_spans(
        (starts[reach.output_num] + lo, starts[reach.output_num] + hi)
        for reach in going
        for lo, hi in reach.spans
    )
    by_fifo = cut_spans(line, crossing.marks)
    shares = haircut(sum(reach.haircut_sat for reach in going), crossing.sizes)
    for at, (part, share) in enumerate(zip(crossing.parts, shares, strict=True)):
        spans = by_fifo.get(at, [])
        if spans or share:
            yield part, spans, share
