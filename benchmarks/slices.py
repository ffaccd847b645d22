"""Parts of a chain for programs that are slow, or know no XOR key: plain copies of some of its blocks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from block_index import IndexedBlock, write_block_index
from cointrail.chain.decode import read_compact_size
from cointrail.sources.blocks_dir import BlocksDirectory

NETWORK = "regtest"
LARGEST_FILE = 128 << 20


@dataclass(frozen=True)
class Slice:
    """Some blocks, one after another in the chain, in plain files."""

    folder: Path
    """its `blocks` folder holds the files"""
    first: int
    """height of its first block"""
    blocks: int
    block_bytes: int

    @property
    def files(self) -> Path:
        """Where the blk files are."""
        return self.folder / "blocks"

    @property
    def said(self) -> dict[str, Any]:
        """What the results say of it."""
        return asdict(self) | {"folder": self.folder.name}


def slice_from_start(source: BlocksDirectory, folder: Path, size: int) -> Slice:
    """The first blocks, about `size` bytes of them, with a block index beside them."""
    ends = np.cumsum(source.chain.blocks.sizes)
    last = min(len(ends), int(np.searchsorted(ends, size)) + 1)
    made, places = _copy(source, folder, 0, last)
    write_block_index(made.files / "index", places)
    return made


def slice_from_middle(source: BlocksDirectory, folder: Path, size: int) -> Slice:
    """Blocks from the middle on, about `size` bytes of them: with inputs of many ages."""
    ends = np.cumsum(source.chain.blocks.sizes)
    first = int(np.searchsorted(ends, max(0, int(ends[-1]) - size) // 2))
    last = min(len(ends), int(np.searchsorted(ends, ends[first] + size)) + 1)
    return _copy(source, folder, first, last)[0]


def _copy(source: BlocksDirectory, folder: Path, first: int, last: int) -> tuple[Slice, list[IndexedBlock]]:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "blocks").mkdir(parents=True)
    places = list(_write(source, folder / "blocks", first, last))
    size = int(source.chain.blocks.sizes[first:last].sum())
    return Slice(folder, first, last - first, size), places


def _write(source: BlocksDirectory, files: Path, first: int, last: int) -> Iterator[IndexedBlock]:
    """Write records into numbered files, and say where each block stands."""
    number = 0
    file = (files / "blk00000.dat").open("wb")
    for height in range(first, last):
        raw = source.raw_block(height)
        if file.tell() + len(raw) + 8 > LARGEST_FILE:
            file.close()
            number += 1
            file = (files / f"blk{number:05}.dat").open("wb")
        file.write(source.network.magic + len(raw).to_bytes(4, "little"))
        at = file.tell()
        file.write(raw)
        txs = read_compact_size(raw, 80)[0]
        yield IndexedBlock(source.chain.hash(height).raw, height, txs, number, at, raw[:80])
    file.close()
