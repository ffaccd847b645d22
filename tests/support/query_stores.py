"""Stores to ask questions of: a chain with few scripts, and what a reorganisation made of one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.rewind import rewind
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.plain_ledger import PlainLedger
from support.store_files import scratch

TIP = 240
DEPTH = 90
"""Blocks that the reorganisation replaces."""

KINDS = ("settled and recent", "after a reorganisation", "rewound and read again")


@dataclass(frozen=True)
class Asked:
    """A store, and the same chain read plainly."""

    store: Path
    snapshot: Snapshot
    plain: PlainLedger


@cache
def _branches() -> tuple[Branch, Branch]:
    old = random_branch(151, TIP, busy=130)
    new = old.fork(TIP - DEPTH, b"another way")
    rng = random.Random(152)
    for _ in range(DEPTH + 2):
        new.mine_random(rng, rng.randint(0, 5))
    return old, new


@contextmanager
def asked(kind: str) -> Iterator[Asked]:
    """A store of one of `KINDS`, opened."""
    old, new = _branches()
    last = old if kind == KINDS[0] else new
    with scratch() as folder:
        _read(folder, old)
        if kind == KINDS[2]:
            rewind(folder / "store", TIP - DEPTH - 20)
        if last is new:
            _read(folder, new)
        with open_snapshot(folder / "store") as snapshot:
            yield Asked(folder / "store", snapshot, PlainLedger(made.raw for made in last.blocks))


def _read(folder: Path, branch: Branch) -> None:
    write_files(folder / "blocks", [branch.stored])
    with BlocksDirectory(folder / "blocks") as source:
        ingest(folder / "store", source)
