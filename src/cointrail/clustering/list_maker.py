"""Lists of numbers for each of many keys, made from pairs in any order of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.lists import Lists
from cointrail.clustering.shelf import Shelf, in_pieces, put
from cointrail.clustering.spill import Spill, bits_of
from cointrail.kernel.buckets import count_keys, place_numbers
from cointrail.kernel.grouping import NONE

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class ListMaker:
    """Takes pairs of a key and a number, and writes a list for each key, its numbers in the order they came.

    Memory: 8 bytes a key, and one bucket of pairs; on a shelf on disk the pairs themselves are in files.

    Args:
        shelf: gets the two arrays `<name>_start` and `<name>`.
        name: of the lists.
        keys: how many keys there are.
        dtype: of the numbers.
    """

    def __init__(self, shelf: Shelf, name: str, keys: int, dtype: str) -> None:
        self._shelf, self._name, self._keys, self._dtype = shelf, name, keys, dtype
        self._pairs = Spill(shelf, bits_of(keys), ("<u4", dtype))

    def add(self, keys: U32, first: int) -> None:
        """Put the numbers from `first` on, one for each key, into the lists of the keys that are not `NONE`.

        Raises:
            OSError: the disk is full.
        """
        rows = np.flatnonzero(keys != NONE)
        if len(rows):
            self._pairs.add(keys[rows], (rows + first).astype(self._dtype))

    def finish(self) -> Lists:
        """Write the lists.

        Raises:
            OSError: the disk is full.
        """
        start = np.zeros(self._keys + 1, np.int64)
        numbers = put(self._shelf, self._name, self._dtype, self._buckets(start[1:]))
        self._pairs.close()
        np.cumsum(start, out=start)
        return Lists(put(self._shelf, f"{self._name}_start", "<i8", in_pieces(start)), numbers)

    def _buckets(self, counts: I64) -> Iterator[Array]:
        """The numbers of one bucket of keys after the other; counts the numbers of each key."""
        for bucket in self._pairs.filled():
            keys, numbers = self._pairs.take(bucket)
            first = bucket << self._pairs.shift
            own = counts[first : first + (1 << self._pairs.shift)]
            count_keys(keys, first, own)
            out = np.empty(len(numbers), self._dtype)
            place_numbers(keys, numbers, first, np.cumsum(own) - own, out)
            yield out


def number_type(count: int) -> str:
    """The type that holds the numbers below `count`: of 32 bits while they fit."""
    return "<u4" if count <= 1 << 32 else "<u8"
