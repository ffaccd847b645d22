"""Where the arrays of clusters are put while they are made: in memory, or in the files they will stay in.

A shelf on disk writes each array from front to back, piece by piece, takes its SHA-256 on the way, syncs
it, and gives it back mapped. So an array is never in memory twice, and most are not in memory at all.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

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

    @property
    def folder(self) -> Path | None:
        """Room for files that are gone in the end; None where nothing can be written."""

    def open(self, name: str, dtype: str, /) -> Writer:
        """Begin an array."""


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

    folder: Path | None = None

    def open(self, _name: str, dtype: str) -> Writer:
        """Begin an array."""
        return _MemoryWriter(dtype)


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


@dataclass
class DraftShelf:
    """Arrays in files of a folder; `notes` says what was written."""

    folder: Path
    notes: dict[str, ArrayNote] = field(default_factory=dict)

    def open(self, name: str, dtype: str) -> Writer:
        """Begin the file of an array.

        Raises:
            OSError: it cannot be written; so do the writer's methods.
        """
        return _FileWriter(self, name, dtype)


class _FileWriter:
    def __init__(self, shelf: DraftShelf, name: str, dtype: str) -> None:
        self._shelf, self._name, self._dtype = shelf, name, dtype
        self._path = array_path(shelf.folder, name)
        self._file = self._path.open("wb")
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
        return map_file(self._path, self._dtype, self._rows)


def array_path(folder: Path, name: str) -> Path:
    """The file of an array."""
    return folder / f"{name}.bin"
