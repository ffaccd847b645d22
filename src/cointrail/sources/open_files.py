"""Numbered files that are read at random: opened when they are needed, a few of them kept open.

A full chain has more files than a process may have open.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from cointrail.errors import BadBlocks
from cointrail.sources.block_files import reading

MOST_OPEN = 64
"""Files kept open. The order of a chain follows the order of its files nearly everywhere."""


class _Handle:
    """An open file, closed when nobody holds it any more, and not while somebody reads from it."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self.number)


class OpenFiles:
    """Files by number. Threads may read at once."""

    def __init__(self, paths: Mapping[int, Path]) -> None:
        """`paths`: where each file is."""
        self._paths = paths
        self._open: dict[int, _Handle] = {}
        self._opening = Lock()

    def close(self) -> None:
        """Close all files. They are opened again when they are read."""
        with self._opening:
            self._open.clear()

    def read_into(self, number: int, start: int, views: Sequence[memoryview]) -> None:
        """Fill `views`, one after the other, with what stands in a file from `start` on.

        Raises:
            BadBlocks: the file ends before, or cannot be read.
        """
        handle, left = self._handle(number), list(views)
        while left:
            with reading(self._paths[number]):
                got = os.preadv(handle.number, left, start)
            if got == 0:
                raise BadBlocks(
                    f"`{self._paths[number]}` became shorter while it was read",
                    hint="leave the files alone during the run",
                )
            start += got
            while left and got >= len(left[0]):
                got -= len(left.pop(0))
            if got:
                left[0] = left[0][got:]

    def expect(self, number: int, start: int, size: int) -> None:
        """Let the system begin to read a part of a file that will be asked for soon, where it can.

        Raises:
            BadBlocks: the file cannot be opened.
        """
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle(number).number, start, size, os.POSIX_FADV_WILLNEED)

    def _handle(self, number: int) -> _Handle:
        with self._opening:
            with reading(self._paths[number]):
                handle = self._open.pop(number, None) or _Handle(self._paths[number])
            self._open[number] = handle  # the last one asked for stands last
            if len(self._open) > MOST_OPEN:
                del self._open[next(iter(self._open))]
            return handle
