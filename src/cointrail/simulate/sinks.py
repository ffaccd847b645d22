"""Two ways to write a blocks directory: Bitcoin Core's own library, and plain files in its format."""

from __future__ import annotations

import ctypes
import gc
import shutil
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from cointrail.chain.types import BlockHash
from cointrail.chain.undo import SpentOutput, encode_undo, undo_checksum
from cointrail.errors import BadBlocks
from cointrail.simulate.blocks import BlockSink
from cointrail.simulate.regtest import GENESIS, REGTEST

XOR_KEY_SIZE = 8
BLOCKS_AHEAD = 4
MAX_FILE_SIZE = 128 * 1024 * 1024
"""Source: Bitcoin Core, src/node/blockstorage.h, MAX_BLOCKFILE_SIZE."""


class KernelSink:
    """Gives every block to libbitcoinkernel, which checks all of it and writes the files.

    Raises:
        ImportError: the library is not there.
    """

    def __init__(self, blocks_dir: Path, scratch: Path, xor_key: bytes) -> None:
        import pbk  # noqa: PLC0415 - an optional extra
        from pbk.capi import bindings  # noqa: PLC0415

        _start_directory(blocks_dir, xor_key)
        scratch.mkdir(parents=True)
        self._scratch = scratch
        self._new_block = bindings.btck_block_create
        self._block_type = pbk.Block
        options = pbk.ChainstateManagerOptions(
            pbk.make_context(pbk.ChainType.REGTEST), str(scratch.absolute()), str(blocks_dir.absolute())
        )
        options.update_block_tree_db_in_memory(True)  # noqa: FBT003 - their signature
        options.update_chainstate_db_in_memory(True)  # noqa: FBT003
        self._manager = pbk.ChainstateManager(options)
        self._height = 0

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        """Take the next block.

        Raises:
            BadBlocks: Bitcoin Core does not accept it.
        """
        del previous, spent
        buffer = (ctypes.c_ubyte * len(raw)).from_buffer_copy(raw)
        block = self._block_type._from_handle(self._new_block(buffer, len(raw)))  # noqa: SLF001 - the constructor copies byte by byte
        self._manager.process_block(block)
        self._height += 1
        if (height := self._manager.get_active_chain().height) != self._height:
            raise BadBlocks(f"Bitcoin Core rejects block {self._height} of the world", height=height)

    def finish(self, height: int, tip: bytes) -> None:
        """Flush the files.

        Raises:
            BadBlocks: Bitcoin Core's tip is another one.
        """
        chain = self._manager.get_active_chain()
        found = bytes(chain.block_tree_entries[chain.height].block_hash)
        if (chain.height, found) != (height, tip):
            raise BadBlocks(f"Bitcoin Core's tip is at {chain.height}, the world's at {height}")
        del chain, self._manager
        gc.collect()
        shutil.rmtree(self._scratch)


class FileSink:
    """Writes `blk` and `rev` files itself. Nobody has checked the blocks."""

    def __init__(self, blocks_dir: Path, xor_key: bytes) -> None:
        _start_directory(blocks_dir, xor_key)
        self._dir = blocks_dir
        self._key = xor_key
        self._number = 0
        self._sizes = {"blk": 0, "rev": 0}
        self._append("blk", GENESIS)

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        """Take the next block."""
        if self._sizes["blk"] + len(raw) + 8 >= MAX_FILE_SIZE:
            self._number += 1
            self._sizes = {"blk": 0, "rev": 0}
        self._append("blk", raw)
        payload = encode_undo(spent)
        self._append("rev", payload, undo_checksum(BlockHash(previous), payload))

    def finish(self, height: int, tip: bytes) -> None:
        """Nothing is left to do: every record is written as it comes."""

    def _append(self, kind: str, data: bytes, checksum: bytes = b"") -> None:
        record = REGTEST.magic + len(data).to_bytes(4, "little") + data + checksum
        at = self._sizes[kind]
        turn = at % XOR_KEY_SIZE
        key = (self._key[turn:] + self._key[:turn]) * (len(record) // XOR_KEY_SIZE + 1)
        mixed = int.from_bytes(record, "big") ^ int.from_bytes(key[: len(record)], "big")
        with (self._dir / f"{kind}{self._number:05d}.dat").open("ab") as file:
            file.write(mixed.to_bytes(len(record), "big"))
        self._sizes[kind] = at + len(record)


class AheadSink:
    """Hands blocks on in a thread of its own, so that the next block is made while one is checked.

    Whatever the inner sink raises is raised again by the next call.
    """

    def __init__(self, inner: BlockSink) -> None:
        self._inner = inner
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        """Take the next block, and wait when more than a few are under way."""
        while len(self._waiting) >= BLOCKS_AHEAD:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._inner.add, raw, previous, spent))

    def finish(self, height: int, tip: bytes) -> None:
        """Wait for all blocks, then finish."""
        try:
            while self._waiting:
                self._waiting.popleft().result()
            self._inner.finish(height, tip)
        finally:
            self._pool.shutdown()


def _start_directory(blocks_dir: Path, xor_key: bytes) -> None:
    blocks_dir.mkdir(parents=True)
    (blocks_dir / "xor.dat").write_bytes(xor_key)
