"""The sort of the gate's kernels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.kernel.sorting import sort_first


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=200), data=st.data())
def test_the_first_values_come_sorted_and_the_rest_stays(values: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(values)))
    array = np.array(values, dtype=np.int64)
    sort_first(array, n)
    assert array.tolist() == sorted(values[:n]) + values[n:]
