"""Numbers for the scripts of a segment: those of scripts known before, new ones by first appearance.

External radix partition: outputs are sorted by a hash of their script into parts, each part small enough
for the processor's cache; within a part the distinct scripts are named; then one pass in chain order
gives numbers. Memory: 4 bytes an output and 4 a distinct script. Whole scripts are compared always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import gather_slices
from cointrail.kernel.numbering import (
    NEW,
    NewScripts,
    ScriptRows,
    accept_known,
    assign_numbers,
    copy_new,
    match_known,
    name_distinct,
    starts_of,
)
from cointrail.store.index_files import Run
from cointrail.store.runs import find_many
from cointrail.store.spill import Batch, ScriptSpill

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

PART_ROWS = 1 << 16
"""Outputs that a part should have: its table stays in the second-level cache."""

MOST_BITS = 8

SCAN_FACTOR = 16
"""A known script is looked up alone where a scan would touch so many times more."""

KNOWN_AT_ONCE = 1 << 14
"""Known scripts that are compared together: so many pages are mapped at once, at most."""

MATCH_ROOM = 1 << 14
"""Pairs that are taken at once."""


def bits_for(outputs: int) -> int:
    """How many bits of a prefix name the part, for so many outputs."""
    return min(MOST_BITS, max(0, (outputs // PART_ROWS).bit_length()))


@dataclass(frozen=True)
class KnownScripts:
    """Scripts that have numbers already. What is mapped is mapped anew each time, and let go."""

    runs: Callable[[], Sequence[Run]]
    """the index over them"""
    stored: Callable[[], tuple[U64, U8]]
    """where each ends, and their bytes end to end"""


@dataclass(frozen=True)
class _Part:
    """One part, named."""

    names: U32
    """of each row"""
    counts: list[int]
    """rows of each batch"""
    distinct: int
    match_name: U32
    match_number: U32
    match_ends: I64
    match_data: U8
    """the bytes of the distinct scripts that may be known"""


@dataclass(frozen=True)
class NumberedBatch:
    """Numbers of the scripts of a batch, and what is new."""

    batch: Batch
    numbers: U32
    new_output: I64
    """row of the output that shows each new script first"""
    new_prefix: U64
    new_type: U8
    new_end: U64
    """counted from the batch's first new script"""
    heap: U8
    """the new scripts end to end"""


class Numbering:
    """Gives numbers to the scripts in a spill."""

    def __init__(self, spill: ScriptSpill, known: KnownScripts) -> None:
        """`known`: scripts with the numbers 0, 1, 2..."""
        self._spill, self._known = spill, known
        self._names: U32 = np.empty(0, np.uint32)
        self._starts: list[int] = [0]
        self._base: I64 = np.zeros(spill.parts + 1, np.int64)
        self._numbers: U32 = np.empty(0, np.uint32)

    def prepare(self, pool: Executor, told: Callable[[int, int], None] | None = None) -> None:
        """Name the distinct scripts of every part, and find those that have numbers."""
        spill = self._spill
        self._starts = [0, *accumulate(spill.n_outputs(number) for number in range(len(spill)))]
        self._names = np.empty(self._starts[-1], np.uint32)
        edges = [start + spill.edges(number) for number, start in enumerate(self._starts[:-1])]
        waiting = [pool.submit(self._name_part, number) for number in range(spill.parts)]
        matches = []
        for number, work in enumerate(waiting):
            part = work.result()
            waiting[number] = None  # type: ignore[call-overload]
            at = 0
            for batch, count in enumerate(part.counts):
                first = int(edges[batch][number])
                self._names[first : first + count] = part.names[at : at + count]
                at += count
            self._base[number + 1] = self._base[number] + part.distinct
            if len(part.match_name):
                matches.append((int(self._base[number]), part))
            if told:
                told(number + 1, spill.parts)
        self._numbers = np.full(int(self._base[-1]), NEW)
        self._accept(matches)

    def _name_part(self, number: int) -> _Part:
        rows, counts = self._spill.part(number)
        total = len(rows.prefix)
        starts = np.empty(total + 1, np.int64)
        starts_of(rows.length, starts)
        slots = np.full(1 << max(4, (2 * total).bit_length()), NEW)
        names, first = np.empty(total, np.uint32), np.empty(total, np.int64)
        distinct = name_distinct(rows, starts, slots, names, first)
        first = first[:distinct]
        name, known = self._match(number, rows, slots, first)
        chosen = first[name]
        lengths = starts[chosen + 1] - starts[chosen]
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        data = np.empty(int(ends[-1]), np.uint8)
        gather_slices(rows.data, starts[chosen], lengths, data, ends[:-1])
        return _Part(names, counts, distinct, name, known, ends, data)

    def _match(self, number: int, rows: ScriptRows, slots: U32, first: I64) -> tuple[U32, U32]:
        """Pairs of a distinct script and a known one with the same prefix."""
        names, numbers = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
        shift = 64 - self._spill.bits
        room = np.empty(MATCH_ROOM, np.uint32), np.empty(MATCH_ROOM, np.uint32)
        prefixes = None
        for run in self._known.runs() if len(first) else ():
            low = int(np.searchsorted(run.keys, np.uint64(number << shift))) if self._spill.bits else 0
            last = number + 1 == self._spill.parts
            high = len(run.keys) if last else int(np.searchsorted(run.keys, np.uint64((number + 1) << shift)))
            keys, known = run.keys[low:high], run.numbers[low:high]
            if len(keys) > SCAN_FACTOR * len(first):
                prefixes = np.sort(rows.prefix[first]) if prefixes is None else prefixes
                keys, known = find_many(Run(keys, known), np.unique(prefixes))
            at = 0
            while at < len(keys):
                before = at
                count, at = match_known(keys, known, at, rows, slots, first, *room)
                if at == before:  # more scripts under one prefix than there is room for
                    room = np.empty(2 * len(room[0]), np.uint32), np.empty(2 * len(room[0]), np.uint32)
                names.append(room[0][:count].copy())
                numbers.append(room[1][:count].copy())
        return np.concatenate(names), np.concatenate(numbers)

    def _accept(self, matches: list[tuple[int, _Part]]) -> None:
        """Compare in full, in the order of the known scripts, so that these are read from front to back."""
        if not matches:
            return
        names = np.concatenate([base + part.match_name.astype(np.int64) for base, part in matches])
        numbers = np.concatenate([part.match_number for _, part in matches])
        lengths = np.concatenate([np.diff(part.match_ends) for _, part in matches])
        data = np.concatenate([part.match_data for _, part in matches])
        order = np.argsort(numbers, kind="stable")
        begins = np.cumsum(lengths) - lengths
        for at in range(0, len(order), KNOWN_AT_ONCE):
            rows = order[at : at + KNOWN_AT_ONCE]
            pairs = names[rows], numbers[rows], begins[rows], lengths[rows]
            accept_known(*pairs, data, *self._known.stored(), self._numbers)

    @property
    def distinct(self) -> int:
        """How many different scripts there are, known ones too."""
        return len(self._numbers)

    @property
    def script_of(self) -> U32:
        """The script number of every output, as far as batches have been numbered."""
        return self._names

    def batches(self, next_number: int) -> Iterator[NumberedBatch]:
        """The batches in chain order, numbered; the first new script gets `next_number`."""
        for number in range(len(self._spill)):
            batch = self._spill.batch(number)
            names = self._names[self._starts[number] : self._starts[number + 1]]
            found = self._assign(batch, names, next_number)
            names[:] = found.numbers
            next_number += len(found.new_output)
            yield found

    def _assign(self, batch: Batch, names: U32, next_number: int) -> NumberedBatch:
        count = batch.n_outputs
        numbers = np.empty(count, np.uint32)
        new = NewScripts(np.empty(count, np.int64), np.empty(count, np.int64))
        at = batch.edges[:-1].copy()
        fresh = assign_numbers(
            batch.part, at, names, self._base[:-1], self._numbers, next_number, numbers, new
        )
        rows, outputs = new.row[:fresh], new.output[:fresh]
        starts = np.empty(count + 1, np.int64)
        starts_of(batch.rows.length, starts)
        heap = np.empty(int(batch.rows.length[rows].sum(dtype=np.int64)), np.uint8)
        ends, kinds = np.empty(fresh, np.uint64), np.empty(fresh, np.uint8)
        copy_new(rows, starts, batch.rows.data, heap, ends, kinds)
        return NumberedBatch(batch, numbers, outputs, batch.rows.prefix[rows], kinds, ends, heap)
