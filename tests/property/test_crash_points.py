from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import StoreUnwritable
from cointrail.store import manifest as manifest_module
from cointrail.store.columns import ColumnWriter
from cointrail.store.manifest import Manifest
from cointrail.store.reader import open_snapshot
from support.crashes import Crash, crashing
from support.store_files import content, differences, every_file, said, scratch
from support.store_scenes import SCENES, ingest_step, run_steps, write_scene_blocks


@cache
def _clean(scene: str) -> tuple[dict[str, bytes], int]:
    """The store that a run without a crash leaves, and how many operations that takes."""
    before, steps = SCENES[scene]
    with scratch() as folder:
        write_scene_blocks(folder)
        run_steps(before, folder / "store", folder)
        with crashing(None) as count:
            run_steps(steps, folder / "store", folder)
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
        write_scene_blocks(folder)
        store = folder / "store"
        run_steps(before, store, folder)
        for place, torn in crashes:
            with suppress(Crash), crashing(1 + int(place * (operations - 1)), torn=torn):
                run_steps(steps, store, folder)
            _tip(store)
        run_steps(steps, store, folder)
        assert differences(content(store), wanted) == []
        assert not list(store.rglob("*.new"))


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
        write_scene_blocks(folder)
        store = folder / "store"
        ingest_step("main", 240)(store, folder)
        before = said(store)
        with monkeypatch.context() as patch:
            patch.setattr(ColumnWriter, "write", FullDisk(after).write(ColumnWriter.write))
            with pytest.raises(StoreUnwritable, match="cannot be written: No space left on device") as failed:
                ingest_step("main")(store, folder)
        assert "the store is as it was" in (failed.value.hint or "")
        assert failed.value.facts["path"] == str(store)
        if after < 100:  # no commit was reached
            assert said(store) == before
        ingest_step("main")(store, folder)
        assert differences(content(store), _clean("a first ingest")[0]) == []


def test_a_manifest_that_cannot_be_written_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(store: Path, manifest: Manifest) -> None:
        raise StoreUnwritable("no")

    with scratch() as folder:
        write_scene_blocks(folder)
        store = folder / "store"
        ingest_step("main", 240)(store, folder)
        before = said(store)
        with monkeypatch.context() as patch:
            patch.setattr("cointrail.store.ingest.write_manifest", refuse)
            with pytest.raises(StoreUnwritable):
                ingest_step("fork")(store, folder)
        assert said(store) == before
        ingest_step("fork")(store, folder)
        shutil.rmtree(store)
        ingest_step("fork")(store, folder)
        assert every_file(store)
