"""Sums of the first moves of a list, from sums that were kept on the way, against adding up."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.clustering.running import Running, RunningSums


@given(
    values=st.lists(st.integers(0, 21 * 10**14), max_size=30),
    every=st.integers(1, 5),
    kept=st.integers(0, 30),
    together=st.integers(1, 4),
    data=st.data(),
)
def test_the_sum_of_the_first_moves_is_what_adding_them_up_gives(
    values: list[int], every: int, kept: int, together: int, data: st.DataObject
) -> None:
    through = [0, *accumulate(values)]
    counts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=9)))
    running = Running(every, np.array(through[every::every][:kept], np.int64))
    column = np.array(values, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cointrail.clustering.running.TOGETHER", together)
        found = running.sums(np.array(counts, np.int64), lambda places: column[places])
    assert found.tolist() == [through[count] for count in counts]


def test_no_more_values_are_looked_at_than_lie_between_two_kept_sums() -> None:
    every, length = 10, 1000
    running = Running(every, np.arange(every, length + 1, every))
    looked_at: list[int] = []

    def values_at(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        looked_at.extend(places.tolist())
        return np.ones(len(places), np.int64)

    assert running.sums(np.array([0, 5, 509, 511, 999]), values_at).tolist() == [0, 5, 509, 511, 999]
    assert looked_at == [*range(5), *range(500, 509), 510, *range(990, 999)]


@given(st.lists(st.integers(0, 3), max_size=12))
def test_the_kept_sums_of_one_list_are_found_among_those_of_all(groups: list[int]) -> None:
    groups.sort()
    sums = RunningSums(np.array(groups, np.uint32), np.arange(len(groups), dtype=np.int64))
    for group in range(5):
        assert sums.of(group).tolist() == [k for k, one in enumerate(groups) if one == group]
