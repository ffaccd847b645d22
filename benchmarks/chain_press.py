"""Blocks of an invented chain sealed and written, one after the other, in their order."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from chain_arrays import BEGIN, END, UNDO_BEGIN, UNDO_END, Room, World, empty_press
from chain_files import LARGEST_FILE, RECORD_HEAD, RecordWriter
from chain_seal import seal_block

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
CHECKSUM = 32


class Finisher:
    """Seals blocks and writes them and their undo data to numbered files."""

    def __init__(self, folder: Path, key: bytes, world: World) -> None:
        """Write the first block."""
        self._blk, self._rev = RecordWriter(folder, "blk", key), RecordWriter(folder, "rev", key)
        self._coinbase_txids, self._press, self._number = world.coinbase_txids, empty_press(), 0
        self._begin_files()
        first = np.zeros(RECORD_HEAD + len(GENESIS), np.uint8)
        first[RECORD_HEAD:] = np.frombuffer(GENESIS, np.uint8)
        self._blk.write(first, RECORD_HEAD, len(first))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blk.close()
        self._rev.close()

    def _begin_files(self) -> None:
        self._blk.begin(self._number)
        self._rev.begin(self._number)

    def finish(self, room: Room) -> None:
        """Seal and write the block in `room`, which follows the one before."""
        seal_block(room, self._press, self._coinbase_txids)
        begin, end, undo_begin, undo_end = (int(room.about[k]) for k in (BEGIN, END, UNDO_BEGIN, UNDO_END))
        if self._blk.at + RECORD_HEAD + end - begin > LARGEST_FILE:
            self._number += 1
            self._begin_files()
        self._blk.write(room.body, begin, end)
        self._rev.write(room.undo, undo_begin, undo_end, CHECKSUM)
