"""An invented regtest chain as Bitcoin Core's files: for measuring, nothing else.

    python benchmarks/chain.py DIR --size 512 --seed 1

Every block links to the one before with proof of work, merkle root and witness commitment; every input
spends an output that is there; undo records and their checksums are right; files are cut at 128 MiB and
hidden behind an XOR key. Signatures and keys have the real sizes and are random bytes, so no node would
take the chain. About the script types and transaction shapes of the years 2017 to 2021.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from chain_blocks import LARGEST_TX, MOST_INPUTS, SMALLEST_TX, Room, World, make_block
from cointrail.chain.network import get_network
from cointrail.chain.types import sha256d

U8 = npt.NDArray[np.uint8]

MB = 1_000_000
LARGEST_FILE = 128 << 20
"""Source: Bitcoin Core, src/node/blockstorage.h, MAX_BLOCKFILE_SIZE."""
BLOCK_BYTES = 1 * MB
LARGEST_RECORD = 2 * MB
FIRST_TIME = 1_500_000_000
SPACING = 600
FORMAT = 1
"""Raised when the same seed and size give another chain."""

GENESIS_TX = bytes.fromhex(
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445"
    "5468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e"
    "64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7"
    "105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac"
    "00000000"
)
GENESIS = (
    bytes.fromhex("01000000" + "00" * 32)
    + bytes.fromhex("3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a")
    + bytes.fromhex("dae5494dffff7f2002000000" + "01")
    + GENESIS_TX
)
"""The first block of every regtest chain. Source: Bitcoin Core, src/kernel/chainparams.cpp."""


@dataclass(frozen=True)
class ChainInfo:
    """What a chain was made from, and what is in it."""

    format: int
    seed: int
    size: int
    """bytes asked for"""
    blocks: int
    txs: int
    block_bytes: int


class RecordWriter:
    """Writes records into numbered files of one kind, behind the key."""

    def __init__(self, folder: Path, kind: str, key: bytes) -> None:
        """`kind`: blk or rev."""
        self._folder, self._kind = folder, kind
        self._magic = get_network("regtest").magic
        self._keys = np.frombuffer(key * (LARGEST_RECORD // 8 + 1), np.uint8)
        self._file: IO[bytes] | None = None
        self.at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def begin(self, number: int) -> None:
        """Go on in another file."""
        self.__exit__()
        self._file = (self._folder / f"{self._kind}{number:05}.dat").open("wb")
        self.at = 0

    def write(self, payload: U8 | bytes, trailer: bytes = b"") -> None:
        """One record: magic, length, payload, trailer."""
        plain = self._magic + len(payload).to_bytes(4, "little") + bytes(payload) + trailer
        data = np.frombuffer(plain, np.uint8)
        phase = self.at % 8
        assert self._file
        self._file.write((data ^ self._keys[phase : phase + len(data)]).tobytes())
        self.at += len(data)


def _empty_world(seed: int, size: int) -> World:
    most, heights = size // SMALLEST_TX // 4 + 100_000, size // BLOCK_BYTES + 1_000
    return World(
        np.array([seed], np.uint64),
        np.zeros(2, np.int64),
        np.empty(32 * most, np.uint8),
        np.empty((most, 4), np.int64),
        np.empty(32 * heights, np.uint8),
        np.empty((heights, 2), np.int64),
    )


def _empty_room() -> Room:
    rows = 32 * ((BLOCK_BYTES + LARGEST_TX) // SMALLEST_TX)
    return Room(
        np.empty(BLOCK_BYTES + 2 * LARGEST_TX, np.uint8),
        np.empty(LARGEST_RECORD, np.uint8),
        np.empty(rows, np.uint8),
        np.empty(rows, np.uint8),
        np.empty(LARGEST_TX, np.uint8),
        np.empty(32 * MOST_INPUTS, np.uint8),
        np.empty((MOST_INPUTS, 4), np.int64),
    )


def write_chain(folder: Path, size: int, seed: int, *, hidden: bool = True) -> ChainInfo:
    """Write blk, rev and xor files until the blocks have `size` bytes together.

    Args:
        folder: where; made when missing, emptied when not.
        size: bytes of blocks.
        seed: the same seed and size give the same bytes.
        hidden: use an XOR key.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    key = np.random.default_rng(seed).bytes(8) if hidden else bytes(8)
    (folder / "xor.dat").write_bytes(key)
    world, room = _empty_world(seed, size), _empty_room()
    tip = np.frombuffer(get_network("regtest").genesis.raw, np.uint8).copy()
    with RecordWriter(folder, "blk", key) as blk, RecordWriter(folder, "rev", key) as rev:
        blk.begin(0)
        rev.begin(0)
        blk.write(GENESIS)
        height, txs, done, number = 0, 1, len(GENESIS), 0
        while done < size:
            height += 1
            parts = make_block(world, room, height, FIRST_TIME + SPACING * height, tip, BLOCK_BYTES)
            length, undo_length, count = parts
            if blk.at + length + 8 > LARGEST_FILE:
                number += 1
                blk.begin(number)
                rev.begin(number)
            blk.write(room.body[:length])
            rev.write(room.undo[32 : 32 + undo_length], sha256d(room.undo[: 32 + undo_length].tobytes()))
            txs += count
            done += length
    info = ChainInfo(FORMAT, seed, size, height + 1, txs, done)
    (folder.parent / f"{folder.name}.json").write_text(json.dumps(asdict(info)))
    return info


def cached_chain(folder: Path, size: int, seed: int) -> ChainInfo:
    """The chain in `folder`, written anew unless it is there already."""
    note = folder.parent / f"{folder.name}.json"
    if note.exists():
        info = ChainInfo(**json.loads(note.read_text()))
        if (info.format, info.seed, info.size) == (FORMAT, seed, size):
            return info
        note.unlink()
    return write_chain(folder, size, seed)


def main() -> None:
    """Write a chain and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=512, help="MB of blocks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="no XOR key")
    args = parser.parse_args()
    start = time.perf_counter()
    info = write_chain(args.folder, args.size * MB, args.seed, hidden=not args.plain)
    seconds = time.perf_counter() - start
    rate = info.block_bytes / MB / seconds
    print(f"{info.blocks:,} blocks, {info.txs:,} transactions, {seconds:.1f} s, {rate:.0f} MB/s")


if __name__ == "__main__":
    main()
