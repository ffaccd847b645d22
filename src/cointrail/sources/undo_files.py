"""Finding the undo record of a block. Core writes no block hash into it: the checksum tells.

The checksum is the double SHA-256 of the previous block's hash and the payload, so a record that
matches was written when a block was connected on top of exactly that predecessor. A block whose
record matches is one that the node has validated in full.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.types import sha256d
from cointrail.errors import BadBlocks
from cointrail.kernel.records import copy_plain
from cointrail.sources.block_files import (
    UNDO_CHECKSUM,
    RecordFile,
    leading_sizes,
    read_only_map,
    reading,
    scan_file,
)

U8 = npt.NDArray[np.uint8]


NO_COUNT = -2
"""Of a record that does not begin with a count; it fits no block."""
EMPTY = b"\x00"
"""The payload of a block that spends nothing. Test chains and old ones have a hundred thousand in a file, all
alike, so these are found by their checksums."""
IS_EMPTY = -3
"""Stands for the count of such a record."""


class UndoFile:
    """The undo records of one rev file, found by the block they belong to."""

    def __init__(self, path: Path, key: U8, network: Network) -> None:
        """Scan the file.

        Raises:
            BadBlocks: the file ends inside a record, or holds something else.
        """
        self._records: RecordFile = scan_file(path, key, network, UNDO_CHECKSUM)
        if self._records.cut_at is not None:
            raise BadBlocks(
                f"`{path}` ends inside the undo record at offset {self._records.cut_at}",
                hint="the file is cut short: copy it again",
                path=str(path),
                offset=self._records.cut_at,
            )
        self._data = read_only_map(path)
        self._keys = [np.roll(key, -phase) for phase in range(8)]
        heads = np.empty((len(self), 9), np.uint8)
        copy_plain(self._data, key, self._records.starts, 9, heads)
        counts = leading_sizes(heads, NO_COUNT)
        counts[self._records.sizes == 0] = NO_COUNT
        counts[(counts == 0) & (self._records.sizes == len(EMPTY))] = IS_EMPTY
        self._of_empty = self._checksums(np.flatnonzero(counts == IS_EMPTY), key)
        self._counts: list[int] = counts.tolist()
        self._by_count: dict[int, list[int]] = {}
        for number, count in enumerate(self._counts):
            self._by_count.setdefault(count, []).append(number)
        self._next = 0

    @property
    def path(self) -> Path:
        """The rev file."""
        return self._records.path

    def __len__(self) -> int:
        return len(self._records.starts)

    def offset(self, number: int) -> int:
        """Where the payload of a record begins."""
        return int(self._records.starts[number])

    def _checksums(self, numbers: npt.NDArray[np.intp], key: U8) -> set[bytes]:
        """The checksums of records with the payload `EMPTY`."""
        found = np.empty((len(numbers), UNDO_CHECKSUM), np.uint8)
        copy_plain(self._data, key, self._records.starts[numbers] + len(EMPTY), UNDO_CHECKSUM, found)
        return {row.tobytes() for row in found}

    def _plain(self, start: int, length: int) -> bytes:
        key = self._keys[start % 8]
        plain = self._data[start : start + length].copy()
        whole = length // 8 * 8
        plain[:whole].view(np.uint64)[:] ^= key.view(np.uint64)[0]
        plain[whole:] ^= key[: length - whole]
        return plain.tobytes()

    def read(self, number: int) -> tuple[bytes, bytes]:
        """(payload, checksum) of a record."""
        start, size = self.offset(number), int(self._records.sizes[number])
        both = self._plain(start, size + UNDO_CHECKSUM)
        return both[:size], both[size:]

    def find(self, previous: bytes, tx_count: int) -> bytes | None:
        """The payload of a block with that predecessor and so many transactions, coinbase included.

        `previous` is in wire order. None when no record of this file belongs to it.
        """
        if tx_count == 1 and sha256d(previous + EMPTY) in self._of_empty:
            return EMPTY
        candidates = self._by_count.get(tx_count - 1, [])
        for place in _outward(bisect_left(candidates, self._next), len(candidates)):
            payload, checksum = self.read(candidates[place])
            if sha256d(previous + payload) == checksum:
                self._next = candidates[place] + 1
                return payload
        return None

    def find_all(self, previous: bytes, tx_count: int) -> list[bytes]:
        """Every different payload that `find` could give: those of siblings too."""
        found = [EMPTY] if tx_count == 1 and sha256d(previous + EMPTY) in self._of_empty else []
        for number in self._by_count.get(tx_count - 1, []):
            payload, checksum = self.read(number)
            if sha256d(previous + payload) == checksum and payload not in found:
                found.append(payload)
        return found

    def find_unmatched(self, blocks: Iterable[tuple[bytes, int]]) -> int | None:
        """The first record that belongs to none of these (previous hash, transaction count).

        One that a node may be writing is none of them. Blocks in about the order of the records take time
        in proportion to their number.
        """
        by_count: dict[int, list[bytes]] = {}
        for previous, tx_count in blocks:
            by_count.setdefault(tx_count - 1, []).append(previous)
        of_empty_blocks = {sha256d(previous + EMPTY) for previous in by_count.get(0, [])}
        near = dict.fromkeys(by_count, 0)
        whole = len(self) - 1 if self._records.doubtful else len(self)
        for number, count in enumerate(self._counts[:whole]):
            payload, checksum = self.read(number)
            if count == IS_EMPTY and checksum in of_empty_blocks:
                continue
            before = by_count.get(count, [])
            places = _outward(near.get(count, 0), len(before))
            place = next((k for k in places if sha256d(before[k] + payload) == checksum), None)
            if place is None:
                return number
            near[count] = place + 1
        return None


def _outward(start: int, count: int) -> Iterator[int]:
    """0..count - 1, what is nearest to `start` first."""
    before, after = start - 1, start
    while before >= 0 or after < count:
        if after < count:
            yield after
        if before >= 0:
            yield before
        before, after = before - 1, after + 1


MOST_OPEN = 3
"""Rev files kept mapped at once. The chain's order follows the order of files nearly everywhere."""


class UndoFiles:
    """All rev files of a directory, scanned when they are first asked for. Threads may ask at once."""

    def __init__(self, paths: dict[int, Path], key: U8, network: Network) -> None:
        """`paths`: rev files by number."""
        self._paths, self._key, self._network = paths, key, network
        self._open: dict[int, UndoFile] = {}
        self._opening = Lock()
        self._expected: set[int] = set()

    def expect(self, number: int) -> None:
        """Let the system begin to read the rev file of that number, once, where it can.

        Raises:
            BadBlocks: it cannot be opened.
        """
        if number in self._expected or number not in self._paths or not hasattr(os, "posix_fadvise"):
            return
        self._expected.add(number)
        with reading(self._paths[number]), self._paths[number].open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)

    def file(self, number: int) -> UndoFile | None:
        """The rev file of that number; None when there is none."""
        with self._opening:
            if number not in self._paths:
                return None
            file = self._open.pop(number, None) or UndoFile(self._paths[number], self._key, self._network)
            self._open[number] = file  # the last one asked for stands last
            if len(self._open) > MOST_OPEN:
                del self._open[next(iter(self._open))]
            return file

    def find(self, number: int, previous: bytes, tx_count: int) -> bytes | None:
        """As `UndoFile.find`, in the rev file of that number."""
        file = self.file(number)
        return file.find(previous, tx_count) if file else None

    def find_all(self, number: int, previous: bytes, tx_count: int) -> list[bytes]:
        """As `UndoFile.find_all`, in the rev file of that number."""
        file = self.file(number)
        return file.find_all(previous, tx_count) if file else []
