"""The table of live transactions, slot by slot, against dictionaries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.chain.view import ScriptType
from cointrail.kernel.live import (
    count_spendable,
    count_unspent,
    fill_slots,
    find_slot,
    free_slot,
    move_slots,
    slot_of,
)
from cointrail.store.schema import NOT_YET
from support.forged_ids import forged_id

U64 = npt.NDArray[np.uint64]
CAPACITY = 16
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
MASK = np.uint64(CAPACITY - 1)
OP_RETURN = int(ScriptType.OP_RETURN)


def _at_home_in(slot: int) -> list[int]:
    """Prefixes whose probe line begins in a slot."""
    return [p for p in range(400) if int(slot_of(np.uint64(p), MASK)) == slot][:4]


crowded = _at_home_in(0) + _at_home_in(1) + _at_home_in(CAPACITY - 2) + _at_home_in(CAPACITY - 1)
"""Prefixes whose lines run into each other, and around the end of the table."""
prefixes = st.sampled_from(crowded) | st.integers(0, 2**64 - 1)


def _put(slots: U64, prefix: int, value: int) -> None:
    at = int(find_slot(slots, np.uint64(prefix)))
    slots[2 * at], slots[2 * at + 1] = prefix, value


def _held(slots: U64) -> dict[int, int]:
    pairs = slots.reshape(-1, 2).tolist()
    return {prefix: value for prefix, value in pairs if value}


def _found(slots: U64, prefix: int) -> int:
    return int(slots[2 * int(find_slot(slots, np.uint64(prefix))) + 1])


@given(st.lists(st.tuples(prefixes, st.integers(0, 3)), max_size=60))
@example([(p, 1) for p in crowded[:14]] + [(p, 0) for p in crowded[:14]])
def test_a_table_that_is_filled_and_emptied_holds_what_a_dictionary_holds(
    steps: list[tuple[int, int]],
) -> None:
    """Each step sets the value of a prefix; 0 frees its slot."""
    slots, model = np.zeros(2 * CAPACITY, np.uint64), dict[int, int]()
    for prefix, value in steps:
        if value and (prefix in model or len(model) < CAPACITY - 1):
            _put(slots, prefix, value)
            model[prefix] = value
        elif not value and prefix in model:
            free_slot(slots, find_slot(slots, np.uint64(prefix)))
            del model[prefix]
        assert _held(slots) == model
        assert all(_found(slots, known) == model.get(known, 0) for known in {*crowded, *model})


@given(
    st.dictionaries(prefixes, st.integers(1, 2**64 - 1), max_size=CAPACITY - 1), st.sampled_from([1, 2, 8])
)
def test_everything_moves_into_a_larger_table(held: dict[int, int], factor: int) -> None:
    slots, larger = np.zeros(2 * CAPACITY, np.uint64), np.zeros(2 * CAPACITY * factor, np.uint64)
    for prefix, value in held.items():
        _put(slots, prefix, value)
    move_slots(slots, larger)
    assert _held(larger) == held
    assert all(_found(larger, prefix) == value for prefix, value in held.items())


outputs = st.lists(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([2, OP_RETURN])), max_size=4), max_size=6
)
"""(value, script type) of the outputs of some transactions."""


@given(outputs)
def test_all_outputs_count_but_notes_without_value(txs: list[list[tuple[int, int]]]) -> None:
    flat = [output for tx in txs for output in tx]
    counts = np.empty(len(txs), np.uint32)
    values, kinds = np.array([v for v, _ in flat], np.int64), np.array([t for _, t in flat], np.uint8)
    count_spendable(values, kinds, np.cumsum([0, *map(len, txs)]), OP_RETURN, counts)
    assert counts.tolist() == [sum(output != (0, OP_RETURN) for output in tx) for tx in txs]


@given(outputs, st.data())
def test_an_output_is_spent_where_its_mark_and_that_input_agree(
    txs: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    flat = [output for tx in txs for output in tx]
    spends = data.draw(st.lists(st.sampled_from(range(len(flat))), unique=True)) if flat else []
    ahead = st.integers(0, 20) | st.just(int(NOT_YET))
    marks = [spends.index(o) if o in spends else data.draw(ahead) for o in range(len(flat))]
    script = np.array([0 if kind == OP_RETURN else 1 for _, kind in flat], np.uint32)
    counts = np.empty(len(txs), np.uint32)
    alive = count_unspent(
        np.array(marks, np.uint64),
        np.array(spends, np.uint64),
        np.array([v for v, _ in flat], np.int64),
        script,
        np.array([OP_RETURN, 2], np.uint8),
        np.cumsum([0, *map(len, txs)]).astype(np.uint64),
        OP_RETURN,
        counts,
    )
    left, number = [], 0
    for tx in txs:
        rows = range(number, number + len(tx))
        left.append(sum(o not in spends and flat[o] != (0, OP_RETURN) for o in rows))
        number += len(tx)
    assert counts.tolist() == left
    assert alive == sum(count > 0 for count in left)


@given(
    st.lists(st.tuples(st.sampled_from(crowded), st.integers(0, 2)), max_size=CAPACITY - 1),
    st.integers(0, 3),
    st.sampled_from([ALL, np.uint64(3)]),
)
def test_transactions_are_added_up_to_the_first_whose_prefix_is_there(
    txs: list[tuple[int, int]], skipped: int, keep: np.uint64
) -> None:
    """(prefix, outputs that are left) of each; those with none are passed over."""
    ids = b"".join(forged_id(5, 5) for _ in range(skipped)) + b"".join(forged_id(p, 1) for p, _ in txs)
    slots = np.zeros(2 * CAPACITY, np.uint64)
    counts = np.array([left for _, left in txs], np.uint32)
    edges = (7 + 3 * np.arange(len(txs) + 1)).astype(np.uint64)
    raw = np.frombuffer(ids, np.uint8)
    stop = fill_slots(slots, keep, raw, skipped, edges, counts, 0)
    wanted: dict[int, int] = {}
    for row, (prefix, left) in enumerate(txs):
        if left and prefix & int(keep) in wanted:
            assert stop == row
            break
        if left:
            wanted[prefix & int(keep)] = (7 + 3 * row << 24) | left
    else:
        assert stop == len(txs)
    assert _held(slots) == wanted
