"""Keys counted, picked out, sorted and looked up in bulk, against lists."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.kernel.buckets import count_buckets, count_keys, place_numbers, scatter_by_bucket
from cointrail.kernel.radix import MOST_ALIKE, sort_spread
from cointrail.kernel.ranges import count_bins, count_within, select_keys
from cointrail.kernel.sorted_pairs import check_pairs, copy_pairs, count_equal

Array = npt.NDArray[Any]
LARGEST = {"<u4": 2**32 - 1, "<u8": 2**64 - 1}
width = st.sampled_from(["<u4", "<u8"])
small = st.lists(st.integers(0, 5), max_size=12)


@st.composite
def _keys(draw: st.DrawFn) -> tuple[list[int], str, int, int]:
    """Keys, their type, and a range of them, both ends included."""
    dtype = draw(width)
    key = st.integers(0, LARGEST[dtype]) | st.sampled_from([0, 1, LARGEST[dtype]])
    low, high = sorted((draw(key), draw(key)))
    return draw(st.lists(key | st.sampled_from([low, high]), max_size=12)), dtype, low, high


@given(_keys(), st.integers(0, 2**31))
@example(([0, 2**64 - 1], "<u8", 0, 2**64 - 1), 0)
def test_keys_of_a_range_are_counted_and_picked_out_in_their_order(
    drawn: tuple[list[int], str, int, int], first: int
) -> None:
    keys, dtype, low, high = drawn
    array, limits = np.array(keys, dtype), [np.dtype(dtype).type(k) for k in (low, high)]
    wanted = [(key, first + row) for row, key in enumerate(keys) if low <= key <= high]
    assert count_within(array, *limits) == len(wanted)
    out = np.empty(len(wanted), dtype), np.empty(len(wanted), "<u4" if dtype == "<u8" else "<u8")
    assert select_keys(array, first, limits[0], limits[1], *out) == len(wanted)
    assert list(zip(*(column.tolist() for column in out), strict=True)) == wanted


@given(_keys())
def test_keys_are_counted_by_their_highest_bits(drawn: tuple[list[int], str, int, int]) -> None:
    keys, dtype, _, _ = drawn
    shift = 8 * np.dtype(dtype).itemsize - 4
    for count in (count_bins, count_buckets):
        bins = np.ones(16, np.int64)
        count(np.array(keys, dtype), shift, bins)
        assert bins.tolist() == [1 + sum(key >> shift == b for key in keys) for b in range(16)]


@given(_keys())
def test_rows_are_put_bucket_by_bucket(drawn: tuple[list[int], str, int, int]) -> None:
    keys, dtype, _, _ = drawn
    shift = 8 * np.dtype(dtype).itemsize - 4
    order = sorted(range(len(keys)), key=lambda row: keys[row] >> shift)
    next_row = np.array([sum(key >> shift < b for key in keys) for b in range(16)])
    out = np.empty(len(keys), np.int64)
    scatter_by_bucket(np.array(keys, dtype), shift, np.arange(len(keys)), next_row, out)
    assert out.tolist() == order
    assert next_row.tolist() == [sum(key >> shift <= b for key in keys) for b in range(16)]


@given(small)
def test_numbers_are_put_together_by_their_key(keys: list[int]) -> None:
    array, counts = np.array(keys, np.uint32) + np.uint32(3), np.zeros(6, np.int64)
    count_keys(array, 3, counts)
    assert counts.tolist() == [keys.count(key) for key in range(6)]
    next_row, out = np.cumsum(counts) - counts, np.empty(len(keys), np.uint64)
    place_numbers(array, np.arange(len(keys), dtype=np.uint64), 3, next_row, out)
    assert out.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert next_row.tolist() == np.cumsum(counts).tolist()


@given(
    st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9).map(lambda k: k << 60), max_size=200),
    st.integers(1, 6),
)
@example([7] * (MOST_ALIKE + 1), 1)
@example([7] * MOST_ALIKE, 6)
@example([1 << 63, *range(MOST_ALIKE + 1)], 1)
def test_spread_keys_are_sorted_and_others_are_given_back_whole(keys: list[int], bits: int) -> None:
    array, numbers = np.array(keys, np.uint64), np.arange(len(keys), dtype=np.uint32)
    spare = np.empty_like(array), np.empty_like(numbers)
    edges = np.empty((1 << bits) + 1, np.int64)
    done = sort_spread(array, numbers, *spare, edges, np.empty(257, np.int64))
    wanted = sorted(zip(keys, range(len(keys)), strict=True))
    alike = [key >> (56 - bits) for key in keys]
    assert done == (max(map(alike.count, alike), default=0) <= MOST_ALIKE)
    found = zip(*(column.tolist() for column in ((array, numbers) if done else spare)), strict=True)
    if done:
        assert list(found) == wanted
    else:
        assert sorted(found, key=lambda pair: pair[0]) == wanted, "equal keys keep their order"


@given(small.map(sorted), st.lists(st.integers(0, 6), unique=True).map(sorted), width)
def test_the_pairs_under_many_keys_are_found_together(keys: list[int], wanted: list[int], dtype: str) -> None:
    array, asked = np.array(keys, dtype), np.array(wanted, dtype)
    first = np.array([bisect_left(keys, key) for key in wanted], np.int64)
    counts = np.empty(len(wanted), np.int64)
    total = count_equal(array, asked, first, counts)
    assert counts.tolist() == [keys.count(key) for key in wanted]
    assert total == int(counts.sum())
    out = np.empty(total, dtype), np.empty(total, np.uint32)
    copy_pairs(array, np.arange(len(keys), dtype=np.uint32), first, counts, *out)
    rows = [row for row, key in enumerate(keys) if key in wanted]
    assert [column.tolist() for column in out] == [[keys[row] for row in rows], rows]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=6),
    st.lists(st.integers(0, 3), max_size=6),
    st.booleans(),
)
def test_pairs_are_good_where_they_ascend_and_lead_to_rows_with_their_key(
    drawn: list[tuple[int, int]],
    rows: list[int],
    sound: bool,  # noqa: FBT001 - drawn
) -> None:
    first = 2
    true = sorted((key, first + row) for row, key in enumerate(rows))
    pairs = true if sound else drawn
    seen = np.zeros(len(rows), np.bool_)
    keys, numbers = (np.array([pair[k] for pair in pairs], np.uint64) for k in range(2))
    fits = check_pairs(keys, numbers.astype(np.uint32), first, np.array(rows, np.uint64), seen)
    leads = [0 <= n - first < len(rows) and rows[n - first] == key for key, n in pairs]
    assert seen.tolist() == [
        any(ok and n == first + row for ok, (_, n) in zip(leads, pairs, strict=True))
        for row in range(len(rows))
    ]
    assert fits == (all(leads) and pairs == sorted(set(pairs)))
