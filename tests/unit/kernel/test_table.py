from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.kernel.table import EMPTY, PrefixTable, slot_of

prefixes = st.lists(
    st.tuples(st.sampled_from([0, 1, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)), max_size=200
)


def _rows(table: PrefixTable, prefix: int) -> list[int]:
    """Every row under a prefix, walking its probe line as kernels do."""
    mask = len(table.keys) - 1
    at = int(slot_of(np.uint64(prefix), np.uint64(mask)))
    found = []
    while table.rows[at] != EMPTY:
        if int(table.keys[at]) == prefix:
            found.append(int(table.rows[at]))
        at = (at + 1) & mask
    return found


@given(prefixes, st.integers(0, 4))
def test_every_row_is_found_under_its_prefix_and_no_other(keys: list[tuple[int]], doubling: int) -> None:
    table = PrefixTable(1 << doubling)
    for number, (key,) in enumerate(keys):
        table.add(np.array([key], np.uint64), np.array([number], np.uint32))
    for key in {k for (k,) in keys} | {7}:
        assert sorted(_rows(table, key)) == [n for n, (k,) in enumerate(keys) if k == key]
    assert table.count == len(keys)
    assert table.count * 8 <= len(table.keys) * 5


def test_rows_added_together_are_those_added_one_by_one() -> None:
    table = PrefixTable(4)
    keys = np.arange(1000, dtype=np.uint64) % np.uint64(300)
    table.add(keys, np.arange(1000, dtype=np.uint32))
    assert [sorted(_rows(table, k)) for k in range(300)] == [list(range(k, 1000, 300)) for k in range(300)]
    assert table.nbytes == 12 * len(table.keys)


def test_room_is_made_ahead() -> None:
    table = PrefixTable(8)
    table.reserve(5)
    assert len(table.keys) == 8
    table.reserve(6)
    assert len(table.keys) == 16
