from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.manifest import read_manifest
from support.blocks_writer import write_files
from support.ingest_server import Ingests
from support.kernel_chain import random_branch
from support.store_files import content, differences

KILLS = 20
TIP = 400
MOST_SECONDS = 25


def _height(store: Path) -> int:
    manifest = read_manifest(store) if store.is_dir() else None
    return manifest.height if manifest else -1


def _await_commit(store: Path, height: int) -> None:
    """Wait until the store has grown beyond a height, or a while."""
    end = time.monotonic() + 3
    while _height(store) <= height and time.monotonic() < end:
        time.sleep(0.002)


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_in_the_bytes_of_an_undisturbed_one(tmp_path: Path) -> None:
    blocks = write_files(tmp_path / "blocks", [random_branch(71, TIP, busy=290).stored])
    with BlocksDirectory(blocks) as source:
        ingest(tmp_path / "clean", source)
    rng = random.Random(71)
    store, heights, killed = tmp_path / "store", [-1], 0
    begin = time.monotonic()
    with Ingests(blocks) as ingests:
        while killed < KILLS and heights[-1] < TIP and time.monotonic() - begin < MOST_SECONDS:
            child = ingests.start(store, blocks, batch_bytes=3000, commit_bytes=6000)
            if killed % 2:
                _await_commit(store, heights[-1])
            time.sleep(rng.random() * 0.04)
            ingests.kill(child)
            killed += ingests.wait() == -signal.SIGKILL
            heights.append(_height(store))
        assert heights == sorted(heights), "a commit was lost"
        assert killed > 3
        assert len(set(heights)) > 3, "no kill came between two commits"
        ingests.start(store, blocks, batch_bytes=3000, commit_bytes=6000)
        assert ingests.wait() == 0
    assert differences(content(store), content(tmp_path / "clean")) == []
    with BlocksDirectory(blocks) as source:
        assert examine(store, source).findings == ()
