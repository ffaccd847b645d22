"""The scripts of a snapshot compared and hashed where they stand, many at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import differing_stored, gather_slices
from cointrail.kernel.fingerprint import fingerprint_outputs, fingerprint_stored
from cointrail.kernel.sha256 import sha256_many
from cointrail.store.reader import Snapshot

Array = npt.NDArray[Any]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

CHUNK = 1 << 20
"""Scripts looked at together."""


class StoredScripts:
    """Scripts by number. Those of the settled part are read in place."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Look at the scripts of this snapshot."""
        self._snapshot = snapshot
        self._ends = snapshot.column("scripts.end")
        self._heap = snapshot.column("script_bytes.data")

    def gather(self, numbers: Array) -> tuple[I64, I64, U8]:
        """The bytes of scripts, copied: (starts, lengths, buffer)."""
        rows = numbers.astype(np.int64)
        stop = self._ends.take(rows).astype(np.int64)
        begin = np.where(rows > 0, self._ends.take(np.maximum(rows - 1, 0)).astype(np.int64), 0)
        lengths = stop - begin
        starts = np.cumsum(lengths) - lengths
        out = np.empty(int(lengths.sum()), np.uint8)
        old = rows < self._ends.border
        gather_slices(self._heap.settled, begin[old], lengths[old], out, starts[old])
        recent = begin[~old] - self._heap.border
        gather_slices(self._heap.recent, recent, lengths[~old], out, starts[~old])
        return starts, lengths, out

    def differ(self, numbers: Array, data: U8, at: I64, length: I64) -> npt.NDArray[np.bool_]:
        """Whether script `numbers[k]` is another one than the bytes `data[at[k] : at[k] + length[k]]`."""
        wrong = np.empty(len(numbers), np.bool_)
        old = numbers < self._ends.border
        there = data, at[old], length[old]
        found = np.empty(int(old.sum()), np.bool_)
        differing_stored(numbers[old], self._ends.settled, self._heap.settled, *there, found)
        wrong[old] = found
        starts, lengths, copied = self.gather(numbers[~old])
        for k, row in enumerate(np.flatnonzero(~old)):
            mine = copied[starts[k] : starts[k] + lengths[k]].tobytes()
            wrong[row] = mine != data[at[row] : at[row] + length[row]].tobytes()
        return wrong

    def fingerprints(self, outputs: U64) -> U64:
        """The fingerprints of outputs by number."""
        values, scripts = (self._snapshot.column(f"outputs.{name}") for name in ("value", "script"))
        found = np.empty(len(outputs), np.uint64)
        old = outputs < values.border
        settled = np.empty(int(old.sum()), np.uint64)
        columns = values.settled, scripts.settled, self._ends.settled, self._heap.settled
        fingerprint_stored(outputs[old], *columns, settled)
        found[old] = settled
        recent = np.empty(len(outputs) - len(settled), np.uint64)
        starts, lengths, data = self.gather(scripts.take(outputs[~old]))
        fingerprint_outputs(values.take(outputs[~old]), data, starts, lengths, recent)
        found[~old] = recent
        return found

    def prefixes(self, first: int, last: int) -> U64:
        """The first eight bytes of the SHA-256 of scripts first..last - 1, as numbers."""
        out = np.empty(last - first, np.uint64)
        for begin in range(first, last, CHUNK):
            end = min(begin + CHUNK, last)
            starts, lengths, data = self.gather(np.arange(begin, end))
            hashes = np.empty((len(starts), 32), np.uint8)
            sha256_many(data, starts, lengths, hashes)
            out[begin - first : end - first] = hashes.view(np.uint64)[:, 0]
        return out
