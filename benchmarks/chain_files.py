"""Records of blk and rev files, written as they are, or behind an XOR key."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import get_network
from cointrail.kernel.records import free_in_place

U8 = npt.NDArray[np.uint8]

LARGEST_FILE = 128 << 20
"""Source: Bitcoin Core, src/node/blockstorage.h, MAX_BLOCKFILE_SIZE."""
RECORD_HEAD = 8


class RecordWriter:
    """Writes records into numbered files of one kind."""

    def __init__(self, folder: Path, kind: str, key: bytes) -> None:
        """`kind`: blk or rev; a `key` of zeros leaves the bytes as they are."""
        self._folder, self._kind = folder, kind
        self._magic = np.frombuffer(get_network("regtest").magic, np.uint8)
        self._key = np.frombuffer(key, np.uint8)
        self._one = np.zeros((3, 1), np.int64)
        self._file: IO[bytes] | None = None
        self.at = 0

    def begin(self, number: int) -> None:
        """Go on in another file."""
        self.close()
        self._file = (self._folder / f"{self._kind}{number:05}.dat").open("wb", buffering=0)
        self.at = 0

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def write(self, data: U8, begin: int, end: int, trailer: int = 0) -> None:
        """Write `data[begin:end]` as a record; the trailer stands behind, the head is put before it.

        The bytes from 8 before `begin` to the end of the trailer are used up.
        """
        first, last = begin - RECORD_HEAD, end + trailer
        data[first : first + 4] = self._magic
        data[first + 4 : begin] = np.frombuffer((end - begin).to_bytes(4, "little"), np.uint8)
        if self._key.any():
            self._one[:, 0] = first, last - first, self.at
            free_in_place(data, self._one[0], self._one[1], self._one[2], self._key)
        assert self._file
        view = memoryview(data[first:last])  # type: ignore[arg-type]
        while view:
            view = view[self._file.write(view) :]
        self.at += last - first
