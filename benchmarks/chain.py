"""An invented regtest chain as Bitcoin Core's files: for measuring, nothing else.

    python benchmarks/chain.py DIR --size 512 --seed 1

Every block links to the one before with proof of work, merkle root and witness commitment; every input
spends an output that is there; undo records and their checksums are right; files are cut at 128 MiB and
hidden behind an XOR key. Signatures and keys have the real sizes and are random bytes, so no node would
take the chain. The same seed and size give the same bytes.

A chain of any size is the real one from 2011 to 2026 made small: its first tenth is like the first tenth
of the real bytes. What is modelled on what:

- script types, block weights, fee rates, OP_RETURN, inscriptions, dates: `chain_eras`, with sources;
- means over all: 2.6 inputs, 2.8 outputs, 577 bytes a transaction, 0.42 scripts an output, 5 % unspent, as
  in the 1.3e9 transactions, 3.4e9 inputs, 3.6e9 outputs, 1.5e9 scripts and 750 GB of the real chain;
- spend ages: four heaps that outputs move through make a tail that is heavier than exponential. Of the
  real outputs spent by 2021 80 % lived less than a day, 15 % up to a month (Liu, Zhang & Zhao, Deciphering
  Bitcoin Blockchain Data by Cohort Analysis, Scientific Data 9:136, 2022, fig. 3); a chain of some gigabytes
  has too few blocks for months, so ages are to be read in blocks or as shares of the chain;
- who spends what together: the inputs of a transaction belong to one wallet. A service with one script
  gets 1.4 % of all outputs; one with a script for each customer sweeps them in hundreds, so that 4 % of
  all scripts are one cluster; 22 smaller services, and wallets that change hands, make the rest.

Not modelled: valid signatures, points of the curve, CoinJoins and any other inputs of several wallets,
change that can be told by amount, P2A and nonstandard scripts, replaced blocks, empty blocks beyond the
first hundred, days and weeks, the value of coins (regtest has 15,000 of them, so a long chain deals in
small amounts). Shapes of transactions (inputs and outputs apart from their script types) are the same in
all years.

Memory: about 72 bytes for each unspent output, which is 20 bytes for a kilobyte of blocks, and 130 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from chain_arrays import BEGIN, END, TIME, Room, World, empty_room, empty_world, first_script, is_crowded
from chain_blocks import make_block
from chain_eras import WHOLE, mix_at, time_at
from chain_places import (
    DATA_OUTPUTS,
    DEPOSIT_SCRIPTS,
    DEPOSITS,
    INPUTS,
    OUTPUTS,
    POPULAR,
    POPULAR_OUTPUTS,
    SCRIPTS,
    SHOWN,
    TXS,
    UNSPENT,
    WALLET_BYTES,
)
from chain_press import GENESIS, Finisher
from chain_scripts import script_bytes

MB = 1_000_000
ROOMS = 3
"""Blocks in the making at once."""
FORMAT = 2
"""Raised when the same seed and size give another chain."""


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
    """without those of coinbases"""
    outputs: int
    scripts: int
    """locking scripts made; a few wallets were never paid"""
    unspent: int
    """outputs that can still be spent; coinbases count once they are mature"""
    data_outputs: int
    """OP_RETURN, without those of coinbases"""
    popular_script: str
    """the locking script that most outputs have, in hex"""
    popular_outputs: int
    deposits_script: str
    """one of the service whose cluster is the largest, in hex"""
    deposit_scripts: int
    """scripts that it showed to its customers"""


def write_chain(folder: Path, size: int, seed: int, *, hidden: bool = True, threads: int = 2) -> ChainInfo:
    """Write blk, rev and xor files until the blocks have `size` bytes together.

    Args:
        folder: where; made when missing, emptied when not.
        size: bytes of blocks.
        seed: the same seed and size give the same bytes, with one thread or two.
        hidden: use an XOR key.
        threads: with 2, one block is made while those before it are sealed and written.
    """
    _note(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    key = hashlib.sha256(str(seed).encode()).digest()[:8] if hidden else bytes(8)
    (folder / "xor.dat").write_bytes(key)
    world = empty_world(seed, size)
    waiting: deque[Future[None]] = deque()
    blocks, done = 1, len(GENESIS)
    with Finisher(folder, key, world) as finisher, ThreadPoolExecutor(1) as pool:
        for room in _make_blocks(world, size):
            blocks += 1
            done += _block_bytes(room)
            waiting.append(pool.submit(finisher.finish, room))
            while len(waiting) > (ROOMS - 1 if threads > 1 else 0):
                waiting.popleft().result()
        while waiting:
            waiting.popleft().result()
    info = _describe(world, seed, size, blocks, done)
    _note(folder).write_text(json.dumps(asdict(info)))
    return info


def _note(folder: Path) -> Path:
    """Where it is kept what is in a chain; written last."""
    return folder.parent / f"{folder.name}.json"


def _block_bytes(room: Room) -> int:
    return int(room.about[END] - room.about[BEGIN])


def _make_blocks(world: World, size: int) -> Iterator[Room]:
    """One block after the other, until there are `size` bytes; a room is used again `ROOMS` blocks later."""
    rooms = [empty_room() for _ in range(ROOMS)]
    height, done, last = 0, len(GENESIS), 0
    while done < size:
        height += 1
        room, place = rooms[height % ROOMS], WHOLE * done // size
        world.mix[:] = mix_at(place, height, size, int(world.state[OUTPUTS // 8]))
        last = max(last + 1, time_at(place))
        room.about[TIME] = last
        make_block(world, room)
        assert not is_crowded(world), "more is unspent than a chain of this size is to have"
        done += _block_bytes(room)
        yield room


def _describe(world: World, seed: int, size: int, blocks: int, block_bytes: int) -> ChainInfo:
    def count(field: int) -> int:
        return int(world.state[field // 8])

    def shown(service: int) -> str:
        return script_bytes(int(world.wallets[(WALLET_BYTES * service + SHOWN) // 8])).hex()

    return ChainInfo(
        format=FORMAT,
        seed=seed,
        size=size,
        blocks=blocks,
        txs=count(TXS) + blocks,
        block_bytes=block_bytes,
        inputs=count(INPUTS),
        outputs=count(OUTPUTS) + 2 * blocks - 1,
        scripts=count(SCRIPTS) - first_script(seed) + 1,
        unspent=count(UNSPENT),
        data_outputs=count(DATA_OUTPUTS),
        popular_script=shown(POPULAR),
        popular_outputs=count(POPULAR_OUTPUTS),
        deposits_script=shown(DEPOSITS),
        deposit_scripts=count(DEPOSIT_SCRIPTS),
    )


def cached_chain(folder: Path, size: int, seed: int) -> ChainInfo:
    """The chain in `folder`, written anew unless it is there already."""
    note = _note(folder)
    if note.exists() and (folder / "xor.dat").exists():
        said = json.loads(note.read_text())
        if (said["format"], said["seed"], said["size"]) == (FORMAT, seed, size):
            return ChainInfo(**said)
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
