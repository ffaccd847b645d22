"""What `ingest` says about heights: the truth, and what it gave up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(name="part", scope="module")
def part_of_the_store(demo: DemoFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("part") / "s"
    cointrail("ingest", "--blocks", demo.blocks, "--store", store, "--to", 20)
    return store


def height(store: Path) -> int:
    return int(cointrail("status", "--store", store, "--format", "json").json()["tip"]["height"])


def test_to_the_height_of_the_store_is_as_asked_and_no_word_of_a_tip(demo: DemoFolder, part: Path) -> None:
    done = cointrail("ingest", "--blocks", demo.blocks, "--store", part, "--to", 20)
    assert done.code == 0
    assert "the store is at height 20 as asked" in done.err
    assert "tip of the blocks directory" not in done.err


def test_to_a_height_below_the_store_is_refused_and_names_the_rewind(demo: DemoFolder, part: Path) -> None:
    done = cointrail("ingest", "--blocks", demo.blocks, "--store", part, "--to", 10)
    assert (done.code, done.out) == (2, "")
    assert "is at height 20 already" in done.err
    assert "`--rewind 10`" in done.err
    assert height(part) == 20


def test_a_rewind_with_a_lower_end_says_what_was_given_up(
    demo: DemoFolder, part: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(part, tmp_path / "s")
    done = cointrail(
        "ingest", "--blocks", demo.blocks, "--store", store, "--rewind", 5, "--to", 3, "--format", "json"
    )
    said = done.json()
    assert (said["tip_height"], said["given_up_blocks"], said["new_blocks"]) == (3, 21, 4)
    assert "gave up 21 blocks" in done.err


def test_a_rewind_for_blocks_that_cannot_be_read_gives_nothing_up(part: Path, tmp_path: Path) -> None:
    done = cointrail("ingest", "--blocks", tmp_path, "--store", part, "--rewind", 5)
    assert done.code == 2
    assert height(part) == 20


def test_blocks_that_end_below_the_store_are_not_called_its_tip(
    demo: DemoFolder, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cointrail("status", "--store", demo.store, "--format", "json").json()["tip"]["height"]
    monkeypatch.setattr("cointrail.workbench.bench.Workbench._require_below", lambda *_: None)
    done = cointrail("ingest", "--blocks", demo.blocks, "--store", demo.store, "--to", whole - 1)
    assert f"ends at height {whole - 1}, below the store's {whole}" in done.err
