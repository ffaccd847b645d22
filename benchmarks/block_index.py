"""A block index as Bitcoin Core keeps it, for a peer that finds blocks by it.

The LevelDB `blocks/index` holds under `b` + block hash: client version, height, status, transactions,
file, position, each as Core's variable-length integer, and the header. What the peer does not look at
(file infos, undo positions, flags) is left out.
Source: Bitcoin Core, src/chain.h (CDiskBlockIndex), src/txdb.cpp, src/serialize.h (VARINT).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

CLIENT_VERSION = 210_100
"""0.21.1, the version that the peer says it reads."""
VALID_SCRIPTS = 5
HAVE_DATA = 8


class IndexedBlock(NamedTuple):
    """Where a block stands: file number, and the offset of its first byte."""

    hash: bytes
    height: int
    txs: int
    file: int
    position: int
    header: bytes


def encode_varint(number: int) -> bytes:
    """Base 128, most significant digit first, each but the last with its top bit set and one less."""
    digits = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def encode_record(block: IndexedBlock) -> bytes:
    """What stands under the block's key."""
    numbers = (
        CLIENT_VERSION,
        block.height,
        VALID_SCRIPTS | HAVE_DATA,
        block.txs,
        block.file,
        block.position,
    )
    return b"".join(map(encode_varint, numbers)) + block.header


def write_block_index(folder: Path, blocks: Iterable[IndexedBlock]) -> None:
    """Make the LevelDB."""
    import plyvel  # noqa: PLC0415 -- the codec above is tested where the extra `bench` is not installed

    database = plyvel.DB(str(folder), create_if_missing=True)
    try:
        for block in blocks:
            database.put(b"b" + block.hash, encode_record(block))
    finally:
        database.close()
