"""A node at work on its files: records that come byte by byte into space that was laid out before."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from support.blocks_writer import RANDOM_KEY, REGTEST_MAGIC, Stored, record, xored


@dataclass
class NodeWriter:
    """Appends to blk00000.dat and rev00000.dat as Core does: space first, then bytes from front to back."""

    folder: Path
    key: bytes = RANDOM_KEY
    space: int = 4096
    """bytes that a file grows by; 0: only as needed"""
    _ends: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "xor.dat").write_bytes(self.key)
        for kind in ("blk", "rev"):
            self._path(kind).touch()
            self._ends[kind] = 0

    def _path(self, kind: str) -> Path:
        return self.folder / f"{kind}00000.dat"

    def end_of(self, kind: str) -> int:
        """Where the next record goes."""
        return self._ends[kind]

    def begin(self, kind: str, data: bytes, written: int) -> None:
        """Write the first bytes of a record; the next one goes to the same place."""
        path, at = self._path(kind), self._ends[kind]
        size = path.stat().st_size
        if self.space and at + len(data) > size:
            os.truncate(path, -(-(at + len(data)) // self.space) * self.space)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(xored(data[:written], self.key, at))

    def end(self, kind: str, data: bytes) -> None:
        """Write a whole record."""
        self.begin(kind, data, len(data))
        self._ends[kind] += len(data)

    def store(self, block: Stored) -> None:
        """A block arrives."""
        self.end("blk", block_record(block))

    def connect(self, block: Stored) -> None:
        """A block is connected; genesis has no record."""
        if block.undo is not None:
            self.end("rev", undo_record(block))

    def take(self, *blocks: Stored) -> None:
        """Blocks arrive and are connected one after another."""
        for block in blocks:
            self.store(block)
            self.connect(block)

    def finish(self) -> None:
        """Give up the space that is left, as a node does with a file that is full."""
        for kind, end in self._ends.items():
            os.truncate(self._path(kind), end)


def block_record(block: Stored) -> bytes:
    """A block as it stands in a blk file."""
    return record(block.block, len(block.block), REGTEST_MAGIC)


def undo_record(block: Stored) -> bytes:
    """An undo record as it stands in a rev file."""
    return record(block.undo_record, len(block.undo or b""), REGTEST_MAGIC)
