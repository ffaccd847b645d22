"""Core's blk and rev files: which there are, their XOR key, and the records in them.

Files are opened read-only and never changed. A record here is (offset of its payload, length).
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.chain.decode import read_compact_size
from cointrail.chain.network import BY_MAGIC, Network
from cointrail.errors import BadBlocks, CointrailError, WrongNetwork
from cointrail.kernel import records

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

_NAME = re.compile(r"(blk|rev)([0-9]{5}|[1-9][0-9]{5,8})\.dat")
KEY_SIZE = 8
RECORD_HEAD = 8
"""Bytes before each payload: magic and length."""
SMALLEST_BLOCK = 81
"""Bytes of a header and a count."""
LARGEST_BLOCK = 4_000_000
"""Bytes. Source: Bitcoin Core, src/consensus/consensus.h, MAX_BLOCK_SERIALIZED_SIZE."""
LOOKED_AT = 1 << 16
"""Bytes at the end of a file that are looked at together; to look takes eight bytes for each."""
UNDO_CHECKSUM = 32
"""Bytes after each undo payload: double SHA-256 of the previous block's hash and the payload."""


@dataclass(frozen=True)
class RecordFile:
    """The records of one file."""

    path: Path
    starts: I64
    """Offset of each payload."""
    sizes: I64
    """Length of each payload."""
    cut_at: int | None
    """Where a record begins that is longer than the rest of the file."""
    doubtful: bool
    """Whether the last record ends with zeros as they stand, and only such follow: a node lays out space with
    zeros and writes records into it, so it may have written the rest of this one by now."""

    def without_last(self) -> RecordFile:
        """The file but for its last record, which is cut there."""
        cut_at = int(self.starts[-1]) - RECORD_HEAD
        return RecordFile(self.path, self.starts[:-1], self.sizes[:-1], cut_at, doubtful=False)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say of a file or folder that the system cannot read it.

    Raises:
        BadBlocks: it is gone, nobody may read it, or the disk fails.
    """
    try:
        yield
    except OSError as error:
        raise BadBlocks(
            f"`{path}` cannot be read: {error.strerror or error}",
            hint="see who may read it and whether the disk is sound, then run again",
            path=str(path),
            errno=error.errno,
        ) from error


def read_only_map(path: Path, *, sparsely: bool = False) -> U8:
    """The bytes of a file, mapped; an empty array for an empty file.

    Args:
        path: the file.
        sparsely: only a few bytes here and there will be looked at, so the system need not read ahead.

    Raises:
        BadBlocks: it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return np.empty(0, np.uint8)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if sparsely and hasattr(mmap, "MADV_RANDOM"):
            mapped.madvise(mmap.MADV_RANDOM)
        return np.frombuffer(mapped, np.uint8)


def find_files(directory: Path, kind: str) -> dict[int, Path]:
    """The `blk` or `rev` files of a directory by number.

    Raises:
        BadBlocks: the directory cannot be read.
    """
    found = {}
    with reading(directory):
        for path in sorted(directory.iterdir()):
            name = _NAME.fullmatch(path.name)
            if name and name[1] == kind and path.is_file():
                found[int(name[2])] = path
    return found


def blocks_directory(path: Path) -> Path:
    """`path`, or the `blocks` folder in it when a data directory was given.

    Raises:
        BadBlocks: no such directory, or no block file in it.
    """
    if not path.is_dir():
        raise BadBlocks(
            f"`{path}` is not a directory", hint="give the node's blocks directory", path=str(path)
        )
    for candidate in (path, path / "blocks"):
        if candidate.is_dir() and find_files(candidate, "blk"):
            return candidate
    raise BadBlocks(
        f"`{path}` holds no blk*.dat file",
        hint="give the node's blocks directory, usually `blocks` in its data directory",
        path=str(path),
    )


def read_key(directory: Path) -> U8:
    """The 8 bytes that the files are XORed with; zeros when there is no xor.dat.

    Raises:
        BadBlocks: xor.dat has another size, or cannot be read.
    """
    path = directory / "xor.dat"
    with reading(path):
        if not path.exists():
            return np.zeros(KEY_SIZE, np.uint8)
        size = path.stat().st_size if path.is_file() else 0
    if size != KEY_SIZE:
        raise BadBlocks(
            f"`{path}` has {size} bytes, not {KEY_SIZE}", hint="copy it from the node again", path=str(path)
        )
    with reading(path):
        return np.frombuffer(path.read_bytes(), np.uint8)


def detect_network(first: Path, key: U8, expected: Network | None) -> Network:
    """The network whose magic the first block file begins with.

    Raises:
        WrongNetwork: it is another one than `expected`.
        BadBlocks: it is none that we know.
    """
    with reading(first), first.open("rb") as file:
        head = np.frombuffer(file.read(4), np.uint8)
    magic = bytes(head ^ key[: len(head)])
    network = BY_MAGIC.get(magic)
    if network is None:
        raise BadBlocks(
            f"`{first}` begins with {magic.hex()}, which is the magic of no known network",
            hint="is xor.dat of the same node beside it? are these Bitcoin Core's blk files?",
            path=str(first),
        )
    if expected is not None and network != expected:
        raise WrongNetwork(
            f"`{first}` holds blocks of {network.name}, not of {expected.name}",
            hint=f"use another store for {network.name}, or another blocks directory",
            path=str(first),
            network=network.name,
        )
    return network


def scan_file(path: Path, key: U8, network: Network, trailer: int) -> RecordFile:
    """Find the records of one file. A head without a payload, with space after it, is empty space.

    Raises:
        BadBlocks: bytes that are neither a record nor empty space.
    """
    data = read_only_map(path, sparsely=True)
    magic = np.frombuffer(network.magic, np.uint8)
    starts: list[I64] = []
    sizes: list[I64] = []
    at, stop = 0, records.FULL
    capacity = 4096
    while stop == records.FULL:
        some_starts, some_sizes = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
        found, at, stop = records.scan_records(data, at, key, magic, trailer, some_starts, some_sizes)
        starts.append(some_starts[:found])
        sizes.append(some_sizes[:found])
    end = _written_to(data, int(starts[-1][-1]) - RECORD_HEAD if len(starts[-1]) else 0)
    begun = stop == records.CUT and at + RECORD_HEAD <= len(data) and _begins(data[at:end], at, key, magic)
    if stop == records.FOREIGN:
        raise BadBlocks(
            f"`{path}`, offset {at}: bytes that are neither a record of {network.name} nor empty space",
            hint="the file is damaged, or its xor.dat is of another node",
            path=str(path),
            offset=at,
        )
    cut_at = at if stop == records.CUT and not begun else None
    doubtful = len(starts[-1]) > 0 and end < at < len(data)
    return RecordFile(path, np.concatenate(starts), np.concatenate(sizes), cut_at, doubtful=doubtful)


def _written_to(data: U8, start: int) -> int:
    """After the last byte from `start` on that is not zero as it stands; `start` when there is none."""
    end = len(data)
    while end > start:
        piece = data[max(start, end - LOOKED_AT) : end]
        there = np.flatnonzero(piece)
        if len(there):
            return end - len(piece) + int(there[-1]) + 1
        end -= len(piece)
    return start


def _begins(written: U8, at: int, key: U8, magic: U8) -> bool:
    """Whether these bytes from offset `at` on are a head, or the first ones of one from the magic on."""
    if len(written) > RECORD_HEAD:
        return False
    plain = written ^ np.roll(key, -(at % 8))[: len(written)]
    return plain[:4].tobytes() == magic.tobytes()


def leading_sizes(heads: U8, otherwise: int) -> I64:
    """The compact size at the front of each row; `otherwise` where there is none below 2 ** 32.

    Args:
        heads: uint8[n, 9].
        otherwise: what to put there.
    """
    found = heads[:, 0].astype(np.int64)
    short = found == 0xFD
    found[short] = np.ascontiguousarray(heads[short, 1:3]).view("<u2").reshape(-1)
    found[short & (found < 0xFD)] = otherwise
    for row in np.flatnonzero(~short & (found > 0xFD)):
        try:
            value = read_compact_size(heads[row].tobytes())[0]
        except CointrailError:
            value = otherwise
        found[row] = value if value < 1 << 32 else otherwise
    return found
