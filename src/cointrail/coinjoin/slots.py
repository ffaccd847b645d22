"""The slots of a JoinMarket round: which inputs and which change are one participant's.

A participant brings inputs of one wallet account, takes one equal output and at most one change. A
maker ends with no less than it brought, its fee on top; the one taker pays all makers and the miner.
Equal outputs stay what they are: which of them is whose cannot be read from amounts.

The rule `joinmarket.slots` gives links to clustering and so answers only where there is one reading. Here all
readings are found, and what they share is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import TxView
from cointrail.coinjoin.amounts import AmountOptions, Amounts, amounts_of, equal_classes
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.joinmarket_slots import MAX_MAKER_FEE_SAT, MAX_MAKER_FEE_TEN_THOUSANDTHS

MOST_HANDS = 20
"""Distinct input scripts that a search takes on: a million sums, 16 MB."""

MOST_SLOT_STEPS = 1_000_000
MOST_SOLUTIONS = 1_000

Mask = int
"""Hands as bits."""
Solution = frozenset[tuple[Mask, int | None]]
"""Hands and change of every slot."""


class Reading(StrEnum):
    """What exact sums give."""

    UNIQUE = "unique"
    AMBIGUOUS = "ambiguous"
    NONE = "none"
    """No slots fit these sums: no JoinMarket round, or fees above the limit."""
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Slot:
    """One participant: its inputs, its change if any, and what it gained; the taker gains less than 0."""

    inputs: tuple[int, ...]
    change: int | None
    gain_sat: int

    @property
    def role(self) -> str:
        """`maker` or `taker`."""
        return "taker" if self.gain_sat < 0 else "maker"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTable:
    """The slots of a round, as far as exact sums tell them.

    Attributes:
        reading: how many ways there are.
        denomination_sat: what each participant takes.
        equal_outputs: the outputs of that value; whose they are is not said.
        maker_fee_sat: most that a maker was allowed to gain.
        solutions: ways that were found.
        slots: those that all ways have; all of them where the way is unique.
        apart: pairs of inputs in different slots in every way: they must not be linked by this.
        steps: what the search took.
    """

    reading: Reading
    denomination_sat: int
    equal_outputs: tuple[int, ...]
    maker_fee_sat: int
    solutions: int = 0
    slots: tuple[Slot, ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    steps: int = 0


def read_slots(
    tx: TxView, maker_fee: int | None = None, most_steps: int = MOST_SLOT_STEPS
) -> SlotTable | Abstained:
    """The slots of a round by exact sums: inputs and change of each maker, the rest is the taker's.

    Source: Möser & Böhme 2017 for matching by sums; joinmarket-ng/coinjoin-simulator for slots; the limit
        on fees is that of the rule `joinmarket.slots`.
    Wrong when: the transaction is no JoinMarket round and its sums fit by chance; a maker paid more
        towards the miner than it earned; one person holds two slots.
    Abstains on: not one single value that repeats, makers without change, fewer or far more input scripts
        than equal outputs, unknown inputs.
    Needs: values and input scripts; the answer never changes as the chain grows.
    """
    amounts = amounts_of(tx, AmountOptions())
    if isinstance(amounts, Abstained):
        return amounts
    classes = equal_classes(tx)
    if len(classes) != 1:
        return Abstained(f"{len(classes)} output values repeat; a round has one denomination")
    ((denomination, equal),) = classes.items()
    changes = [part for part in amounts.outputs if part.places[0] not in equal]
    if len(equal) - len(changes) not in {0, 1}:
        return Abstained(
            f"{len(changes)} other outputs for {len(equal)} participants; each maker has its change"
        )
    if not len(equal) <= len(amounts.inputs) <= MOST_HANDS:
        return Abstained(
            f"{len(amounts.inputs)} input scripts for {len(equal)} participants; up to {MOST_HANDS} are read"
        )
    limit = _usual_limit(denomination) if maker_fee is None else maker_fee
    search = _Search(amounts, denomination, limit, most_steps)
    reading = search.run([(p.places[0], p.value) for p in changes], sweeps=len(changes) < len(equal))
    common = frozenset.intersection(*search.found) if search.found else frozenset()
    told = reading in {Reading.UNIQUE, Reading.AMBIGUOUS}
    return SlotTable(
        reading=reading,
        denomination_sat=denomination,
        equal_outputs=equal,
        maker_fee_sat=limit,
        solutions=len(search.found),
        slots=_slots(amounts, common, denomination, tx) if told else (),
        apart=_apart(amounts, search.found) if told else (),
        steps=search.steps,
    )


def _usual_limit(denomination: int) -> int:
    """Most that a maker earns, as `joinmarket.slots` has it."""
    return max(MAX_MAKER_FEE_SAT, denomination * MAX_MAKER_FEE_TEN_THOUSANDTHS // 10_000)


class _Search:
    """Chooses hands for one maker after another; what is left is the taker's."""

    def __init__(self, amounts: Amounts, denomination: int, limit: int, most_steps: int) -> None:
        self.denomination, self.limit, self.most_steps = denomination, limit, most_steps
        self.all_hands: Mask = (1 << len(amounts.inputs)) - 1
        sums = np.zeros(1, dtype=np.int64)
        for part in amounts.inputs:
            sums = np.concatenate([sums, sums + part.value])
        self.order: npt.NDArray[np.int64] = np.argsort(sums, kind="stable")
        self.sums = sums[self.order]
        self.steps = 0
        self.found: set[Solution] = set()

    def run(self, changes: Sequence[tuple[int, int]], *, sweeps: bool) -> Reading:
        """Search with these changes (place, satoshi); a taker that sweeps has none of them."""
        options = [(vout, self._choices(value)) for vout, value in changes]
        options.sort(key=lambda option: len(option[1]))
        if not self._choose(options, 0, 0, (None,) if sweeps else None, frozenset()):
            return Reading.TIMEOUT
        if not self.found:
            return Reading.NONE
        return Reading.UNIQUE if len(self.found) == 1 else Reading.AMBIGUOUS

    def _choices(self, change: int) -> npt.NDArray[np.int64]:
        """Hands that a maker with this change may have brought."""
        paid = self.denomination + change
        low, high = np.searchsorted(self.sums, [max(paid - self.limit, 1), paid + 1])
        return self.order[low:high]

    def _choose(
        self,
        options: list[tuple[int, npt.NDArray[np.int64]]],
        at: int,
        used: Mask,
        taker: tuple[int | None] | None,
        made: Solution,
    ) -> bool:
        """Go on from option `at`; `taker` holds the change left to the taker. False when out of steps."""
        if at == len(options):
            left = self.all_hands & ~used
            if taker is not None and left:
                self.found.add(made | {(left, taker[0])})
            return len(self.found) <= MOST_SOLUTIONS
        vout, choices = options[at]
        if taker is None and not self._choose(options, at + 1, used, (vout,), made):
            return False
        self.steps += 1 + len(choices)
        if self.steps > self.most_steps:
            return False
        free = choices[(choices & used) == 0]
        return all(
            self._choose(options, at + 1, used | int(hands), taker, made | {(int(hands), vout)})
            for hands in free
        )


def _slots(
    amounts: Amounts, common: Iterable[tuple[Mask, int | None]], denomination: int, tx: TxView
) -> tuple[Slot, ...]:
    slots = []
    for hands, change in common:
        parts = [part for k, part in enumerate(amounts.inputs) if hands >> k & 1]
        kept = 0 if change is None else int(tx.outputs[change].value)
        gain = denomination + kept - sum(part.value for part in parts)
        slots.append(Slot(tuple(sorted(vin for part in parts for vin in part.places)), change, gain))
    return tuple(sorted(slots, key=lambda slot: slot.inputs))


def _apart(amounts: Amounts, found: set[Solution]) -> tuple[tuple[int, int], ...]:
    masks = {hands for solution in found for hands, _ in solution}
    pairs = combinations(range(len(amounts.inputs)), 2)
    held_apart = [(a, b) for a, b in pairs if not any(m >> a & 1 and m >> b & 1 for m in masks)]
    return tuple((amounts.inputs[a].places[0], amounts.inputs[b].places[0]) for a, b in held_apart)
