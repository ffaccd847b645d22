"""An invented regtest chain as Bitcoin Core's files: for measuring, nothing else.

    python benchmarks/chain.py DIR --size 512 --seed 1

Every block links to the one before with proof of work, merkle root and witness commitment; every input
spends an output that is there; undo records and their checksums are right; files are cut at 128 MiB and
hidden behind an XOR key. Signatures and keys have the real sizes and are random bytes, so no node would
take the chain.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chain_blocks import (
    ABOUT_WORDS,
    BEGIN,
    END,
    HEAD_ROOM,
    LARGEST_BODY,
    LARGEST_STRIPPED,
    LARGEST_UNDO,
    MOST_TXS,
    OUTPUTS_A_WALLET,
    RING,
    TIME,
    UNDO_BEGIN,
    UNDO_END,
    Press,
    Room,
    World,
    make_block,
    seal_block,
)
from chain_eras import mix_at, time_at
from chain_files import LARGEST_FILE, RECORD_HEAD, RecordWriter
from chain_world import (
    CUSTOMERS,
    DEPOSIT_SCRIPTS,
    DICE,
    FRESH_MOST,
    INPUTS,
    MIX_WORDS,
    OUTPUTS,
    PENDING_MOST,
    POPULAR_OUTPUTS,
    RESTED_MOST,
    SCRIPTS,
    SERVICES,
    STATE_WORDS,
    TXS,
    UNSPENT,
)
from cointrail.chain.network import get_network

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

MB = 1_000_000
ROOMS = 3
"""Blocks in the making at once."""
FORMAT = 2
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
    inputs: int
    outputs: int
    scripts: int
    unspent: int
    popular_outputs: int
    deposit_scripts: int


def _empty_world(seed: int, size: int) -> World:
    most = 200_000 + size // 1_000

    def words(count: int) -> I64:
        return np.zeros(count, np.int64)

    world = World(
        words(STATE_WORDS),
        words(MIX_WORDS),
        np.empty(8 * most, np.int64),
        words(4 * (3 * SERVICES + size // 100 // OUTPUTS_A_WALLET)),
        words(FRESH_MOST + 64),
        words(RESTED_MOST + 64),
        np.empty(most, np.int64),
        words(PENDING_MOST),
        words(PENDING_MOST),
        words(SERVICES * CUSTOMERS),
        words(1 << 10),
        np.empty(2 * LARGEST_STRIPPED, np.uint8),
        words(2 * RING),
        np.zeros(32 * RING, np.uint8),
    )
    world.state[DICE // 8] = seed
    world.state[SCRIPTS // 8] = 1
    return world


def _empty_room() -> Room:
    return Room(
        np.zeros(HEAD_ROOM + LARGEST_BODY, np.uint8),
        np.zeros(LARGEST_UNDO, np.uint8),
        np.zeros(3 * MOST_TXS, np.int64),
        np.zeros(3 * MOST_TXS, np.int64),
        np.zeros(32 * MOST_TXS, np.uint8),
        np.zeros(ABOUT_WORDS, np.int64),
    )


def _empty_press() -> Press:
    return Press(
        np.frombuffer(get_network("regtest").genesis.raw, np.uint8).copy(),
        np.empty(32 * MOST_TXS, np.uint8),
        np.empty(32 * MOST_TXS, np.uint8),
        np.empty(MOST_TXS, np.int64),
        np.empty(MOST_TXS, np.int64),
        np.empty(1 << 14, np.uint8),
    )


class _Finisher:
    """Seals blocks in their order and writes them."""

    def __init__(self, world: World, blk: RecordWriter, rev: RecordWriter) -> None:
        self._world, self._blk, self._rev = world, blk, rev
        self._press, self._number = _empty_press(), 0
        blk.begin(0)
        rev.begin(0)
        first = np.zeros(len(GENESIS) + RECORD_HEAD, np.uint8)
        first[RECORD_HEAD:] = np.frombuffer(GENESIS, np.uint8)
        blk.write(first, RECORD_HEAD, len(first))

    def finish(self, room: Room) -> None:
        """Seal and write the block in `room`."""
        seal_block(room, self._press, self._world.coinbase_txids)
        begin, end = int(room.about[BEGIN]), int(room.about[END])
        if self._blk.at + end - begin + RECORD_HEAD > LARGEST_FILE:
            self._number += 1
            self._blk.begin(self._number)
            self._rev.begin(self._number)
        self._blk.write(room.body, begin, end)
        self._rev.write(room.undo, int(room.about[UNDO_BEGIN]), int(room.about[UNDO_END]), 32)


def write_chain(folder: Path, size: int, seed: int, *, hidden: bool = True, threads: int = 2) -> ChainInfo:
    """Write blk, rev and xor files until the blocks have `size` bytes together.

    Args:
        folder: where; made when missing, emptied when not.
        size: bytes of blocks.
        seed: the same seed and size give the same bytes.
        hidden: use an XOR key.
        threads: 2 makes one block while the one before is sealed and written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    key = chance.bytes(8) if hidden else bytes(8)
    chance = np.random.default_rng([seed, 1])
    (folder / "xor.dat").write_bytes(key)
    world = _empty_world(seed, size)
    rooms = [_empty_room() for _ in range(ROOMS)]
    height, done, last = 0, len(GENESIS), 0
    waiting: deque[Future[None]] = deque()
    with ExitStack() as stack:
        blk = stack.enter_context(RecordWriter(folder, "blk", key))
        rev = stack.enter_context(RecordWriter(folder, "rev", key))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        finisher = _Finisher(world, blk, rev)
        while done < size:
            height += 1
            if len(waiting) == ROOMS:
                waiting.popleft().result()
            room = rooms[height % ROOMS]
            fullness = 1.0 if chance.random() < 0.85 else chance.random()
            world.mix[:] = mix_at(done / size, height, size, int(world.state[OUTPUTS // 8]), fullness)
            last = max(last + 1, time_at(done / size))
            room.about[TIME] = last
            make_block(world, room)
            done += int(room.about[END] - room.about[BEGIN])
            if threads > 1:
                waiting.append(pool.submit(finisher.finish, room))
            else:
                finisher.finish(room)
        for one in waiting:
            one.result()
    state = world.state
    info = ChainInfo(
        FORMAT,
        seed,
        size,
        height + 1,
        int(state[TXS // 8]) + height + 1,
        done,
        *(int(state[f // 8]) for f in (INPUTS, OUTPUTS, SCRIPTS, UNSPENT, POPULAR_OUTPUTS, DEPOSIT_SCRIPTS)),
    )
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
