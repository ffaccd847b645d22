"""Which input spends which output, for a stretch of the chain whose newer outputs lie in memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

LINKED, OTHER_OUTPUT, SPENT_TWICE = range(3)
"""How `link_spends` ends."""

_AHEAD = 16


class NewOutputs(NamedTuple):
    """Outputs from number `first` on, which is the segment's first one."""

    fingerprint: U64
    spent_by: U32
    """the input that spends each, counted from 1 at the segment's first input; 0 for none"""


class OldSpends(NamedTuple):
    """Room for spends of outputs before the segment."""

    output: U64
    input: U64
    fingerprint: U64
    """what the undo data says of the output"""


@kernel
def link_spends(
    spends: U64, said: U64, first: int, inputs: I64, new: NewOutputs, old: OldSpends
) -> tuple[int, int]:
    """Mark what the inputs of a batch spend; compare it with the undo data.

    Args:
        spends: output number of each input.
        said: fingerprint of each, from the undo data; empty without.
        first: number of the segment's first output.
        inputs: int64[2]: the segment's first input, this batch's first input.
        new: the segment's outputs, this batch's among them.
        old: out, spends of earlier outputs, in the order of inputs.

    Returns:
        (how it ended, rows written to `old`); when it did not end `LINKED`, the row of the input instead.
    """
    kept, checked = 0, len(said) == len(spends)
    base = inputs[1] - inputs[0] + 1
    for i in range(len(spends)):
        if i + _AHEAD < len(spends):
            ahead = int64(spends[i + _AHEAD]) - first
            if ahead >= 0:
                prefetch(address_of(new.fingerprint) + 8 * ahead)
                prefetch(address_of(new.spent_by) + 4 * ahead)
        o = int64(spends[i]) - first
        if o < 0:
            old.output[kept] = spends[i]
            old.input[kept] = np.uint64(inputs[1] + i)
            old.fingerprint[kept] = said[i] if checked else np.uint64(0)
            kept += 1
            continue
        if checked and new.fingerprint[o] != said[i]:
            return OTHER_OUTPUT, i
        if new.spent_by[o] != 0:
            return SPENT_TWICE, i
        new.spent_by[o] = np.uint32(base + i)
    return LINKED, kept


@kernel
def number_spenders(marks: U32, first_input: int, nobody: np.uint64, out: U64) -> None:
    """Marks of `link_spends` as input numbers, `nobody` where there is none."""
    for o in range(len(marks)):
        out[o] = np.uint64(int64(marks[o]) - 1 + first_input) if marks[o] != 0 else nobody


@kernel
def find_double_spend(outputs: U64, marks: U64, input_output: U64) -> int:
    """The first row of `outputs` that is spent already; -1 when none is.

    Args:
        outputs: outputs that are to be spent.
        marks: `spent_by` of each as it stands. A number that no input agrees with means "not yet".
        input_output: output that each known input spends.
    """
    for k in range(len(outputs)):
        if marks[k] < np.uint64(len(input_output)) and input_output[marks[k]] == outputs[k]:
            return k
    return -1


@kernel
def find_other_marks(spends: U64, first_input: int, spent_by: U64, other: npt.NDArray[np.bool_]) -> None:
    """Which inputs are not the ones that spent the outputs which they spend.

    Args:
        spends: output number of each input.
        first_input: number of the first of these inputs.
        spent_by: who spends each output, from output 0 on; outputs beyond its end are marked as other.
        other: out.
    """
    for i in range(len(spends)):
        if i + _AHEAD < len(spends):
            prefetch(address_of(spent_by) + 8 * int64(spends[i + _AHEAD]))
        o = spends[i]
        other[i] = o >= np.uint64(len(spent_by)) or spent_by[o] != np.uint64(first_input + i)
