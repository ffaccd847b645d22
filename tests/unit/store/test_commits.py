"""What one run leaves to the next, and what two runs at once do."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from cointrail.errors import DeepReorg, StoreError, StoreUnwritable
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store import ingest as ingest_module
from cointrail.store import manifest as manifest_module
from cointrail.store import rewind as rewind_module
from cointrail.store.ingest import IngestReport, ingest
from cointrail.store.manifest import Manifest, read_manifest, write_manifest
from cointrail.store.reader import open_snapshot
from cointrail.store.rewind import rewind
from cointrail.store.writer import writing
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, every_file

TIP = 215


@cache
def _branch() -> Branch:
    return random_branch(131, TIP, busy=20)


@cache
def _other() -> Branch:
    """A chain that leaves the first one below what a store of it settles."""
    other = _branch().fork(TIP - 110, b"other")
    for _ in range(115):
        other.mine_random(random.Random(7), 1)
    return other


@pytest.fixture(name="folder")
def written(tmp_path: Path) -> Path:
    write_files(tmp_path / "main", [_branch().stored])
    write_files(tmp_path / "other", [_other().stored])
    return tmp_path


def _ingest(folder: Path, name: str = "main", to: int | None = None, store: str = "store") -> IngestReport:
    with BlocksDirectory(folder / name, to=to) as source:
        return ingest(folder / store, source)


# -- two runs


@contextmanager
def _first(patch: pytest.MonkeyPatch, module: object, other: Callable[[], object]) -> Iterator[None]:
    """Another run is quicker: it ends between this one's look at the store and its lock."""

    @contextmanager
    def late(store: Path) -> Iterator[None]:
        patch.setattr(module, "writing", writing)
        patch.setattr(ingest_module, "writing", writing)
        other()
        with writing(store):
            yield

    patch.setattr(module, "writing", late)
    yield


def test_a_run_that_waited_for_another_chain_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(folder, to=50)
    with _first(monkeypatch, ingest_module, lambda: _ingest(folder)), pytest.raises(DeepReorg):
        _ingest(folder, "other")
    _ingest(folder, store="whole")
    assert differences(content(folder / "store"), content(folder / "whole")) == []


def test_a_run_that_waited_for_its_own_blocks_has_nothing_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(folder, to=50)
    with _first(monkeypatch, ingest_module, lambda: _ingest(folder)):
        report = _ingest(folder, to=200)
    assert (report.new_blocks, report.manifest.height) == (0, TIP)
    assert read_manifest(folder / "store") == report.manifest


def test_a_rewind_that_waited_rewinds_what_it_finds_then(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(folder, to=120)
    seen = []

    def look(store: Path, manifest: Manifest) -> None:
        with open_snapshot(store) as snapshot:
            seen.append(snapshot.height)
        write_manifest(store, manifest)

    monkeypatch.setattr(rewind_module, "write_manifest", look)
    with _first(monkeypatch, rewind_module, lambda: _ingest(folder)):
        rewind(folder / "store", 118)
    assert seen == [TIP], "until it commits, readers have what the other run left"
    assert open_snapshot(folder / "store").height == 18
    _ingest(folder)
    _ingest(folder, store="whole")
    assert differences(content(folder / "store"), content(folder / "whole")) == []


def test_a_rewind_that_waited_for_a_rewind_below_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(folder)
    with (
        _first(monkeypatch, rewind_module, lambda: rewind(folder / "store", 150)),
        pytest.raises(StoreError, match="reaches height 50"),
    ):
        rewind(folder / "store", 210)
    with open_snapshot(folder / "store") as snapshot:
        assert snapshot.height == 50


# -- disks


def test_a_commit_that_may_not_be_on_the_disk_is_told_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(folder, to=212)
    manifest = read_manifest(folder / "store")
    assert manifest is not None

    def refuse(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(manifest_module, "sync_folder", refuse)
    with pytest.raises(StoreUnwritable, match="whether the last commit is on the disk") as told:
        manifest_module.write_manifest(folder / "store", manifest)
    assert "the store is as it was, or up to date" in (told.value.hint or "")
    assert told.value.facts["errno"] == errno.EIO


def test_what_cannot_be_removed_waits_for_the_next_run(folder: Path) -> None:
    store = folder / "store"
    _ingest(folder, to=210)
    real = os.unlink

    def refuse(path: str | Path, *, dir_fd: int | None = None) -> None:
        if dir_fd is None and str(path).endswith((".keys", ".numbers")):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        real(path, dir_fd=dir_fd)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        assert _ingest(folder, to=212).manifest.height == 212
    left = {path.name for path in store.rglob("txid-000000000-*")}
    assert left == {"txid-000000000-000000111.keys", "txid-000000000-000000111.numbers"} | {
        "txid-000000000-000000113.keys",
        "txid-000000000-000000113.numbers",
    }
    _ingest(folder)
    _ingest(folder, store="whole")
    mine, wanted = every_file(store), every_file(folder / "whole")
    assert {name.replace("recent-00000003", "recent-00000001") for name in mine} == set(wanted)


def test_files_of_others_in_the_store_are_left_alone(folder: Path) -> None:
    _ingest(folder, to=210)
    strange = [folder / "store" / place / "notes.txt" for place in (".", "settled-00000001/index")]
    for path in strange:
        path.write_text("mine")
    _ingest(folder)
    assert [path.read_text() for path in strange] == ["mine", "mine"]
    assert open_snapshot(folder / "store").height == TIP
