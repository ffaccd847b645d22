"""Stores that follow a chain wherever it goes, while readers hold on to what they opened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.rewind import rewind
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, dump, scratch

TIP = 225


@cache
def _start() -> Branch:
    return random_branch(151, TIP, busy=40, txs=4)


def _forked(branch: Branch, depth: int, salt: int) -> Branch:
    """Leaves a chain so deep below its tip, and is one block longer."""
    new = branch.fork(branch.height - depth, f"fork {salt}".encode())
    new.mine_random(random.Random(salt), 3)
    new.mine_empty(depth - 1)
    new.mine_random(random.Random(salt), 3)
    return new


@dataclass
class Walk:
    """A store, its chain as it is now, and readers with what they said when they were opened."""

    folder: Path
    commit_bytes: int
    branch: Branch = field(default_factory=_start)
    readers: list[tuple[Snapshot, dict[str, object]]] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """Where the store is."""
        return self.folder / "store"

    def ingest(self, branch: Branch) -> None:
        """The node is on this branch now."""
        self.branch = branch
        write_files(self.folder / "blocks", [branch.stored])
        with BlocksDirectory(self.folder / "blocks") as source:
            ingest(self.store, source, batch_bytes=self.commit_bytes, commit_bytes=self.commit_bytes)

    def rewind(self, depth: int) -> None:
        """Blocks are given up, settled ones too, but some stay."""
        with open_snapshot(self.store) as snapshot:
            height = snapshot.height
        if height > DEPTH:
            rewind(self.store, max(DEPTH, height - depth))

    def look(self) -> None:
        """Another reader comes; those before say what they said."""
        reader = open_snapshot(self.store)
        self.readers.append((reader, dump(reader)))
        for old, said in self.readers:
            assert dump(old) == said


steps = st.lists(
    st.tuples(st.just("reorganise"), st.sampled_from([1, 2, 6, 30, 99, 100]))
    | st.tuples(st.just("grow"), st.integers(1, 3))
    | st.tuples(st.just("rewind"), st.sampled_from([0, 1, 40, 110])),
    min_size=1,
    max_size=4,
)


@given(steps, st.sampled_from([3000, 1 << 30]))
@example([("reorganise", 100), ("rewind", 110), ("grow", 2)], 3000)
@settings(max_examples=8)
def test_wherever_the_chain_goes_the_store_is_that_of_its_end_and_readers_keep_theirs(
    way: list[tuple[str, Any]], commit_bytes: int
) -> None:
    with scratch() as folder:
        walk = Walk(folder, commit_bytes)
        walk.ingest(_start())
        walk.look()
        for number, (what, much) in enumerate(way):
            if what == "reorganise":
                walk.ingest(_forked(walk.branch, much, number))
            elif what == "grow":
                longer = walk.branch.fork(walk.branch.height, walk.branch.salt)
                longer.mine_empty(much)
                walk.ingest(longer)
            else:
                walk.rewind(much)
            walk.look()
        walk.ingest(walk.branch)
        walk.look()
        with BlocksDirectory(folder / "blocks") as source:
            assert examine(walk.store, source).findings == ()
            ingest(folder / "fresh", source)
        assert differences(content(walk.store), content(folder / "fresh")) == []
