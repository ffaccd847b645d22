from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Event

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail.errors import DeepReorg
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.reader import open_snapshot
from cointrail.store.rewind import rewind
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, dump, every_file, scratch

TIP = 300
sizes = st.sampled_from([3000, 20_000, 1 << 30])


@cache
def _branch() -> Branch:
    """300 blocks, spends of settled and of recent outputs in every one of the last 190."""
    return random_branch(51, TIP, busy=190)


@cache
def _long_branch() -> Branch:
    """1,250 blocks, so that indices have several runs and merge them; busy now and then."""
    branch = random_branch(52, 160, busy=50)
    rng = random.Random(52)
    while branch.height < 1250:
        branch.mine_empty(9)
        branch.mine_random(rng, 6)
    return branch


def _build(folder: Path, branch: Branch, store: str = "store", to: int | None = None) -> Path:
    """A store of a branch, built at once."""
    blocks = write_files(folder / f"{store}-blocks", [branch.stored])
    with BlocksDirectory(blocks, to=to) as source:
        ingest(folder / store, source)
    return folder / store


@cache
def _whole(name: str) -> dict[str, bytes]:
    with scratch() as folder:
        return content(_build(folder, _branch() if name == "short" else _long_branch()))


@given(
    st.lists(st.integers(0, TIP - 1), max_size=4).map(sorted),
    sizes,
    sizes,
    st.sampled_from([1, 1 << 30]),
    st.integers(1, 3),
)
@example([0], 1, 1, 1, 1)
@example([99, 100, 101], 700, 1, 1, 2)
@settings(max_examples=12)
def test_ingest_in_parts_gives_the_bytes_of_ingest_at_once(
    stops: list[int], batch_bytes: int, commit_bytes: int, memory: int, threads: int
) -> None:
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored])
        for to in [*stops, None]:
            with BlocksDirectory(blocks, to=to) as source:
                ingest(
                    folder / "store",
                    source,
                    memory=memory,
                    threads=threads,
                    batch_bytes=batch_bytes,
                    commit_bytes=commit_bytes,
                )
        assert differences(content(folder / "store"), _whole("short")) == []


@given(st.lists(st.integers(0, 1249), max_size=3).map(sorted), sizes, sizes)
@example([512 + 99, 512 + 100], 1 << 30, 1 << 30)
@example([1023 + 100], 1 << 30, 20_000)
@settings(max_examples=4)
def test_index_runs_come_out_the_same_in_parts(stops: list[int], batch_bytes: int, commit_bytes: int) -> None:
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_long_branch().stored])
        for to in [*stops, None]:
            with BlocksDirectory(blocks, to=to) as source:
                ingest(folder / "store", source, batch_bytes=batch_bytes, commit_bytes=commit_bytes)
        assert differences(content(folder / "store"), _whole("long")) == []
        with BlocksDirectory(blocks) as source:
            assert examine(folder / "store", source).findings == ()


def test_a_second_run_changes_no_byte() -> None:
    with scratch() as folder:
        store = _build(folder, _branch())
        before = every_file(store)
        with BlocksDirectory(folder / "store-blocks") as source:
            report = ingest(store, source)
        assert (report.new_blocks, report.replaced_blocks, report.block_bytes, report.txs) == (0, 0, 0, 0)
        assert every_file(store) == before


@pytest.mark.parametrize("to", [TIP - DEPTH, TIP - 50, TIP - 1])
def test_a_shorter_copy_of_the_same_chain_changes_no_byte(to: int) -> None:
    with scratch() as folder:
        store = _build(folder, _branch())
        before = every_file(store)
        with BlocksDirectory(folder / "store-blocks", to=to) as source:
            assert ingest(store, source).new_blocks == 0
        assert every_file(store) == before


def test_block_by_block_gives_the_same_bytes() -> None:
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored])
        for to in range(TIP - 15, TIP + 1):
            with BlocksDirectory(blocks, to=to) as source:
                report = ingest(folder / "store", source)
                assert report.new_blocks == (1 if to > TIP - 15 else TIP - 14)
        assert differences(content(folder / "store"), _whole("short")) == []


# -- reorganisations


def _forked(depth: int, longer: int, seed: int) -> Branch:
    new = _branch().fork(TIP - depth, f"fork {seed}".encode())
    rng = random.Random(seed)
    for _ in range(depth + longer):
        new.mine_random(rng, rng.randint(0, 4))
    return new


@given(st.integers(1, DEPTH), st.integers(1, 5), st.integers(0, 2**16))
@example(DEPTH, 1, 0)
@example(1, 1, 0)
@settings(max_examples=10)
def test_after_a_reorganisation_the_bytes_are_those_of_a_fresh_store(
    depth: int, longer: int, seed: int
) -> None:
    new = _forked(depth, longer, seed)
    with scratch() as folder:
        store = _build(folder, _branch())
        fresh = _build(folder, new, "fresh")
        with open_snapshot(store) as old, BlocksDirectory(folder / "fresh-blocks") as source:
            said = dump(old)
            report = ingest(store, source)
            assert (report.replaced_blocks, report.new_blocks) == (depth, depth + longer)
            assert dump(old) == said
            assert examine(store, source).findings == ()
        assert differences(content(store), content(fresh)) == []
        assert not list(store.glob("recent-00000001"))


def test_a_change_below_the_settled_part_is_refused_and_the_store_stays() -> None:
    new = _forked(DEPTH + 1, 1, 3)
    with scratch() as folder:
        store = _build(folder, _branch())
        before = every_file(store)
        write_files(folder / "blocks", [new.stored])
        fork = TIP - DEPTH
        with BlocksDirectory(folder / "blocks") as source, pytest.raises(DeepReorg) as refused:
            ingest(store, source)
        assert f"the chain changed at height {fork}" in str(refused.value)
        assert f"--rewind {fork - 1}" in (refused.value.hint or "")
        assert refused.value.facts["fork"] == fork
        assert every_file(store) == before


def test_a_copy_that_ends_below_the_settled_part_is_refused() -> None:
    with scratch() as folder:
        store = _build(folder, _branch())
        before = every_file(store)
        source = BlocksDirectory(folder / "store-blocks", to=TIP - DEPTH - 1)
        with source, pytest.raises(DeepReorg) as refused:
            ingest(store, source)
        assert f"ends at height {TIP - DEPTH - 1}, below the settled part" in str(refused.value)
        assert every_file(store) == before


@given(st.integers(DEPTH + 1, 190), st.integers(1, 3), st.integers(0, 2**16))
@settings(max_examples=6)
def test_rewound_and_ingested_again_the_store_says_what_a_fresh_one_says(
    depth: int, longer: int, seed: int
) -> None:
    new = _forked(depth, longer, seed)
    with scratch() as folder:
        store = _build(folder, _branch())
        fresh = _build(folder, new, "fresh")
        rewind(store, TIP - depth)
        with BlocksDirectory(folder / "fresh-blocks") as source:
            ingest(store, source)
            assert examine(store, source).findings == ()
        assert differences(content(store), content(fresh)) == []
        with open_snapshot(store) as mine, open_snapshot(fresh) as wanted:
            assert dump(mine) == dump(wanted)


# -- readers


@given(st.integers(101, TIP - 1), st.integers(1, 120))
@example(101, 1)
@example(150, 100)
@settings(max_examples=10)
def test_a_reader_of_an_older_tip_never_sees_later_spends(height: int, more: int) -> None:
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(blocks, to=height) as source:
            ingest(folder / "store", source)
        with open_snapshot(folder / "store") as reader:
            before = dump(reader)
            with BlocksDirectory(blocks, to=min(TIP, height + more)) as source:
                ingest(folder / "store", source, commit_bytes=3000, batch_bytes=3000)
            assert dump(reader) == before
        with open_snapshot(folder / "store") as reader:
            assert dump(reader)["tip"] != before["tip"]


def test_readers_see_only_whole_commits_while_a_run_is_writing() -> None:
    seen: dict[int, object] = {}
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(blocks, to=150) as source:
            ingest(folder / "store", source)

        def look(stage: str, done: int, total: int, txs: int) -> None:
            with open_snapshot(folder / "store") as reader:
                seen[reader.height] = dump(reader)

        with BlocksDirectory(blocks) as source:
            ingest(folder / "store", source, progress=look, batch_bytes=2000, commit_bytes=9000)
        assert len(seen) > 3
        for height, said in list(seen.items())[:: max(1, len(seen) // 4)]:
            shutil.rmtree(folder / "fresh", ignore_errors=True)
            with BlocksDirectory(blocks, to=height) as source:
                ingest(folder / "fresh", source)
            with open_snapshot(folder / "fresh") as reader:
                assert dump(reader) == said


def test_a_reader_may_come_at_any_moment_of_a_run() -> None:
    """Also when the files that the manifest named are removed while it opens them."""
    digests: dict[int, set[str]] = {}
    stop = Event()

    def read(store: Path) -> None:
        while not stop.is_set():
            with open_snapshot(store) as snapshot:
                assert snapshot.block_hash(snapshot.height) == snapshot.tip_hash
                digests.setdefault(snapshot.height, set()).add(snapshot.digest)

    with scratch() as folder, ThreadPoolExecutor(1) as pool:
        blocks = write_files(folder / "blocks", [_branch().stored])
        store = folder / "store"
        with BlocksDirectory(blocks, to=200) as source:
            ingest(store, source)
        reader = pool.submit(read, store)
        try:
            for to in range(201, 241):
                with BlocksDirectory(blocks, to=to) as source:
                    ingest(store, source)
        finally:
            stop.set()
        reader.result()
    assert len(digests) > 20
    assert all(len(found) == 1 for found in digests.values())
