"""Who spends what in a segment: newer outputs in memory, earlier ones when the segment is closed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import StoreCorrupt
from cointrail.kernel.fingerprint import fingerprint_stored
from cointrail.kernel.spending import (
    LINKED,
    OTHER_OUTPUT,
    SPENT_TWICE,
    NewOutputs,
    OldSpends,
    find_double_spend,
    link_spends,
    number_spenders,
)
from cointrail.kernel.undo import DIFFERENCES, SAME
from cointrail.kernel.undo import OTHER_OUTPUT as OTHER_THAN_UNDO
from cointrail.store.decoded import DecodedBlocks
from cointrail.store.part import PartWriter
from cointrail.store.schema import BY_KEY, NOT_YET

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

CHUNK = 1 << 22
"""Rows written at once."""

OLD_AT_ONCE = 1 << 14
"""Spends of earlier outputs that are looked up together: so many pages are mapped at once, at most."""

WINDOW_BITS = 14
"""Earlier outputs are marked in windows of two to this power."""


class SegmentRoom:
    """Memory for the outputs of a segment, used again for the next one."""

    def __init__(self, outputs: int) -> None:
        """Room for so many outputs."""
        self.fingerprint: U64 = np.empty(outputs, np.uint64)
        self.spent_by: U32 = np.zeros(outputs, np.uint32)

    @property
    def outputs(self) -> int:
        """How many outputs have room."""
        return len(self.fingerprint)

    def grow(self, outputs: int, used: int) -> None:
        """Have room for so many; the first `used` stay."""
        if outputs > self.outputs:
            larger = SegmentRoom(outputs)
            larger.fingerprint[:used] = self.fingerprint[:used]
            larger.spent_by[:used] = self.spent_by[:used]
            self.fingerprint, self.spent_by = larger.fingerprint, larger.spent_by

    def clear(self, used: int) -> None:
        """Nothing of the first `used` is spent."""
        self.spent_by[:used] = 0


class Below:
    """The settled part as it was when a segment began: what is appended meanwhile does not show."""

    def __init__(self, settled: PartWriter) -> None:
        """Remember how far it reaches now."""
        self.part = settled
        self._rows = dict(settled.rows)

    def map(self, key: str) -> Array:
        """A column."""
        return self.part.map(key, self._rows[BY_KEY[key].table])


class SegmentSpends:
    """Links the inputs of a segment with the outputs that they spend, and compares both with undo data."""

    def __init__(self, below: Below, target: PartWriter, room: SegmentRoom, *, checked: bool) -> None:
        """Begin where `target` ends; `checked` says whether there is undo data."""
        self._below, self._target, self._room, self._checked = below, target, room, checked
        self._start = target.rows["outputs"]
        self._first_input, self._first_output = target.total("inputs"), target.total("outputs")
        self._old: list[OldSpends] = []
        self.old: tuple[U64, U64] = (np.empty(0, np.uint64), np.empty(0, np.uint64))
        """once settled: outputs of earlier segments that this one spends, ascending, and the inputs"""

    def add(self, blocks: DecodedBlocks, spends: U64, first_input: int) -> None:
        """Link the inputs of a batch, the first of which has number `first_input`.

        Raises:
            StoreCorrupt: an input spends twice, or differs from the undo data.
        """
        self._choose_records(blocks, spends)
        self._link(blocks, spends, first_input)

    def _choose_records(self, blocks: DecodedBlocks, spends: U64) -> None:
        """Of undo records that may each be a block's own, take the one that tells what its inputs spend."""
        for block, others in sorted(blocks.rivals.items()):
            rows = slice(int(blocks.first[block, 1]), int(blocks.first[block + 1, 1]))
            wanted = self._fingerprints(spends[rows])
            left = list(others)
            while not (blocks.said.fingerprint[rows] == wanted).all() and left:
                if blocks.read_record(block, left.pop(0))[0] != SAME:
                    continue
            blocks.sum_fees(block)

    def _fingerprints(self, outputs: U64) -> U64:
        """Of outputs of this segment and of earlier ones."""
        found = np.empty(len(outputs), np.uint64)
        old = outputs < np.uint64(self._first_output)
        rows = outputs[~old].astype(np.int64) - self._first_output
        found[~old] = self._room.fingerprint[rows]
        found[old] = self._stored_fingerprints(outputs[old])
        return found

    def _stored_fingerprints(self, outputs: U64) -> U64:
        found = np.empty(len(outputs), np.uint64)
        ends, heap = self._below.map("scripts.end"), self._below.map("script_bytes.data")
        values, scripts = self._below.map("outputs.value"), self._below.map("outputs.script")
        fingerprint_stored(outputs, values, scripts, ends, heap, found)
        return found

    def _link(self, blocks: DecodedBlocks, spends: U64, first_input: int) -> None:
        count = len(spends)
        old = OldSpends(*(np.empty(count, np.uint64) for _ in range(3)))
        inputs = np.array([self._first_input, first_input], np.int64)
        new = NewOutputs(self._room.fingerprint, self._room.spent_by)
        said = blocks.said.fingerprint[: count if self._checked else 0]
        how, row = link_spends(spends, said, self._first_output, inputs, new, old)
        if how == OTHER_OUTPUT:
            block = int(np.searchsorted(blocks.first[:, 1], row, side="right")) - 1
            raise _differs_from_undo(blocks.input_name(row), blocks.first_height + block)
        if how == SPENT_TWICE:
            raise _spent_twice(blocks.input_name(row))
        assert how == LINKED
        if row:
            self._old.append(OldSpends(*(column[:row].copy() for column in old)))

    def write_new(self) -> None:
        """Write who spends the segment's own outputs."""
        count = self._target.rows["outputs"] - self._start
        for first in range(0, count, CHUNK):
            marks = self._room.spent_by[first : min(first + CHUNK, count)]
            numbers = np.empty(len(marks), np.uint64)
            number_spenders(marks, self._first_input, NOT_YET, numbers)
            self._target.put("outputs.spent_by", self._start + first, numbers)

    def settle_old(self) -> None:
        """Check spends of earlier outputs, in the order of these; in the settled part, mark them."""
        if not self._old:
            return
        old = OldSpends(*(np.concatenate(columns) for columns in zip(*self._old, strict=True)))
        self._old = []
        order = np.argsort(old.output, kind="stable")
        outputs, inputs = old.output[order], old.input[order]
        said = old.fingerprint[order]
        for first in range(0, len(order), OLD_AT_ONCE):
            rows = slice(first, first + OLD_AT_ONCE)
            self._check_old(outputs[rows], inputs[rows], said[rows])
        again = np.flatnonzero(outputs[1:] == outputs[:-1])
        if len(again):
            raise _spent_twice(self._input_name(int(inputs[again + 1].min()))[0])
        self.old = outputs, inputs
        if self._target is self._below.part:
            self._mark(outputs, inputs)

    def _check_old(self, outputs: U64, inputs: U64, said: U64) -> None:
        """Compare spends of earlier outputs with what these are, and with who spends them so far."""
        if self._checked:
            differing = np.flatnonzero(self._stored_fingerprints(outputs) != said)
            if len(differing):
                raise _differs_from_undo(*self._input_name(int(inputs[differing].min())))
        marks = self._below.map("outputs.spent_by")[outputs.astype(np.int64)]
        twice = find_double_spend(outputs, marks, self._below.map("inputs.output"))
        if twice >= 0:
            raise _spent_twice(self._input_name(int(inputs[twice]))[0])

    def _mark(self, outputs: U64, inputs: U64) -> None:
        """Write `spent_by` of earlier outputs, a window at a time. Done again, it writes the same."""
        rows = outputs.astype(np.int64)
        cuts = [0, *(np.flatnonzero(np.diff(rows >> WINDOW_BITS)) + 1).tolist(), len(rows)]
        for a, b in pairwise(cuts):
            first, last = int(rows[a]), int(rows[b - 1]) + 1
            window = self._below.part.read("outputs.spent_by", first, last)
            window[rows[a:b] - first] = inputs[a:b]
            self._below.part.put("outputs.spent_by", first, window)

    def _input_name(self, number: int) -> tuple[str, int]:
        """Which input a number is, for a message, and its height."""
        target = self._target
        firsts = target.map("txs.first_input")
        row = int(np.searchsorted(firsts, np.uint64(number), side="right")) - 1
        txid = target.map("txs.txid")[row][::-1].tobytes().hex()
        height = int(target.map("txs.block")[row])
        return f"input {number - int(firsts[row])} of {txid} (height {height})", height


def _spent_twice(name: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{name} spends an output that an earlier input has spent", hint="the blocks are not a valid chain"
    )


def _differs_from_undo(name: str, height: int) -> StoreCorrupt:
    return StoreCorrupt(
        f"block at height {height}, {name}: {DIFFERENCES[OTHER_THAN_UNDO]}",
        hint="the rev file or the blk file is damaged: copy both again",
        height=height,
    )
