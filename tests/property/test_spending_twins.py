"""Who spends what, against dictionaries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.kernel.spending import (
    LINKED,
    OTHER_OUTPUT,
    SPENT_TWICE,
    NewOutputs,
    OldSpends,
    find_double_spend,
    find_other_marks,
    link_spends,
    number_spenders,
)
from cointrail.store.schema import NOT_YET

FIRST_OUTPUT, FIRST_INPUT, NEW = 50, 20, 9
"""Where a segment begins, and how many outputs it has."""

spends = st.lists(st.integers(FIRST_OUTPUT - 5, FIRST_OUTPUT + NEW - 1), max_size=7)
fingerprint = st.integers(0, 3)


def _u64(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def _plain(
    batch: Sequence[int], said: Sequence[int], prints: Sequence[int], spent: dict[int, int], base: int
) -> tuple[int, int, list[tuple[int, int, int]]]:
    """By the definition: how it ends, where or with how many old spends, and these."""
    old = []
    for row, output in enumerate(batch):
        if output < FIRST_OUTPUT:
            old.append((output, base + row, said[row] if said else 0))
        elif said and prints[output - FIRST_OUTPUT] != said[row]:
            return OTHER_OUTPUT, row, old
        elif output in spent:
            return SPENT_TWICE, row, old
        else:
            spent[output] = base + row
    return LINKED, len(old), old


@given(st.lists(spends, max_size=4), st.lists(fingerprint, min_size=NEW, max_size=NEW), st.data())
def test_inputs_are_linked_with_new_outputs_and_old_ones_are_listed(
    batches: list[list[int]], prints: list[int], data: st.DataObject
) -> None:
    new = NewOutputs(_u64(prints), np.zeros(NEW, np.uint32))
    spent: dict[int, int] = {}
    base = FIRST_INPUT
    for batch in batches:
        right = [prints[o - FIRST_OUTPUT] if o >= FIRST_OUTPUT else 7 for o in batch]
        how = data.draw(st.sampled_from(["unchecked", "right", "anything"]))
        said = {"unchecked": [], "right": right, "anything": [data.draw(fingerprint) for _ in batch]}[how]
        old = OldSpends(*(np.zeros(len(batch), np.uint64) for _ in range(3)))
        edges = np.array([FIRST_INPUT, base], np.int64)
        ended = link_spends(_u64(batch), _u64(said), FIRST_OUTPUT, edges, new, old)
        wanted = _plain(batch, said, prints, spent, base)
        assert ended == wanted[:2]
        listed = zip(*(column.tolist() for column in old), strict=True)
        assert list(listed)[: len(wanted[2])] == wanted[2]
        if ended[0] != LINKED:
            return
        base += len(batch)
    numbers = np.empty(NEW, np.uint64)
    number_spenders(new.spent_by, FIRST_INPUT, NOT_YET, numbers)
    assert numbers.tolist() == [spent.get(FIRST_OUTPUT + k, int(NOT_YET)) for k in range(NEW)]


marks = st.integers(0, 7) | st.just(int(NOT_YET))


@given(st.lists(st.tuples(st.integers(0, 5), marks), max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_the_first_output_that_is_spent_already_is_found(
    rows: list[tuple[int, int]], inputs: list[int]
) -> None:
    """A mark counts only where its input is there and spends that output."""
    spent = [mark < len(inputs) and inputs[mark] == output for output, mark in rows]
    wanted = spent.index(True) if any(spent) else -1
    outputs, marked = (_u64([row[k] for row in rows]) for k in range(2))
    assert find_double_spend(outputs, marked, _u64(inputs)) == wanted


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(0, 5), st.lists(marks, max_size=8))
def test_inputs_that_an_output_is_not_marked_with_are_found(
    outputs: list[int], first: int, spent_by: list[int]
) -> None:
    other = np.empty(len(outputs), np.bool_)
    find_other_marks(_u64(outputs), first, _u64(spent_by), other)
    wanted = [o >= len(spent_by) or spent_by[o] != first + k for k, o in enumerate(outputs)]
    assert other.tolist() == wanted
