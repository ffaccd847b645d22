"""Who brought what to a JoinMarket round, where sums alone tell.

A participant is a slot: inputs, one equal output, at most one change. A maker's change is what it brought,
less the equal output, and its fee on top; the taker pays fees and miners. Which of the equal outputs is whose
cannot be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cointrail.heuristics.base import Abstained, rule
from cointrail.heuristics.coinjoin import JOINMARKET_DUST, joinmarket
from cointrail.heuristics.shape import Shape

MAX_MAKER_FEE_SAT = 20_000
MAX_MAKER_FEE_TEN_THOUSANDTHS = 20
"""The most a maker may earn: the larger of 20,000 sat and one in five hundred. Our choice, of the order of
what JoinMarket's takers allow; most offers are far below."""

MAX_STEPS = 50_000
"""Subsets of hands that are looked at, at most. Our choice: a tenth of a second."""

_ENOUGH = 2
"""A second solution settles that sums do not tell."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One participant: places of its inputs, and of its change among the spendable outputs, if it has one."""

    inputs: tuple[int, ...]
    change: int | None


@dataclass(frozen=True, slots=True)
class Slots:
    """The one way to read a round."""

    taker: Slot
    makers: tuple[Slot, ...]
    denomination: int
    """Satoshi of every equal output."""

    @property
    def all(self) -> tuple[Slot, ...]:
        """Every participant, the taker first."""
        return (self.taker, *self.makers)

    def apart(self, shape: Shape) -> frozenset[frozenset[bytes]]:
        """Pairs of scripts that belong to two participants: links between them are wrong."""
        sides = [
            {shape.in_scripts[k] for k in slot.inputs}
            | ({shape.out_scripts[slot.change]} if slot.change is not None else set())
            for slot in self.all
        ]
        return frozenset(
            frozenset({a, b})
            for k, one in enumerate(sides)
            for other in sides[k + 1 :]
            for a in one
            for b in other
        )


@rule("joinmarket.slots", version=1)
def joinmarket_slots(shape: Shape) -> Slots | Abstained:
    """The participants of a JoinMarket round, where amounts allow one reading alone.

    Inputs of one script are one participant's. A maker's change stays with it, so it is a change link; two
    slots of a round are two parties, so they must not be linked. A taker may be its own maker, in theory.

    Source: JoinMarket's protocol; joinmarket-ng/coinjoin-simulator for slots; Möser & Böhme 2017 for
        matching by sums.
    Wrong when: the transaction is no JoinMarket round; a maker's fee is larger than what is allowed here.
    Abstains on: anything that `coinjoin.joinmarket` does not name; unknown inputs; participants without
        change, but for a taker; no reading or several; searches of too many steps.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    if not shape.complete or not joinmarket(shape):
        return Abstained("not a JoinMarket round whose inputs are all known")
    mode, equal = shape.mode(low=JOINMARKET_DUST + 1)
    change = [vout for vout, value in enumerate(shape.out_values) if value != mode]
    if equal - len(change) not in (0, 1):
        return Abstained("some maker has no change")
    search = _Search(shape, mode)
    found: list[Slots] = []
    for taker in change if len(change) == equal else [None]:
        makers = [vout for vout in change if vout != taker]
        for slots in search.read(taker, makers):
            found.append(slots)
            if len(found) == _ENOUGH:
                return Abstained("amounts allow several readings")
    if search.steps_left <= 0:
        return Abstained(f"more than {MAX_STEPS} ways to look at")
    return found[0] if found else Abstained("amounts allow no reading")


class _Search:
    """Hands put together so that each maker's change fits."""

    def __init__(self, shape: Shape, mode: int) -> None:
        hands: defaultdict[bytes, list[int]] = defaultdict(list)
        for place, script in enumerate(shape.in_scripts):
            hands[script].append(place)
        self._hands = sorted(hands.values(), key=lambda hand: -sum(shape.in_values[k] for k in hand))
        self._brought = [sum(shape.in_values[k] for k in hand) for hand in self._hands]
        self._shape, self._mode = shape, mode
        self._most_fee = max(MAX_MAKER_FEE_SAT, mode * MAX_MAKER_FEE_TEN_THOUSANDTHS // 10_000)
        self.steps_left = MAX_STEPS

    def read(self, taker: int | None, makers: Sequence[int]) -> Iterator[Slots]:
        """Every reading in which this output is the taker's change and those are the makers'."""
        order = sorted(makers, key=lambda vout: (-self._shape.out_values[vout], vout))
        wanted = self._mode + (self._shape.out_values[taker] if taker is not None else 0)
        for groups in self._share(order, tuple(range(len(self._hands)))):
            rest = groups[-1]
            if rest and sum(self._brought[k] for k in rest) >= wanted:
                slots = [self._slot(group, vout) for group, vout in zip(groups, order, strict=False)]
                yield Slots(self._slot(rest, taker), tuple(slots), self._mode)

    def _slot(self, hands: Sequence[int], change: int | None) -> Slot:
        return Slot(tuple(sorted(place for hand in hands for place in self._hands[hand])), change)

    def _share(self, makers: Sequence[int], free: tuple[int, ...]) -> Iterator[list[tuple[int, ...]]]:
        """Hands of each maker in turn, then those that are left."""
        if not makers:
            yield [free]
            return
        high = self._mode + self._shape.out_values[makers[0]]
        for chosen in self._subsets(free, high - self._most_fee, high):
            left = tuple(k for k in free if k not in chosen)
            if len(left) < len(makers):
                continue
            for groups in self._share(makers[1:], left):
                yield [chosen, *groups]

    def _subsets(self, free: tuple[int, ...], low: int, high: int) -> Iterator[tuple[int, ...]]:
        """Subsets of hands, largest first, that bring low..high."""
        left = [0] * (len(free) + 1)
        for at in range(len(free) - 1, -1, -1):
            left[at] = left[at + 1] + self._brought[free[at]]
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        while stack:
            at, total, chosen = stack.pop()
            self.steps_left -= 1
            if self.steps_left <= 0:
                return
            if chosen and low <= total <= high and (at == 0 or chosen[-1] == free[at - 1]):
                yield chosen
            if at == len(free) or total > high or total + left[at] < low:
                continue
            stack.extend(
                ((at + 1, total, chosen), (at + 1, total + self._brought[free[at]], (*chosen, free[at])))
            )
