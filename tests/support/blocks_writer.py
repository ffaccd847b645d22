"""Blocks directories as Bitcoin Core writes them, and as it never would: read and written plainly.

Shares nothing with `cointrail.sources`, so that one can be tested with the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cointrail.chain.network import get_network
from cointrail.chain.types import sha256d

REGTEST_MAGIC = get_network("regtest").magic
RANDOM_KEY = bytes.fromhex("8f13c4a5e07b2d61")


@dataclass(frozen=True, slots=True)
class Stored:
    """A block on disk, and its undo record when the node has connected it."""

    block: bytes
    undo: bytes | None = None
    """the payload; its checksum follows from it and the block before"""

    @property
    def previous(self) -> bytes:
        """Hash of the block before, wire order."""
        return self.block[4:36]

    @property
    def hash(self) -> bytes:
        """The block's hash, wire order."""
        return sha256d(self.block[:80])

    @property
    def undo_record(self) -> bytes:
        """Payload and checksum."""
        payload = self.undo or b""
        return payload + sha256d(self.previous + payload)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the files are laid out."""

    key: bytes | None = bytes(8)
    """what they are XORed with; None: there is no xor.dat"""
    tail: int = 0
    """empty bytes after the last record of each file, as Core preallocates them"""
    raw_tail: bool = True
    """whether the tail is zeros on disk, or zeros after the XOR"""
    magic: bytes = REGTEST_MAGIC
    reverse_undo: bool = False
    """whether undo records stand in another order than blocks"""


def xored(data: bytes, key: bytes, at: int = 0) -> bytes:
    """`data` at offset `at` of a file, XORed with its key."""
    if not any(key):
        return data
    line = np.resize(np.roll(np.frombuffer(key, np.uint8), -at), len(data))
    return (np.frombuffer(data, np.uint8) ^ line).tobytes()


def record(payload: bytes, size: int, magic: bytes = REGTEST_MAGIC) -> bytes:
    """A record: magic, length, payload."""
    return magic + size.to_bytes(4, "little") + payload


def write_files(folder: Path, files: Sequence[Sequence[Stored]], layout: Layout | None = None) -> Path:
    """Write a blocks directory: one blk and one rev file for each sequence of blocks."""
    layout = layout or Layout()
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.dat"),):
        old.unlink()
    if layout.key is not None:
        (folder / "xor.dat").write_bytes(layout.key)
    for number, blocks in enumerate(files):
        _write(
            folder / f"blk{number:05}.dat",
            [record(b.block, len(b.block), layout.magic) for b in blocks],
            layout,
        )
        undone = [b for b in blocks if b.undo is not None]
        if layout.reverse_undo:
            undone.reverse()
        records = [record(b.undo_record, len(b.undo or b""), layout.magic) for b in undone]
        _write(folder / f"rev{number:05}.dat", records, layout)
    return folder


def _write(path: Path, records: Iterable[bytes], layout: Layout) -> None:
    key = layout.key or bytes(8)
    data = b"".join(records)
    tail = bytes(layout.tail)
    if layout.raw_tail:
        path.write_bytes(xored(data, key) + tail)
    else:
        path.write_bytes(xored(data + tail, key))


def read_records(path: Path, key: bytes, magic: bytes, trailer: int) -> list[bytes]:
    """The payloads of a file, each with its trailer, up to the first bytes that are no record."""
    data, at, found = xored(path.read_bytes(), key), 0, []
    while data[at : at + 4] == magic:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little") + trailer
        found.append(data[at + 8 : end])
        at = end
    return found


def read_files(folder: Path, magic: bytes = REGTEST_MAGIC) -> list[Stored]:
    """The blocks of a directory in the order they stand there, with their undo records."""
    path = folder / "xor.dat"
    key = path.read_bytes() if path.exists() else bytes(8)
    found: list[Stored] = []
    for blocks in sorted(folder.glob("blk*.dat")):
        records = read_records(folder / blocks.name.replace("blk", "rev"), key, magic, 32)
        undone = {(r[-32:], r[:-32]) for r in records}
        found += [_with_undo(Stored(raw), undone) for raw in read_records(blocks, key, magic, 0)]
    return found


def _with_undo(block: Stored, records: set[tuple[bytes, bytes]]) -> Stored:
    for checksum, payload in records:
        if sha256d(block.previous + payload) == checksum and _counts_agree(block.block, payload):
            return replace(block, undo=payload)
    return block


def _counts_agree(block: bytes, payload: bytes) -> bool:
    """Whether block and record have the same number of transactions; enough for numbers below 253."""
    return block[80] == payload[0] + 1
