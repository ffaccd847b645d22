"""What is done to a store, from before to after, where something may go wrong in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store import ingest as ingest_module
from cointrail.store import rewind as rewind_module
from cointrail.store import writer as writer_module
from cointrail.store.ingest import ingest
from cointrail.store.manifest import Manifest, read_manifest, write_manifest
from cointrail.store.rewind import rewind
from cointrail.store.writer import begin, writing
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import said

TIP = 260
LONG_TIP = 660
Step = Callable[[Path, Path], None]
"""What is done to (store, folder of blocks)."""


@cache
def branch() -> Branch:
    """The chain, with spends in each of its last 150 blocks."""
    return random_branch(61, TIP, busy=150)


@cache
def long_branch() -> Branch:
    """Blocks enough for an index run that a rewind keeps, the last few of them busy."""
    return random_branch(62, LONG_TIP, busy=12)


@cache
def forked(depth: int) -> Branch:
    """Another one, two blocks longer, that leaves it so deep below its tip."""
    fork = branch().fork(TIP - depth, b"fork")
    rng = random.Random(6)
    for _ in range(depth + 2):
        fork.mine_random(rng, 4)
    return fork


def ingest_step(name: str, to: int | None = None, *, commit_bytes: int = 20_000) -> Step:
    """Ingest a directory of blocks, up to a height, in small batches."""

    def step(store: Path, folder: Path) -> None:
        with BlocksDirectory(folder / name, to=to) as source:
            ingest(store, source, batch_bytes=8000, commit_bytes=commit_bytes)

    return step


def rewind_step(height: int) -> Step:
    """Rewind to a height, unless an earlier try got further."""

    def step(store: Path, folder: Path) -> None:
        manifest = read_manifest(store)
        assert manifest is not None
        if manifest.height > height:
            rewind(store, height)

    return step


SCENES: dict[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "a first ingest": ([], [ingest_step("main")]),
    "an append": ([ingest_step("main", 150)], [ingest_step("main")]),
    "a reorganisation": ([ingest_step("main")], [ingest_step("fork")]),
    "a rewind": ([ingest_step("main")], [rewind_step(TIP - 50), ingest_step("main")]),
    "a deep reorganisation": ([ingest_step("main")], [rewind_step(TIP - 130), ingest_step("deep")]),
    "a rewind that keeps a run": (
        [ingest_step("long", commit_bytes=1 << 30)],
        [rewind_step(LONG_TIP - 30), ingest_step("long", commit_bytes=1 << 30)],
    ),
}
"""What was done before, and what may go wrong."""


def write_scene_blocks(folder: Path) -> None:
    """The directories of blocks that the steps take."""
    write_files(folder / "main", [branch().stored])
    write_files(folder / "fork", [forked(30).stored])
    write_files(folder / "deep", [forked(130).stored])
    write_files(folder / "long", [long_branch().stored])


def run_steps(steps: Sequence[Step], store: Path, folder: Path) -> None:
    """One after another."""
    for step in steps:
        step(store, folder)


def empty_store(store: Path, network: str = "regtest") -> Path:
    """A store whose first ingest has begun and has read nothing yet."""
    with writing(store):
        begin(store, network)
    return store


# -- what readers may find

State = tuple[dict[str, object], dict[str, bytes]] | None
"""What readers see and the bytes under it; None where there is no chain."""


def state_of(store: Path) -> State:
    """What a store holds."""
    manifest = read_manifest(store) if store.is_dir() else None
    return said(store) if manifest and manifest.height >= 0 else None


@contextmanager
def states_of(store: Path) -> Iterator[list[State]]:
    """What a store holds now, and after each commit of what is done to it here."""
    states = [state_of(store)]

    def noted(place: Path, manifest: Manifest) -> None:
        write_manifest(place, manifest)
        states.append(state_of(place))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer_module, "write_manifest", noted)
        patch.setattr(ingest_module, "write_manifest", noted)
        patch.setattr(rewind_module, "write_manifest", noted)
        yield states
