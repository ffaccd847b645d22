"""A store seen at an earlier height is the store that was built up to that height."""

from __future__ import annotations

import numpy as np
import pytest

from cointrail.clustering.build import build
from cointrail.clustering.load import load_or_build
from cointrail.errors import NotFound
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.past import DERIVED, open_past
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.rewind import rewind
from cointrail.store.schema import INDEXES
from support.blocks_writer import write_files
from support.kernel_chain import random_branch
from support.query_stores import KINDS, asked
from support.store_files import dump, scratch

TIP = 660
"""Above a whole index run of 512 blocks, so that heights lie in the first run, in the tail and after it."""


def _pairs(snapshot: Snapshot) -> dict[str, list[tuple[int, int]]]:
    """Every pair of the indices, whatever runs they stand in."""
    return {
        spec.name: sorted(
            pair
            for run in snapshot.runs(spec.name)
            for pair in zip(run.keys.tolist(), run.numbers.tolist(), strict=True)
        )
        for spec in INDEXES
    }


def _same(past: Snapshot, fresh: Snapshot) -> None:
    assert (past.height, past.tip_hash, past.digest) == (fresh.height, fresh.tip_hash, fresh.digest)
    assert dump(past) == dump(fresh)
    assert _pairs(past) == _pairs(fresh)
    outputs = np.arange(fresh.n_outputs)
    assert (past.spent_by_many(outputs) == fresh.spent_by_many(outputs)).all()


def test_a_store_seen_at_an_earlier_height_is_the_one_built_up_to_it() -> None:
    branch = random_branch(91, TIP, busy=60, txs=3)
    settled = TIP + 1 - DEPTH
    heights = {0, 511, 512, settled - 1, settled, TIP - 20, TIP}
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [branch.stored])
        with BlocksDirectory(blocks) as source:
            ingest(folder / "store", source)
        for height in sorted(heights):
            with BlocksDirectory(blocks, to=height) as source:
                ingest(folder / f"to-{height}", source)
            with open_past(folder / "store", height) as past, open_snapshot(folder / f"to-{height}") as fresh:
                _same(past, fresh)


@pytest.mark.parametrize("kind", KINDS)
def test_clusters_of_an_earlier_height_are_those_built_then(kind: str) -> None:
    """Also where the chain was given up and went another way, so that marks of the old one are left."""
    with asked(kind) as one, scratch() as folder:
        for height in (120, 200, one.snapshot.height - 1):
            store = folder / f"to-{height}"
            with BlocksDirectory(one.store.parent / "blocks", to=height) as source:
                ingest(store, source)
            with open_past(one.store, height) as past, open_snapshot(store) as fresh:
                _same(past, fresh)
                assert build(past).digest == build(fresh).digest


def test_what_is_made_of_the_past_leaves_the_present_clusters_kept() -> None:
    with asked(KINDS[0]) as one:
        load_or_build(one.snapshot)
        kept = sorted(path.name for path in one.snapshot.derived_dir.iterdir())
        for height in (100, 150, 200):
            with open_past(one.store, height) as past:
                load_or_build(past)
        found = sorted(path.name for path in one.snapshot.derived_dir.iterdir())
        assert found == sorted([*kept, DERIVED])


def test_a_height_that_a_store_does_not_reach_is_named() -> None:
    with asked(KINDS[0]) as one:
        with pytest.raises(NotFound, match="no block at height 241: its tip is at 240"):
            open_past(one.store, 241)
        with pytest.raises(NotFound, match="no block at height -1"):
            open_past(one.store, -1)
        rewind(one.store, 230)
        with open_past(one.store, 100) as past:
            assert past.height == 100
