from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cointrail.errors import CointrailError, StoreBusy, StoreCorrupt, StoreError, StoreUnwritable
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.manifest import settled_folder
from cointrail.store.reader import open_snapshot
from cointrail.store.schema import FORMAT
from cointrail.store.writer import writing
from support.blocks_writer import write_files
from support.command_line import cointrail
from support.io_errors import failing
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, every_file

TIP = 116


@cache
def _branch() -> Branch:
    return random_branch(91, TIP, busy=14, txs=4)


def _run(blocks: Path, store: Path) -> str:
    with BlocksDirectory(blocks) as source:
        return ingest(store, source).manifest.digest


def _ingested(folder: Path, store: Path, to: int | None = None) -> Path:
    """A store of the branch up to a height; the blocks are in `folder` / blocks."""
    write_files(folder / "blocks", [_branch().stored])
    with BlocksDirectory(folder / "blocks", to=to) as source:
        ingest(store, source)
    return store


def test_two_writers_are_refused(tmp_path: Path) -> None:
    store = _ingested(tmp_path, tmp_path / "store", 110)
    before = every_file(store)
    with writing(store), pytest.raises(StoreBusy, match=f"another process is writing to `{store}`"):
        _run(tmp_path / "blocks", store)
    assert every_file(store) == before
    with writing(store), open_snapshot(store) as snapshot:
        assert snapshot.height == 110, "readers do not mind"
    assert _run(tmp_path / "blocks", store) == _run(tmp_path / "blocks", tmp_path / "whole")


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda _: b"", "cannot be read"),
        (lambda raw: raw[: len(raw) // 2], "cannot be read"),
        (lambda raw: b"\xff\xfe" + raw, "cannot be read"),
        (lambda _: b"[]", "is not the manifest of a store"),
        (lambda _: b'{"format": %d}' % FORMAT, "is not the manifest of a store"),
        (
            lambda raw: raw.replace(b'"format": %d' % FORMAT, b'"format": %d' % (FORMAT + 1)),
            f"has format {FORMAT + 1}, this program reads {FORMAT}",
        ),
        (lambda raw: raw.replace(b'"height": 116', b'"height": "x"'), "is not the manifest of a store"),
        (lambda raw: raw.replace(b'"rows"', b'"sows"'), "is not the manifest of a store"),
        (lambda raw: raw.replace(b"regtest", b"moonnet"), "moonnet"),
    ],
    ids=["empty", "cut", "no text", "a list", "bare", "newer", "no height", "no rows", "network"],
)
def test_a_damaged_manifest_is_one_clear_error(
    tmp_path: Path, damage: Callable[[bytes], bytes], complaint: str
) -> None:
    store = _ingested(tmp_path, tmp_path / "store")
    path = store / "manifest.json"
    path.write_bytes(damage(path.read_bytes()))
    before = every_file(store)
    with pytest.raises(StoreCorrupt) as refused:
        open_snapshot(store)
    assert complaint in str(refused.value)
    assert str(path) in str(refused.value)
    with pytest.raises(CointrailError):
        _run(tmp_path / "blocks", store)
    assert every_file(store) == before


@pytest.mark.parametrize("part", ["settled-00000001", "recent-00000001", "settled-00000001/index"])
def test_a_missing_or_shorter_store_file_is_one_clear_error(tmp_path: Path, part: str) -> None:
    store = _ingested(tmp_path, tmp_path / "store")
    for path in sorted((store / part).iterdir()):
        data = path.read_bytes() if path.is_file() else b""
        if not data:
            continue
        for damage in (None, data[:-1]):
            if damage is None:
                path.unlink()
            else:
                path.write_bytes(damage)
            with pytest.raises(StoreCorrupt) as refused:
                open_snapshot(store)
            assert path.name in str(refused.value)
        path.write_bytes(data)
    assert open_snapshot(store).height == TIP


@pytest.mark.parametrize("what", ["missing", "empty", "a file", "other files"])
def test_a_place_without_a_store_is_one_clear_error(tmp_path: Path, what: str) -> None:
    path = tmp_path / "store"
    if what == "a file":
        path.write_bytes(b"x")
    elif what != "missing":
        path.mkdir()
    if what == "other files":
        (path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds no chain"):
        open_snapshot(path)


def test_a_file_where_the_store_should_be_is_one_clear_error(tmp_path: Path) -> None:
    write_files(tmp_path / "blocks", [_branch().stored])
    (tmp_path / "store").write_bytes(b"mine")
    with pytest.raises(StoreUnwritable, match="cannot be written"):
        _run(tmp_path / "blocks", tmp_path / "store")
    assert (tmp_path / "store").read_bytes() == b"mine"


# -- disks


@pytest.fixture(name="small_disk")
def mounted_small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small file system")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_one_clear_error_and_the_store_stays(tmp_path: Path, small_disk: Path) -> None:
    store = _ingested(tmp_path, small_disk / "store", 104)
    wanted = content(store)
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(bytes(free - 20_000))
    with pytest.raises(StoreUnwritable, match="No space left on device") as refused:
        _run(tmp_path / "blocks", store)
    assert str(store) in str(refused.value)
    assert set(differences(content(store), wanted)) <= {"settled outputs.spent_by"}
    with open_snapshot(store) as snapshot:
        assert snapshot.height == 104
    filler.unlink()
    assert _run(tmp_path / "blocks", store) == _run(tmp_path / "blocks", tmp_path / "whole")


def test_a_read_only_store_can_be_read_and_is_not_written(tmp_path: Path, small_disk: Path) -> None:
    store = _ingested(tmp_path, small_disk / "store", 104)
    before = every_file(store)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreUnwritable, match="Read-only file system"):
        _run(tmp_path / "blocks", store)
    with open_snapshot(store) as snapshot:
        assert snapshot.height == 104
    with BlocksDirectory(tmp_path / "blocks", to=104) as source:
        assert ingest(store, source).new_blocks == 0, "nothing to do needs no writing"
    assert every_file(store) == before


def test_a_store_of_another_user_is_not_written(tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("permissions do not bind root; the read-only disk covers it")
    store = _ingested(tmp_path, tmp_path / "store", 104)
    settled = settled_folder(store, 1)
    for path in (settled, store):
        path.chmod(0o500)
    with pytest.raises(StoreUnwritable):
        _run(tmp_path / "blocks", store)
    for path in (store, settled):
        path.chmod(0o700)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_the_program_tells_a_failing_disk_in_one_message_and_goes_on_afterwards(
    tmp_path: Path, number: int
) -> None:
    store = _ingested(tmp_path, tmp_path / "store", 104)
    args = ("ingest", "--blocks", tmp_path / "blocks", "--store", store)
    with failing(store, 150, number, lasting=True):
        done = cointrail(*args)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("error:") == 1
    told = re.search(rf"error: `{store}[^`]*` cannot be (written|read): {os.strerror(number)}", done.err)
    assert told
    hints = {"written": "hint: the store is as it was", "read": "hint: see who may read it"}
    assert hints[told[1]] in done.err
    with open_snapshot(store) as snapshot:
        assert snapshot.height == 104
    assert cointrail(*args).code == 0
    assert open_snapshot(store).digest == _run(tmp_path / "blocks", tmp_path / "whole")


def test_the_program_tells_blocks_that_cannot_be_read_in_one_message(tmp_path: Path) -> None:
    store = _ingested(tmp_path, tmp_path / "store", 104)
    before = every_file(store)
    with failing(tmp_path / "blocks", 5, errno.EACCES):
        done = cointrail("ingest", "--blocks", tmp_path / "blocks", "--store", store)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("error:") == 1
    assert "cannot be read: Permission denied" in done.err
    assert every_file(store) == before
