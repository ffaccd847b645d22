"""The scripts of a segment's outputs on their way to numbers: batch after batch, each sorted by part.

What was added is read back twice: part by part over all batches, then batch by batch. Small amounts stay in
memory; more goes to one file that is written from front to back and has no name once it is closed.
"""

from __future__ import annotations

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

IN_MEMORY = 64 << 20
"""Bytes that are kept without a file."""


@dataclass(frozen=True)
class Batch:
    """The scripts of one batch of outputs, and its inputs that may reveal a redeem script."""

    part: U8
    """part of each output, in chain order"""
    rows: ScriptRows
    """sorted by part"""
    edges: I64
    """int64[parts + 1]: row where each part begins"""
    byte_edges: I64
    """the same for bytes"""
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


@dataclass
class _Stored:
    """Where a batch's arrays are: in memory, or from `at` of the file on."""

    arrays: tuple[Array, ...] | None
    layout: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]
    at: int
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
        layout = tuple((a.shape, a.dtype) for a in arrays)
        edges = batch.edges.copy(), batch.byte_edges.copy()
        size = sum(a.nbytes for a in arrays)
        if size <= self._room:
            self._room -= size
            kept = tuple(a.copy() for a in arrays)
            self._batches.append(_Stored(kept, layout, 0, *edges))
            return
        if self._handle is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
            self._handle = os.open(self._path, flags, 0o600)
        self._batches.append(_Stored(None, layout, self._end, *edges))
        for array in arrays:
            self._write(np.ascontiguousarray(array).reshape(-1).view(np.uint8))

    def _write(self, data: U8) -> None:
        view = memoryview(data)  # type: ignore[arg-type]
        while view:
            assert self._handle is not None
            done = os.pwrite(self._handle, view, self._end)
            view, self._end = view[done:], self._end + done

    def _slice(self, stored: _Stored, number: int, first: int, last: int) -> Array:
        """Rows first..last - 1 of array `number` of a batch."""
        if stored.arrays is not None:
            return stored.arrays[number][first:last]
        at = stored.at
        for shape, dtype in stored.layout[:number]:
            at += int(np.prod(shape)) * dtype.itemsize
        shape, dtype = stored.layout[number]
        width = int(np.prod(shape[1:])) * dtype.itemsize
        out = np.empty((last - first) * width, np.uint8)
        view = memoryview(out)  # type: ignore[arg-type]
        at += first * width
        while view:
            assert self._handle is not None
            done = os.preadv(self._handle, [view], at)
            if done == 0:
                raise OSError(5, "the working file became shorter while it was used")
            view, at = view[done:], at + done
        return out.view(dtype).reshape((last - first, *shape[1:]))

    def part(self, number: int) -> tuple[ScriptRows, list[int]]:
        """The rows of one part over all batches, and how many of them each batch has."""
        pieces: list[tuple[Array, ...]] = []
        for stored in self._batches:
            rows = slice(*stored.edges[number : number + 2].tolist())
            data = slice(*stored.byte_edges[number : number + 2].tolist())
            spans = (rows, rows, data)
            pieces.append(tuple(self._slice(stored, 1 + k, s.start, s.stop) for k, s in enumerate(spans)))
        columns = zip(*pieces, strict=True) if pieces else ((np.empty(0, t),) for t in ("u8", "u4", "u1"))
        return ScriptRows(*(np.concatenate(column) for column in columns)), [len(p[0]) for p in pieces]

    def batch(self, number: int) -> Batch:
        """One batch as it was added."""
        stored = self._batches[number]
        arrays = [self._slice(stored, k, 0, shape[0]) for k, (shape, _) in enumerate(stored.layout)]
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
