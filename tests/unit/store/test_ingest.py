from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.errors import StoreError
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, IngestReport, ingest
from cointrail.store.manifest import read_manifest
from cointrail.store.preflight import spans
from cointrail.store.reader import open_snapshot
from cointrail.store.rewind import rewind
from support.blocks_writer import Stored, write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences


@cache
def _branch() -> Branch:
    return random_branch(121, 230, busy=110)


@pytest.fixture(name="blocks")
def written(tmp_path: Path) -> Path:
    return write_files(tmp_path / "blocks", [_branch().stored])


def _ingest(blocks: Path, store: Path, to: int | None = None, *, undo: bool = True) -> IngestReport:
    with BlocksDirectory(blocks, to=to, undo=undo) as source:
        return ingest(store, source)


@pytest.mark.parametrize("tip", [0, 1, 98, 99, 100, 101, 199])
def test_blocks_a_hundred_deep_are_settled(blocks: Path, tmp_path: Path, tip: int) -> None:
    report = _ingest(blocks, tmp_path / "store", tip)
    assert report.manifest.height == tip
    assert report.manifest.settled_height == max(0, tip + 1 - DEPTH)
    assert report.manifest.tip == str(_branch().blocks[tip].hash)
    with BlocksDirectory(blocks, to=tip) as source:
        assert examine(tmp_path / "store", source).findings == ()
    with open_snapshot(tmp_path / "store") as snapshot:
        assert snapshot.height == tip
        assert snapshot.block_txs(tip).stop == snapshot.n_txs


def test_a_report_says_what_was_read_and_what_is_new(blocks: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = _ingest(blocks, store, 150)
    assert (first.new_blocks, first.replaced_blocks, first.notes) == (151, 0, ())
    assert first.block_bytes == sum(len(b.raw) for b in _branch().blocks[:151])
    second = _ingest(blocks, store)
    assert (second.new_blocks, second.replaced_blocks) == (80, 0)
    assert second.block_bytes == sum(len(b.raw) for b in _branch().blocks[51:])
    assert second.txs == sum(len(b.spent) + 1 for b in _branch().blocks[51:])
    assert second.manifest == read_manifest(store)


def test_progress_counts_up_to_all_bytes_that_are_read(blocks: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, int]] = []

    def progress(stage: str, done: int, total: int, txs: int) -> None:
        seen.append((done, total, txs))

    with BlocksDirectory(blocks) as source:
        report = ingest(tmp_path / "store", source, progress=progress, batch_bytes=5000)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert {total for _, total, _ in seen} == {report.block_bytes}
    assert seen[-1] == (report.block_bytes, report.block_bytes, report.txs)


def test_inputs_count_as_checked_only_when_all_of_them_were(blocks: Path, tmp_path: Path) -> None:
    assert _ingest(blocks, tmp_path / "checked").manifest.undo_checked
    store = tmp_path / "store"
    assert not _ingest(blocks, store, 150, undo=False).manifest.undo_checked
    later = _ingest(blocks, store).manifest
    assert not later.undo_checked
    assert later.digest == _ingest(blocks, tmp_path / "again").manifest.digest


def test_what_the_blocks_directory_left_out_is_noted(tmp_path: Path) -> None:
    *connected, last = _branch().stored
    write_files(tmp_path / "blocks", [[*connected, Stored(last.block)]])
    report = _ingest(tmp_path / "blocks", tmp_path / "store")
    assert report.manifest.height == 229
    (note,) = report.notes
    assert "not connected by the node yet" in note
    assert report.manifest.notes == report.notes


# -- rewinding


@pytest.mark.parametrize("height", [0, 50, 99, 100, 130, 131, 200, 229, 230])
def test_a_rewound_store_ends_below_and_goes_on_to_the_same_bytes(
    blocks: Path, tmp_path: Path, height: int
) -> None:
    store, whole = tmp_path / "store", tmp_path / "whole"
    _ingest(blocks, store)
    _ingest(blocks, whole)
    rewind(store, height)
    manifest = read_manifest(store)
    assert manifest is not None
    assert manifest.height == min(max(-1, height - DEPTH), 130)
    assert manifest.recent.rows["blocks"] == 0
    _ingest(blocks, store)
    assert differences(content(store), content(whole)) == []


def test_a_store_rewound_to_nothing_holds_no_chain(blocks: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    _ingest(blocks, store)
    rewind(store, 5)
    with pytest.raises(StoreError, match="has no block yet"):
        open_snapshot(store)


@pytest.mark.parametrize(("height", "complaint"), [(231, "reaches height 230"), (-1, "reaches height 230")])
def test_there_is_nothing_to_give_up_above_the_tip(
    blocks: Path, tmp_path: Path, height: int, complaint: str
) -> None:
    _ingest(blocks, tmp_path / "store")
    with pytest.raises(StoreError, match=complaint):
        rewind(tmp_path / "store", height)


def test_a_place_without_a_store_cannot_be_rewound(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no store"):
        rewind(tmp_path / "nothing", 3)
    assert not (tmp_path / "nothing").exists()


# -- spans


@given(st.lists(st.integers(1, 100), max_size=30), st.integers(0, 5), st.integers(1, 250))
def test_spans_cover_all_heights_and_hold_to_the_size_where_they_can(
    sizes: list[int], first: int, most: int
) -> None:
    found = list(spans(np.array(sizes, np.int64), first, most))
    assert [h for a, b in found for h in range(a, b)] == list(range(first, first + len(sizes)))
    for a, b in found:
        weight = sum(sizes[a - first : b - first])
        assert b > a
        assert weight <= most or b - a == 1
