"""What a store takes on disk, also while it is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.lookups.status import store_status
from cointrail.store.reader import Snapshot, open_snapshot
from support.demo_world import DemoFolder


@pytest.fixture(name="snapshot")
def _snapshot(demo: DemoFolder) -> Snapshot:
    return open_snapshot(demo.store)


def test_the_parts_of_a_store_are_in_its_total(snapshot: Snapshot) -> None:
    disk = store_status(snapshot).disk
    assert disk.settled > 0
    assert disk.total >= disk.settled + disk.recent + disk.index + disk.derived


def test_what_goes_away_while_it_is_counted_is_not_counted(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, walk = store_status(snapshot).disk, os.walk

    def with_gone(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        yield str(folder), [], ["was here when it was listed"]
        yield from walk(folder)
        yield from walk(folder / "was here too")

    monkeypatch.setattr(os, "walk", with_gone)
    assert store_status(snapshot).disk == before
