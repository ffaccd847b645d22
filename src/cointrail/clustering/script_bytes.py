"""The bytes of many scripts at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.errors import StoreCorrupt
from cointrail.kernel.bytes import gather_slices
from cointrail.kernel.sha256 import sha256_many

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]


class ScriptBytes(NamedTuple):
    """Script k is `data[starts[k] : starts[k] + lengths[k]]`."""

    data: U8
    starts: I64
    lengths: I64

    def pick(self, rows: npt.NDArray[np.bool_] | Numbers) -> ScriptBytes:
        """Some of them."""
        return ScriptBytes(self.data, self.starts[rows], self.lengths[rows])

    def parts(self, at: int, size: int) -> U8:
        """`size` bytes of each script from its byte `at` on: uint8[n, size].

        Raises:
            StoreCorrupt: one is shorter.
        """
        if (self.lengths < at + size).any():
            raise _misfit("a script is shorter than its type says")
        out = np.empty((len(self.starts), size), np.uint8)
        places = np.arange(len(out), dtype=np.int64) * size
        gather_slices(self.data, self.starts + at, np.full(len(out), size, np.int64), out.reshape(-1), places)
        return out

    def digests(self) -> U8:
        """SHA-256 of each: uint8[n, 32]."""
        return _sha256(self.data, self.starts, self.lengths)


def scripts_between(chain: ChainView, first: int, last: int) -> ScriptBytes:
    """Scripts first..last - 1; nothing is copied unless they lie in both parts of the store.

    Raises:
        StoreCorrupt: the ends of the scripts do not fit their bytes.
    """
    ends = chain.column("scripts.end")
    begin = int(ends[first - 1]) if first else 0
    edges = np.concatenate([[begin], ends.slice(first, last)]).astype(np.int64) - begin
    data = chain.column("script_bytes.data").slice(begin, begin + int(edges[-1]))
    return _checked(ScriptBytes(data, edges[:-1], np.diff(edges)))


def scripts_at(chain: ChainView, numbers: Numbers) -> ScriptBytes:
    """Scripts by number, copied end to end; ascending numbers read the store from front to back.

    Raises:
        StoreCorrupt: the ends of the scripts do not fit their bytes.
    """
    ends = chain.column("scripts.end")
    last = ends.take(numbers).astype(np.int64)
    first = np.where(numbers > 0, ends.take(np.maximum(numbers - 1, 0)).astype(np.int64), 0)
    lengths = last - first
    column, old = chain.column("script_bytes.data"), first < chain.column("script_bytes.data").border
    sides = ((old, column.settled, 0), (~old, column.recent, column.border))
    for rows, data, base in sides:
        _checked(ScriptBytes(data, first[rows] - base, lengths[rows]))
    places = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), np.uint8)
    for rows, data, base in sides:
        gather_slices(data, first[rows] - base, lengths[rows], out, places[rows])
    return ScriptBytes(out, places, lengths)


def framed_digests(script: bytes, hole: int, payloads: U8) -> U8:
    """SHA-256 of a script whose bytes from `hole` on are each payload in turn: uint8[n, 32].

    Args:
        script: the script around it.
        hole: where the payload stands in it.
        payloads: uint8[n, size].
    """
    count, size = payloads.shape
    rows = np.empty((count, len(script)), np.uint8)
    rows[:] = np.frombuffer(script, np.uint8)
    rows[:, hole : hole + size] = payloads
    starts = np.arange(count, dtype=np.int64) * len(script)
    return _sha256(rows.reshape(-1), starts, np.full(count, len(script), np.int64))


def prefixes(digests: U8) -> npt.NDArray[np.uint64]:
    """The first eight bytes of each digest, as the indices of the store have them."""
    return np.ascontiguousarray(digests[:, :8]).view("<u8").reshape(-1)


def _checked(scripts: ScriptBytes) -> ScriptBytes:
    """The same, when every one of them lies in its data."""
    bad = (
        (scripts.lengths < 0) | (scripts.starts < 0) | (scripts.starts + scripts.lengths > len(scripts.data))
    )
    if bad.any():
        raise _misfit("the ends of scripts do not fit their bytes")
    return scripts


def _misfit(what: str) -> StoreCorrupt:
    return StoreCorrupt(f"the store's columns do not fit each other: {what}", hint="run `cointrail doctor`")


def _sha256(data: U8, starts: I64, lengths: I64) -> U8:
    out = np.empty((len(starts), 32), np.uint8)
    sha256_many(data, starts, lengths, out)
    return out
