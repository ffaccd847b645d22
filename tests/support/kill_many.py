"""Ingests killed at random moments, hundreds of times, over chains that reorganise.

`python -m support.kill_many KILLS SEED` builds stores, grows them and lets their tip change, and kills the
ingest (signal 9) again and again. Whenever one is let through, the store must have the digest of one that
was built undisturbed, and the examination must find nothing. Prints what it did as JSON.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.manifest import read_manifest
from support.blocks_writer import write_files
from support.ingest_server import Ingests
from support.kernel_chain import Branch, random_branch

TIP = 400
LONGER = 3
"""Blocks by which a fork is longer; on its way back the chain changes so much deeper."""

LONGEST_WAIT = 0.12
"""Seconds after which an ingest is killed, at most; it takes about that long."""


@dataclass
class Done:
    """What was done."""

    kills: int = 0
    let_through: int = 0
    reorganisations: int = 0
    stores: int = 0
    seconds: float = 0.0


@cache
def _main() -> Branch:
    return random_branch(81, TIP, busy=250)


def _fork(depth: int) -> Branch:
    fork = _main().fork(TIP - depth, f"fork {depth}".encode())
    rng = random.Random(depth)
    for _ in range(depth + LONGER):
        fork.mine_random(rng, rng.randint(0, 4))
    return fork


class _Hunt:
    """One series of stores."""

    def __init__(self, folder: Path, ingests: Ingests, rng: random.Random) -> None:
        self.folder, self.ingests, self.rng = folder, ingests, rng
        self.done = Done()
        self._digests: dict[tuple[str, int | None], str] = {}

    def digest(self, blocks: Path, to: int | None) -> str:
        """Of a store that was built undisturbed."""
        key = (blocks.name, to)
        if key not in self._digests:
            with (
                tempfile.TemporaryDirectory(dir=self.folder) as store,
                BlocksDirectory(blocks, to=to) as source,
            ):
                self._digests[key] = ingest(Path(store), source).manifest.digest
        return self._digests[key]

    def step(self, store: Path, blocks: Path, to: int | None, kills: int) -> None:
        """Ingest with so many kills, then undisturbed; compare."""
        size = self.rng.choice([3000, 9000, 60_000])
        commit = self.rng.choice([6000, 40_000, 1 << 30])
        for left in range(kills, -1, -1):
            child = self.ingests.start(store, blocks, batch_bytes=size, commit_bytes=commit, to=to)
            if left:
                time.sleep(self.rng.random() * LONGEST_WAIT)
                self.ingests.kill(child)
            ended = self.ingests.wait()
            self.done.kills += ended == -signal.SIGKILL
            assert ended in {0, -signal.SIGKILL}, ended
        self.done.let_through += 1
        manifest = read_manifest(store)
        assert manifest is not None
        assert manifest.digest == self.digest(blocks, to), (blocks.name, to)
        with BlocksDirectory(blocks, to=to) as source:
            assert examine(store, source).findings == ()

    def store(self, number: int, main: Path, fork: Path) -> None:
        """Build one, grow it, and let its tip change there and back."""
        store = self.folder / f"store-{number}"
        for to in (*sorted(self.rng.sample(range(1, TIP), 2)), None):
            self.step(store, main, to, self.rng.randint(1, 6))
        depth = int(fork.name.partition("-")[2])
        for blocks in (fork, main) if depth <= DEPTH - LONGER - 1 else (fork,):
            self.step(store, blocks, None, self.rng.randint(1, 6))
            self.done.reorganisations += 1
        self.done.stores += 1


def hunt(kills: int, seed: int) -> Done:
    """Go on until there were so many kills."""
    rng, begin = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cointrail-kills-") as name:
        folder = Path(name)
        main = write_files(folder / "main", [_main().stored])
        with Ingests(main) as ingests:
            one = _Hunt(folder, ingests, rng)
            for number, fork in enumerate(_forks(folder, rng)):
                one.store(number, main, fork)
                if one.done.kills >= kills:
                    break
        one.done.seconds = round(time.monotonic() - begin, 1)
        return one.done


def _forks(folder: Path, rng: random.Random) -> Iterator[Path]:
    """Directories of branches that leave the main one 1 to 100 blocks below its tip."""
    while True:
        depth = rng.randint(1, 100)
        place = folder / f"fork-{depth}"
        yield place if place.is_dir() else write_files(place, [_fork(depth).stored])


def main() -> None:
    """Hunt, and say what was done."""
    done = hunt(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(asdict(done)))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
