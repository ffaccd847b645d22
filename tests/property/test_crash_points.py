from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import StoreUnwritable
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store import manifest as manifest_module
from cointrail.store.columns import ColumnWriter
from cointrail.store.ingest import ingest
from cointrail.store.manifest import Manifest
from cointrail.store.reader import open_snapshot
from cointrail.store.rewind import rewind
from support.blocks_writer import write_files
from support.crashes import Crash, crashing
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, every_file, said, scratch

TIP = 260
Step = Callable[[Path, Path], None]
"""What is done to (store, folder of blocks)."""


@cache
def _branch() -> Branch:
    return random_branch(61, TIP, busy=150)


@cache
def _fork(depth: int) -> Branch:
    fork = _branch().fork(TIP - depth, b"fork")
    rng = random.Random(6)
    for _ in range(depth + 2):
        fork.mine_random(rng, 4)
    return fork


def _ingest(name: str, to: int | None = None) -> Step:
    def step(store: Path, folder: Path) -> None:
        with BlocksDirectory(folder / name, to=to) as source:
            ingest(store, source, batch_bytes=8000, commit_bytes=20_000)

    return step


def _rewind(depth: int) -> Step:
    def step(store: Path, folder: Path) -> None:
        read = manifest_module.read_manifest(store)
        assert read is not None
        if read.height > TIP - depth:  # an earlier try may have got further
            rewind(store, TIP - depth)

    return step


SCENES: dict[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "a first ingest": ([], [_ingest("main")]),
    "an append": ([_ingest("main", 150)], [_ingest("main")]),
    "a reorganisation": ([_ingest("main")], [_ingest("fork")]),
    "a rewind": ([_ingest("main")], [_rewind(50), _ingest("main")]),
    "a deep reorganisation": ([_ingest("main")], [_rewind(130), _ingest("deep")]),
}
"""What was done before, and what crashes."""


def _blocks(folder: Path) -> None:
    write_files(folder / "main", [_branch().stored])
    write_files(folder / "fork", [_fork(30).stored])
    write_files(folder / "deep", [_fork(130).stored])


@cache
def _clean(scene: str) -> tuple[dict[str, bytes], int]:
    """The store that a run without a crash leaves, and how many operations that takes."""
    before, steps = SCENES[scene]
    with scratch() as folder:
        _blocks(folder)
        for step in before:
            step(folder / "store", folder)
        with crashing(None) as count:
            for step in steps:
                step(folder / "store", folder)
        return content(folder / "store"), count.done


def _tip(store: Path) -> str | None:
    if not (store / "manifest.json").exists():
        return None
    read = manifest_module.read_manifest(store)
    assert read is not None
    if read.height < 0:
        return None
    with open_snapshot(store) as snapshot:
        assert snapshot.find_tx(snapshot.txid(snapshot.n_txs - 1)) == snapshot.n_txs - 1
        return str(snapshot.tip_hash)


@pytest.mark.parametrize("scene", SCENES)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=2))
@settings(max_examples=12)
def test_after_a_crash_anywhere_the_next_run_gives_the_bytes_of_a_run_without(
    scene: str, crashes: list[tuple[float, bool]]
) -> None:
    before, steps = SCENES[scene]
    wanted, operations = _clean(scene)
    with scratch() as folder:
        _blocks(folder)
        store = folder / "store"
        for step in before:
            step(store, folder)
        for place, torn in crashes:
            with crashing(1 + int(place * (operations - 1)), torn=torn):
                _run_until_crash(steps, store, folder)
            _tip(store)
        for step in steps:
            step(store, folder)
        marks = {"settled outputs.spent_by"} if scene == "a deep reorganisation" else set()
        assert set(differences(content(store), wanted)) <= marks
        assert not list(store.rglob("*.new"))


def _run_until_crash(steps: Sequence[Step], store: Path, folder: Path) -> None:
    try:
        for step in steps:
            step(store, folder)
    except Crash:
        return


def test_the_crash_points_cover_every_kind_of_step() -> None:
    """Columns, their syncs, index runs, the manifest: the operations that the other test stops at."""
    wanted, operations = _clean("a first ingest")
    assert operations > 300
    assert wanted["manifest"]


# -- a write that fails is an error, not a crash


class FullDisk:
    """Column writes that fail from the n-th on, as on a full disk."""

    def __init__(self, after: int) -> None:
        self._left = after

    def write(self, real: Callable[..., None]) -> Callable[..., None]:
        def limited(writer: ColumnWriter, row: int, values: object) -> None:
            self._left -= 1
            if self._left < 0:
                raise OSError(28, "No space left on device")
            real(writer, row, values)

        return limited


@pytest.mark.parametrize("after", [0, 30, 100])
def test_a_failed_write_is_one_clear_error_and_the_store_as_it_was(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scratch() as folder:
        _blocks(folder)
        store = folder / "store"
        _ingest("main", 240)(store, folder)
        before = said(store)
        with monkeypatch.context() as patch:
            patch.setattr(ColumnWriter, "write", FullDisk(after).write(ColumnWriter.write))
            with pytest.raises(StoreUnwritable, match="cannot be written: No space left on device") as failed:
                _ingest("main")(store, folder)
        assert "the store is as it was" in (failed.value.hint or "")
        assert failed.value.facts["path"] == str(store)
        if after < 100:  # no commit was reached
            assert said(store) == before
        _ingest("main")(store, folder)
        assert differences(content(store), _clean("a first ingest")[0]) == []


def test_a_manifest_that_cannot_be_written_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(store: Path, manifest: Manifest) -> None:
        raise StoreUnwritable("no")

    with scratch() as folder:
        _blocks(folder)
        store = folder / "store"
        _ingest("main", 240)(store, folder)
        before = said(store)
        with monkeypatch.context() as patch:
            patch.setattr("cointrail.store.ingest.write_manifest", refuse)
            with pytest.raises(StoreUnwritable):
                _ingest("fork")(store, folder)
        assert said(store) == before
        _ingest("fork")(store, folder)
        shutil.rmtree(store)
        _ingest("fork")(store, folder)
        assert every_file(store)
