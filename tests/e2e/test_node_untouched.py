"""A node's data directory is opened to read and never changed, its databases included."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from support.blocks_writer import RANDOM_KEY, Layout, write_files
from support.command_line import cointrail
from support.kernel_chain import Branch, random_branch
from support.store_files import every_file
from support.watched import facts_of, watching

TIP = 112
OTHERS = {
    ".lock": b"",
    "bitcoin.conf": b"server=1\n",
    "debug.log": b"2026-01-01T00:00:00Z UpdateTip\n",
    "peers.dat": bytes(99),
    "wallets/wallet.dat": b"SQLite format 3\0",
    "blocks/.lock": b"",
    "blocks/index/CURRENT": b"MANIFEST-000004\n",
    "blocks/index/LOCK": b"",
    "blocks/index/LOG": b"level db",
    "blocks/index/MANIFEST-000004": bytes(60),
    "blocks/index/000003.log": bytes(500),
    "blocks/index/000005.ldb": bytes(900),
    "chainstate/CURRENT": b"MANIFEST-000002\n",
    "chainstate/LOCK": b"",
    "chainstate/000005.ldb": bytes(900),
    "indexes/txindex/LOCK": b"",
}
"""What stands beside the block files in a data directory."""
READ = re.compile(r"blocks|blocks/(blk|rev)\d{5}\.dat|blocks/xor\.dat")


@cache
def _branch() -> Branch:
    return random_branch(191, TIP, busy=10, txs=4)


@cache
def _forked() -> Branch:
    new = _branch().fork(TIP - 3, b"new")
    new.mine_empty(5)
    return new


def _node(folder: Path, branch: Branch | None = None) -> Path:
    """A data directory whose chain ends with the branch, in two files; the tip's own stale ones stay."""
    stale = _branch().stored[TIP - 2 :] if branch else []
    stored = (branch or _branch()).stored
    write_files(folder / "blocks", [stored[:60], [*stale, *stored[60:]]], Layout(key=RANDOM_KEY, tail=4096))
    for name, data in OTHERS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _assert_untouched(node: Path, *commands: tuple[object, ...], code: int = 0) -> None:
    """Run commands; nothing below the node's folder may change, and little be opened."""
    before = facts_of(node)
    with watching(node) as watch:
        for command in commands:
            done = cointrail(*command)
            assert done.code == code, done.err
    assert watch.changing == []
    assert [name for name in sorted(watch.opened) if not READ.fullmatch(name)] == []
    assert watch.opened >= {"blocks/blk00000.dat", "blocks/xor.dat"}
    assert facts_of(node) == before


def test_no_command_changes_a_data_directory(tmp_path: Path) -> None:
    node, store = _node(tmp_path / "node"), tmp_path / "store"
    what = "--blocks", node, "--store", store
    _assert_untouched(
        node,
        ("ingest", *what, "--to", 105),
        ("ingest", *what),
        ("ingest", *what),
        ("ingest", *what, "--rewind", 100),
        ("doctor", *what, "--without-undo"),
    )
    shutil.rmtree(node)
    _node(node, _forked())
    by_blocks = "--blocks", node / "blocks", "--store", store
    _assert_untouched(node, ("ingest", *by_blocks), ("doctor", *by_blocks))
    _assert_untouched(node, ("ingest", "--blocks", node, "--store", tmp_path / "other", "--without-undo"))


def test_a_watch_sees_what_changes_a_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = _node(tmp_path / "node")
    with watching(folder) as watch:
        (folder / "debug.log").read_bytes()
        (tmp_path / "beside").write_bytes(b"x")
        assert watch.changing == []
        (folder / "new").mkdir()
        (folder / "new" / "file").write_bytes(b"x")
        os.close(os.open(folder / ".lock", os.O_RDWR))
        os.truncate(folder / "debug.log", 3)
        (tmp_path / "beside").rename(folder / "moved")
        os.utime(folder / "moved")
        (folder / "moved").unlink()
    assert watch.opened == {"debug.log", "new/file", ".lock"}
    assert watch.changing == [
        "os.mkdir new",
        "open new/file to write",
        "open .lock to write",
        "os.truncate debug.log",
        "os.rename moved",
        "os.utime moved",
        "os.remove moved",
    ]


def test_a_run_that_fails_changes_nothing_either(tmp_path: Path) -> None:
    node = _node(tmp_path / "node")
    path = node / "blocks" / "rev00001.dat"
    raw = bytearray(path.read_bytes())
    raw[200] ^= 1
    path.write_bytes(raw)
    what = "--blocks", node, "--store", tmp_path / "store"
    _assert_untouched(node, ("ingest", *what), code=2)


@pytest.mark.parametrize("place", ["blocks", "blocks/index", "blocks/new/store"])
def test_a_store_in_the_nodes_blocks_directory_is_refused(tmp_path: Path, place: str) -> None:
    node = _node(tmp_path / "node")
    before = facts_of(node)
    done = cointrail("ingest", "--blocks", node, "--store", node / place)
    assert (done.code, done.out) == (2, "")
    assert "lies in the node's blocks directory, in which nothing is ever written" in done.err
    assert facts_of(node) == before


@pytest.fixture(name="read_only")
def read_only_node(tmp_path: Path) -> Iterator[Path]:
    """A data directory on a file system that nobody may write to."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a file system")
    place = tmp_path / "node"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    mounted = subprocess.run(words, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"cannot mount: {mounted.stderr.decode().strip()}")
    try:
        _node(place)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_node_on_a_read_only_disk_is_read_as_any_other(tmp_path: Path, read_only: Path) -> None:
    for name, node in (("one", read_only), ("two", _node(tmp_path / "writable"))):
        what = "--blocks", node, "--store", tmp_path / name
        assert cointrail("ingest", *what).code == 0
        assert cointrail("doctor", *what).code == 0
    assert every_file(tmp_path / "one") == every_file(tmp_path / "two")


def test_a_node_of_another_user_is_read_as_any_other(tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("permissions do not bind root; the read-only disk covers it")
    node = _node(tmp_path / "node")
    everything = [node, *node.rglob("*")]
    for path in everything:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        _assert_untouched(node, ("ingest", "--blocks", node, "--store", tmp_path / "store"))
    finally:
        for path in everything:
            path.chmod(0o700)
