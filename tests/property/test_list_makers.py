"""Rows put apart and put together by key, against dictionaries, in memory and by way of files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.clustering import spill as spilling
from cointrail.clustering.list_maker import ListMaker, number_type
from cointrail.clustering.shelf import DraftShelf, MemoryShelf, Shelf, put
from cointrail.clustering.spill import Log, Spill, bits_of
from cointrail.kernel.buckets import add_by_key
from cointrail.kernel.grouping import NONE, Groups, Marks, Sums, find_groups
from support.store_files import scratch

NUMBERS = st.integers(0, 2**40)
rounds = st.lists(st.lists(st.one_of(st.integers(0, 599), st.just(NONE)), max_size=20), max_size=5)
WAYS = ["memory", "disk"]


@contextmanager
def shelf_of(way: str) -> Iterator[Shelf]:
    if way == "memory":
        yield MemoryShelf()
    else:
        with scratch() as folder, DraftShelf(folder) as shelf:
            yield shelf


def files_of(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.iterdir()) if isinstance(shelf, DraftShelf) else []


@pytest.mark.parametrize("way", WAYS)
@given(added=rounds)
def test_lists_hold_the_numbers_of_each_key_in_their_order(way: str, added: list[list[int]]) -> None:
    wanted: defaultdict[int, list[int]] = defaultdict(list)
    with shelf_of(way) as shelf:
        maker = ListMaker(shelf, "t", 600, "<u8")
        number = 7
        for keys in added:
            maker.add(np.array(keys, np.uint32), number)
            for key in keys:
                wanted[key].append(number)
                number += 1
        lists = maker.finish()
        assert [lists.of(key).tolist() for key in range(600)] == [wanted[key] for key in range(600)]
        assert [lists.size(key) for key in range(600)] == [len(wanted[key]) for key in range(600)]
        assert files_of(shelf) == (["t.bin", "t_start.bin"] if way == "disk" else [])


@pytest.mark.parametrize("way", WAYS)
@given(
    added=st.lists(st.lists(st.tuples(st.integers(0, 2**64 - 1), NUMBERS), max_size=9), max_size=4),
    waiting=st.integers(1, 20),
)
def test_buckets_ascend_by_key_and_keep_the_order_of_rows(
    way: str, added: list[list[tuple[int, int]]], waiting: int
) -> None:
    before, spilling.WAITING_ROWS = spilling.WAITING_ROWS, waiting
    try:
        with shelf_of(way) as shelf:
            spill = Spill(shelf, 64, ("<u8", "<i8"))
            for rows in added:
                columns = np.array([r[0] for r in rows], np.uint64), np.array([r[1] for r in rows], np.int64)
                spill.add(*columns)
            every = [row for rows in added for row in rows]
            assert spill.filled() == sorted({key >> 56 for key, _ in every})
            for bucket in range(spill.buckets):
                keys, numbers = spill.take(bucket)
                found = list(zip(keys.tolist(), numbers.tolist(), strict=True))
                assert found == [row for row in every if row[0] >> 56 == bucket]
            spill.close()
            assert spill.filled() == []
            assert files_of(shelf) == []
    finally:
        spilling.WAITING_ROWS = before


@pytest.mark.parametrize("way", WAYS)
@given(pieces=st.lists(st.lists(st.integers(0, 255), max_size=5), max_size=5))
def test_a_log_and_a_shelf_give_back_what_was_added(way: str, pieces: list[list[int]]) -> None:
    every = [value for piece in pieces for value in piece]
    with shelf_of(way) as shelf:
        log = Log(shelf, ("u1", "<u4"))
        for piece in pieces:
            log.append(np.array(piece), np.array(piece))
        assert [column.tolist() for column in log.close()] == [every, every]
        kept = put(shelf, "t", "<u4", (np.array(piece) for piece in pieces))
        assert kept.tolist() == every
        assert not kept.flags.writeable


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-(2**60), 2**60)), max_size=9))
def test_values_are_added_to_the_sums_of_their_keys(rows: list[tuple[int, int]]) -> None:
    sums = np.zeros(5, np.int64)
    add_by_key(np.array([k for k, _ in rows], np.uint32), np.array([v for _, v in rows], np.int64), sums)
    assert sums.tolist() == [sum(v for k, v in rows if k == key) for key in range(5)]


@given(
    scripts=st.lists(st.one_of(st.integers(0, 5), st.just(NONE)), max_size=12),
    cluster=st.lists(st.sampled_from([0, 1, NONE]), min_size=6, max_size=6),
    heavy=st.sets(st.integers(0, 5)),
    every=st.integers(1, 3),
)
def test_a_script_is_in_the_group_of_its_cluster_and_alone_where_it_is_heavy(
    scripts: list[int], cluster: list[int], heavy: set[int], every: int
) -> None:
    code = np.array(cluster, np.uint32)
    alone = np.array(sorted(heavy), np.int64)
    heavy_cluster = code[alone]
    code[alone] = 2 + np.arange(len(alone))
    sums = [Sums(np.zeros(count, np.uint32), np.zeros(count, np.int64)) for count in (2, len(alone))]
    groups = Groups(code, heavy_cluster, *sums)
    values = np.arange(1, len(scripts) + 1, dtype=np.int64)
    own, numbers = np.empty(len(scripts), np.uint32), np.empty(len(scripts), np.uint32)
    marks = [Marks(np.empty(len(scripts), np.uint32), np.empty(len(scripts), np.int64)) for _ in sums]
    counts = find_groups(
        np.array(scripts, np.uint32), values, groups, every, (own, numbers), (marks[0], marks[1])
    )
    place = {script: k for k, script in enumerate(sorted(heavy))}
    assert own.tolist() == [NONE if s == NONE else cluster[s] for s in scripts]
    assert numbers.tolist() == [place.get(s, NONE) for s in scripts]
    for found, summed, marked, count in zip((own, numbers), sums, marks, counts, strict=True):
        moves = [values[found == key].tolist() for key in range(len(summed.total))]
        assert summed.total.tolist() == [sum(one) for one in moves]
        assert summed.moves.tolist() == [len(one) for one in moves]
        wanted = [
            (key, sum(one[:n]))
            for key, one in enumerate(moves)
            for n in range(every, 99, every)
            if len(one) >= n
        ]
        rows = zip(marked.group[:count].tolist(), marked.total[:count].tolist(), strict=True)
        assert sorted(rows) == wanted


def test_numbers_take_four_bytes_while_they_fit() -> None:
    assert [number_type(count) for count in (0, 1 << 32, (1 << 32) + 1)] == ["<u4", "<u4", "<u8"]
    assert [bits_of(count) for count in (0, 1, 2, 3, 256, 257)] == [0, 0, 1, 2, 8, 9]
