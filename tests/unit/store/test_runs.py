from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import StoreCorrupt
from cointrail.store.index_files import FANOUT, UNIT, cuts, open_run, run_paths
from cointrail.store.runs import (
    SORT_MEMORY,
    Fresh,
    build_runs,
    find_many,
    open_runs,
    sort_pairs,
    superseded,
    write_run,
)
from cointrail.store.schema import INDEXES, IndexSpec
from support.store_files import scratch

TXID, SCRIPT, HISTORY = INDEXES


@given(st.integers(0, 2_000_000))
def test_cuts_cover_every_settled_block_once_with_the_largest_first(settled: int) -> None:
    found = cuts(settled)
    assert [a for a, _ in found] == [0, *(b for _, b in found)][: len(found)]
    assert (found[-1][1] if found else 0) == settled
    sizes = [b - a for a, b in found]
    whole = sizes[:-1] if settled % UNIT else sizes
    assert whole == sorted(whole, reverse=True)
    for size in whole:
        units = size // UNIT
        assert size == units * UNIT
        assert units in {FANOUT**k for k in range(5)}
        assert whole.count(size) < FANOUT


@pytest.mark.parametrize(
    ("settled", "found"),
    [
        (0, []),
        (1, [(0, 1)]),
        (512, [(0, 512)]),
        (513, [(0, 512), (512, 513)]),
        (4096, [(0, 4096)]),
        (4213, [(0, 4096), (4096, 4213)]),
        (5000, [(0, 4096), (4096, 4608), (4608, 5000)]),
    ],
)
def test_cuts_by_example(settled: int, found: list[tuple[int, int]]) -> None:
    assert cuts(settled) == found


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_a_run_is_cut_off_at_its_end_only_and_never_in_its_middle(settled: int, more: int) -> None:
    """What a larger store merges is whole runs of the smaller one, but for its tail."""
    small, large = cuts(settled), cuts(settled + more)
    for first, last in small[:-1]:
        assert any(a <= first and last <= b for a, b in large)


keys = st.lists(st.sampled_from([0, 1, 5, 2**32 - 1]) | st.integers(0, 2**32 - 1), max_size=300)


@given(keys, st.sampled_from(["<u4", "<u8"]), st.sampled_from(["<u4", "<u8"]))
def test_pairs_are_sorted_by_key_and_keep_their_order(values: list[int], key: str, number: str) -> None:
    numbers = np.arange(len(values)).astype(number)
    sorted_keys, sorted_numbers = sort_pairs(np.array(values, key), numbers)
    wanted = sorted(range(len(values)), key=lambda n: (values[n], n))
    assert sorted_numbers.tolist() == wanted
    assert sorted_keys.tolist() == [values[n] for n in wanted]
    assert (sorted_keys.dtype, sorted_numbers.dtype) == (np.dtype(key), np.dtype(number))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=50))
def test_keys_of_all_widths_sort_by_their_whole_value(values: list[int]) -> None:
    found, _ = sort_pairs(np.array(values, "<u8"), np.arange(len(values)).astype("<u4"))
    assert found.tolist() == sorted(values)


def _fresh(spec: IndexSpec, first: int, last: int) -> Fresh:
    """Two rows a block; keys repeat."""
    return Fresh((np.arange(2 * first, 2 * last) * 7919 % 97).astype(spec.key), 2 * first)


def _none(spec: IndexSpec) -> Fresh:
    return Fresh(np.empty(0, spec.key), 0)


def _everything(folder: Path, spec: IndexSpec, settled: int) -> list[tuple[int, int]]:
    runs = open_runs(folder, spec, settled)
    return [pair for run in runs for pair in zip(run.keys.tolist(), run.numbers.tolist(), strict=True)]


@given(
    st.lists(st.integers(1, 6000), min_size=1, max_size=4).map(sorted),
    st.sampled_from([1, 500, 5000, SORT_MEMORY]),
)
@settings(max_examples=25)
def test_runs_built_in_parts_and_in_little_memory_are_those_built_at_once(
    heights: list[int], memory: int
) -> None:
    with scratch() as folder:
        parts, whole = folder / "parts", folder / "whole"
        parts.mkdir()
        whole.mkdir()
        before = 0
        for height in heights:
            fresh = partial(_fresh, HISTORY)
            build_runs(parts, HISTORY, cuts(before), height, fresh, memory=memory)
            for path in superseded(parts, height):
                path.unlink()
            before = height
        build_runs(whole, HISTORY, [], heights[-1], partial(_fresh, HISTORY))
        assert {p.name: p.read_bytes() for p in parts.iterdir()} == {
            p.name: p.read_bytes() for p in whole.iterdir()
        }
        _, numbers = zip(*_everything(parts, HISTORY, heights[-1]), strict=True)
        assert sorted(numbers) == list(range(2 * heights[-1]))


def test_a_run_finds_all_numbers_of_a_key_and_of_many(tmp_path: Path) -> None:
    keys = np.array([5, 9, 5, 1, 9, 5], "<u8")
    write_run(tmp_path, TXID, 0, 3, [Fresh(keys[:4], 0), Fresh(keys[4:], 4)])
    run = open_run(tmp_path, TXID, 0, 3, 6)
    assert run.find(5).tolist() == [0, 2, 5]
    assert run.find(2).tolist() == []
    assert run.bounds(9) == (4, 6)
    found = find_many(run, np.array([1, 2, 9, 2**64 - 1], "<u8"))
    assert [part.tolist() for part in found] == [[1, 9, 9], [3, 1, 4]]
    assert [len(part) for part in find_many(run, np.array([2], "<u8"))] == [0, 0]


def test_a_run_without_rows_is_a_run(tmp_path: Path) -> None:
    write_run(tmp_path, SCRIPT, 0, 1, [_none(SCRIPT)])
    run = open_run(tmp_path, SCRIPT, 0, 1, 0)
    assert run.find(3).tolist() == []


@pytest.mark.parametrize("which", [0, 1], ids=["keys", "numbers"])
@pytest.mark.parametrize("damage", ["missing", "shorter by a byte", "shorter by a row", "longer"])
def test_a_run_with_other_rows_than_it_should_have_is_refused(
    tmp_path: Path, which: int, damage: str
) -> None:
    write_run(tmp_path, TXID, 0, 3, [Fresh(np.arange(6).astype("<u8"), 0)])
    path = run_paths(tmp_path, TXID, 0, 3)[which]
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        cut = {
            "shorter by a byte": data[:-1],
            "shorter by a row": data[: -len(data) // 6],
            "longer": data * 2,
        }
        path.write_bytes(cut[damage])
    with pytest.raises(StoreCorrupt, match=path.name):
        open_run(tmp_path, TXID, 0, 3, 6)
    with pytest.raises(StoreCorrupt):
        open_run(tmp_path, TXID, 0, 3)


def test_files_that_no_height_asks_for_are_superseded(tmp_path: Path) -> None:
    for first, last in [(0, 512), (512, 600), (0, 4096)]:
        write_run(tmp_path, TXID, first, last, [_none(TXID)])
    (tmp_path / "txid-000000000-000000512.keys.new").write_bytes(b"half")
    for name in ("notes.txt", "mine-1.keys", "txid-readme"):
        (tmp_path / name).write_bytes(b"of somebody else")
    names = [path.name for path in superseded(tmp_path, 600)]
    assert names == [
        "txid-000000000-000000512.keys.new",
        "txid-000000000-000004096.keys",
        "txid-000000000-000004096.numbers",
    ]
