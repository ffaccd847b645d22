"""Where the arrays of clusters are put while they are made: in memory, or in the files they will stay in.

A shelf on disk writes each array from front to back, piece by piece, takes its SHA-256 on the way, syncs
it, and gives it back mapped. So an array is never in memory twice, and most are not in memory at all.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import map_file

Array = npt.NDArray[Any]

PIECE = 1 << 22
"""Rows that are written together."""


class Writer(Protocol):
    """One array that grows from front to back."""

    def add(self, piece: Array, /) -> None:
        """Put rows behind those that are there."""

    def close(self) -> Array:
        """The whole array, not to be written to."""


class Shelf(Protocol):
    """Where arrays go."""

    def open(self, name: str, dtype: str, /) -> Writer:
        """Begin an array."""

    def scratch(self) -> IO[bytes] | None:
        """A file without a name, for what is gone in the end; None where that stays in memory."""


def put(shelf: Shelf, name: str, dtype: str, pieces: Iterable[Array]) -> Array:
    """An array of these pieces end to end."""
    writer = shelf.open(name, dtype)
    for piece in pieces:
        writer.add(piece)
    return writer.close()


def in_pieces(array: Array) -> Iterable[Array]:
    """The rows of an array, some at a time."""
    return (array[first : first + PIECE] for first in range(0, len(array), PIECE))


class MemoryShelf:
    """Arrays that stay in memory."""

    def open(self, _name: str, dtype: str) -> Writer:
        """Begin an array."""
        return _MemoryWriter(dtype)

    def scratch(self) -> None:
        """None."""


class _MemoryWriter:
    def __init__(self, dtype: str) -> None:
        self._pieces = [np.empty(0, dtype)]

    def add(self, piece: Array) -> None:
        self._pieces.append(piece.astype(self._pieces[0].dtype))

    def close(self) -> Array:
        array = np.concatenate(self._pieces)
        array.flags.writeable = False
        return array


@dataclass(frozen=True, slots=True)
class ArrayNote:
    """What is known of an array on disk: its type, its rows, and the SHA-256 of its bytes in hex."""

    dtype: str
    rows: int
    sha256: str


class DraftShelf:
    """Arrays in files of a folder; `notes` says what was written. Use it as a context manager.

    Args:
        folder: where the files go, those without a name too.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: dict[str, ArrayNote] = {}
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def open(self, name: str, dtype: str) -> Writer:
        """Begin the file of an array.

        Raises:
            OSError: it cannot be written; so do the writer's methods.
        """
        file = self._opened.enter_context(array_path(self.folder, name).open("wb"))
        return _FileWriter(self, name, dtype, file)

    def scratch(self) -> IO[bytes]:
        """A file without a name; whoever no longer needs it may close it.

        Raises:
            OSError: it cannot be made.
        """
        return self._opened.enter_context(tempfile.TemporaryFile(dir=self.folder, buffering=0))


class _FileWriter:
    def __init__(self, shelf: DraftShelf, name: str, dtype: str, file: IO[bytes]) -> None:
        self._shelf, self._name, self._dtype, self._file = shelf, name, dtype, file
        self._digest, self._rows = hashlib.sha256(), 0

    def add(self, piece: Array) -> None:
        data = np.ascontiguousarray(piece, self._dtype)
        self._file.write(data.data)
        self._digest.update(data.data)
        self._rows += len(data)

    def close(self) -> Array:
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
        self._shelf.notes[self._name] = ArrayNote(self._dtype, self._rows, self._digest.hexdigest())
        return map_file(array_path(self._shelf.folder, self._name), self._dtype, self._rows)


def array_path(folder: Path, name: str) -> Path:
    """The file of an array."""
    return folder / f"{name}.bin"
