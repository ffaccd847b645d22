"""Damaged blocks, files and undo records through the kernels, each in a buffer of its own.

Run with NUMBA_BOUNDSCHECK=1: a kernel that reads beside an array then raises IndexError.
`python -m support.bounds_corpus SEED ROUNDS`
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import numpy as np

from cointrail.clustering.load import load_or_build
from cointrail.kernel.records import copy_plain, scan_records
from cointrail.kernel.wire import read_u32
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from support.blocks_writer import RANDOM_KEY, REGTEST_MAGIC, record, write_files, xored
from support.decoding import count, decodes, fill
from support.kernel_chain import Made, random_branch
from support.undo_reading import fingerprints_of, read_record

SIZES = [b"\xfd\xff\xff", b"\xfe\xff\xff\xff\xff", b"\xff" * 9, b"\xfe\xff\xff\xff\x7f", b"\xfc", b"\x00"]


def damaged(raw: bytes, rng: random.Random, first: int) -> bytes:
    """The same bytes with one to three changes at or behind `first`."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(first, len(raw)) if len(raw) > first else len(raw)
        how = rng.randrange(5)
        if how == 0:
            raw = raw[:place]
        elif how == 1:
            raw = raw[:place] + raw[place + rng.randint(1, 9) :]
        elif how == 2:
            raw = raw[:place] + rng.choice(SIZES) + raw[place + 1 :]
        else:
            raw = raw[:place] + bytes((rng.randrange(256),)) + raw[place + 1 :]
    return raw


def _decode(raw: bytes) -> None:
    counted = count([raw])
    assert counted.sound == [decodes(raw)]
    if counted.sound == [True]:
        fill(counted)


def _scan(raw: bytes) -> None:
    data = np.frombuffer(raw, np.uint8)
    key, magic = np.frombuffer(RANDOM_KEY, np.uint8), np.frombuffer(REGTEST_MAGIC, np.uint8)
    for trailer in (0, 32):
        starts, sizes = np.empty(99, np.int64), np.empty(99, np.int64)
        found, at, _ = scan_records(data, 0, key, magic, trailer, starts, sizes)
        assert 0 <= at <= len(raw)
        assert (starts[:found] + sizes[:found] + trailer <= len(raw)).all()
        copy_plain(data, key, starts[:found], 89, np.empty((found, 89), np.uint8))


def _read(made: Made, undo: bytes) -> None:
    read_record(undo, [len(row) for row in made.spent])
    fingerprints_of([s.output for row in made.spent for s in row])


def _build(seed: int, folder: Path) -> None:
    """A store in two parts, examined, and its clusters, with every kernel on the way at work."""
    write_files(folder / "blocks", [random_branch(seed, 160, busy=60).stored])
    for to in (120, None):
        with BlocksDirectory(folder / "blocks", to=to) as source:
            ingest(folder / "store", source, batch_bytes=4000, commit_bytes=9000, threads=1)
            assert examine(folder / "store", source, threads=1).findings == ()
    with open_snapshot(folder / "store") as snapshot:
        assert len(load_or_build(snapshot).labels()) == snapshot.n_scripts


def main() -> None:
    """Run the corpus; any IndexError is a kernel that reads outside."""
    seed, rounds = int(sys.argv[1]), int(sys.argv[2])
    try:
        read_u32(np.zeros(4, np.uint8), 1)
    except IndexError:
        pass
    else:
        sys.exit("bounds are not checked")
    rng = random.Random(seed)
    blocks = [b for b in random_branch(seed, 130, busy=30).blocks[1:] if b.spent]
    for _ in range(rounds):
        made = rng.choice(blocks)
        _decode(damaged(made.raw, rng, 80))
        _decode(damaged(rng.randbytes(200), rng, 0))
        _read(made, damaged(made.stored.undo or b"", rng, 0))
        records = b"".join(record(b.raw[: rng.randrange(99)], rng.randrange(99)) for b in blocks[:9])
        _scan(xored(damaged(records, rng, 0), RANDOM_KEY))
    with tempfile.TemporaryDirectory() as folder:
        _build(seed, Path(folder))
    print(f"{rounds} rounds")  # noqa: T201


if __name__ == "__main__":
    main()
