"""The scripts of a segment's outputs on their way to numbers: batch after batch, each sorted by part.

What was added is read back twice: part by part over all batches, then batch by batch. Small amounts stay in
memory; more goes to one file that is written from front to back and has no name once it is closed.
"""

from __future__ import annotations

import math
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.numbering import ScriptRows

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

ALIGNED = 8
"""Arrays in the file begin at multiples of so many bytes."""

IN_MEMORY = 64 << 20
"""Bytes that are kept without a file."""


_NOTHING = (np.empty(0, np.uint64), np.empty(0, np.uint32), np.empty(0, np.uint8))


@dataclass(frozen=True)
class Scattered:
    """Scripts of outputs, sorted by the part that their hash falls into."""

    part: U8
    """part of each output, in chain order"""
    rows: ScriptRows
    """sorted by part"""
    edges: I64
    """int64[parts + 1]: row where each part begins"""
    byte_edges: I64
    """the same for bytes"""


@dataclass(frozen=True)
class Batch(Scattered):
    """The scripts of one batch of outputs, and its inputs that may reveal a redeem script."""

    shown_input: U64
    """inputs that spend a P2SH output and end with a push"""
    shown_output: U64
    """the outputs that they spend"""
    shown_inner: U8
    """uint8[shown, 32]: SHA-256 of the last push"""

    @property
    def n_outputs(self) -> int:
        """How many outputs."""
        return len(self.part)


@dataclass(frozen=True)
class _Field:
    """One array of a batch: shape, type, and where it stands in the file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    row_bytes: int
    at: int


@dataclass(frozen=True)
class _Stored:
    """A batch: its arrays in memory, or None and their places in the file."""

    arrays: tuple[Array, ...] | None
    fields: tuple[_Field, ...]
    edges: I64
    byte_edges: I64


class ScriptSpill:
    """Batches in chain order."""

    def __init__(self, path: Path, bits: int, *, in_memory: int = IN_MEMORY) -> None:
        """Start empty.

        Args:
            path: where the file is made when it is needed.
            bits: highest bits of a prefix that name its part.
            in_memory: bytes to keep without a file.
        """
        self.bits = bits
        self._path, self._room = path, in_memory
        self._handle: int | None = None
        self._end = 0
        self._batches: list[_Stored] = []

    def __len__(self) -> int:
        return len(self._batches)

    @property
    def parts(self) -> int:
        """How many parts."""
        return 1 << self.bits

    def add(self, batch: Batch) -> None:
        """Add the next batch; its arrays may be used again by the caller.

        Raises:
            OSError: the disk is full.
        """
        arrays = (batch.part, *batch.rows, batch.shown_input, batch.shown_output, batch.shown_inner)
        edges = batch.edges.copy(), batch.byte_edges.copy()
        size = sum(a.nbytes for a in arrays)
        if size <= self._room:
            self._room -= size
            self._batches.append(_Stored(tuple(a.copy() for a in arrays), (), *edges))
            return
        if self._handle is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
            self._handle = os.open(self._path, flags, 0o600)
        fields = []
        for array in arrays:
            width = array.itemsize * math.prod(array.shape[1:])
            if array.size:  # no gap behind the last byte: a map reaches to the end of the file only
                self._end += -self._end % ALIGNED
            fields.append(_Field(array.shape, array.dtype, width, self._end))
            self._write(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
        self._batches.append(_Stored(None, tuple(fields), *edges))

    def _write(self, data: U8) -> None:
        view = memoryview(data)  # type: ignore[arg-type]
        while view:
            assert self._handle is not None
            done = os.pwrite(self._handle, view, self._end)
            view, self._end = view[done:], self._end + done

    def _mapped(self) -> U8:
        """The file as it is now. Mapped anew each time, so that only what is looked at counts as held."""
        if self._handle is None:
            return np.empty(0, np.uint8)
        return np.frombuffer(mmap.mmap(self._handle, self._end, access=mmap.ACCESS_READ), np.uint8)

    @staticmethod
    def _slice(stored: _Stored, file: U8, number: int, first: int, last: int) -> Array:
        """Rows first..last - 1 of array `number` of a batch."""
        if stored.arrays is not None:
            return stored.arrays[number][first:last]
        field = stored.fields[number]
        raw = file[field.at + first * field.row_bytes : field.at + last * field.row_bytes]
        return raw.view(field.dtype).reshape((last - first, *field.shape[1:]))

    def part(self, number: int) -> tuple[ScriptRows, list[int]]:
        """The rows of one part over all batches, and how many of them each batch has."""
        pieces: tuple[list[Array], list[Array], list[Array]] = ([], [], [])
        file = self._mapped()
        for stored in self._batches:
            first, last = stored.edges[number : number + 2].tolist()
            pieces[0].append(self._slice(stored, file, 1, first, last))
            pieces[1].append(self._slice(stored, file, 2, first, last))
            begin, end = stored.byte_edges[number : number + 2].tolist()
            pieces[2].append(self._slice(stored, file, 3, begin, end))
        rows = ScriptRows(*(np.concatenate([e, *p]) for e, p in zip(_NOTHING, pieces, strict=True)))
        return rows, [len(piece) for piece in pieces[0]]

    def batch(self, number: int) -> Batch:
        """One batch as it was added."""
        stored, file = self._batches[number], self._mapped()
        fields = enumerate(stored.fields)
        arrays = stored.arrays or [self._slice(stored, file, k, 0, f.shape[0]) for k, f in fields]
        part, prefix, length, data, inputs, outputs, inner = arrays
        rows = ScriptRows(prefix, length, data)
        return Batch(part, rows, stored.edges, stored.byte_edges, inputs, outputs, inner)

    def edges(self, number: int) -> I64:
        """Row of a batch where each part begins."""
        return self._batches[number].edges

    def n_outputs(self, number: int) -> int:
        """How many outputs a batch has."""
        return int(self._batches[number].edges[-1])

    def close(self) -> None:
        """Give memory and disk back."""
        self._batches.clear()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
            self._path.unlink(missing_ok=True)
