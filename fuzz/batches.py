"""A batch: mutated inputs end to end in one buffer, each made again from seed, batch and number alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mutate import GAP, MOST_BYTES, Bench, mutate
from seeds import SeedPool

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

INPUTS = 2000
"""Inputs in a batch."""


@dataclass(frozen=True)
class Batch:
    """Inputs of one target."""

    data: U8
    starts: I64
    sizes: I64
    origins: I64
    """which seed each was made from"""
    touched: npt.NDArray[np.bool_]
    """whether it differs from its seed on purpose"""

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, number: int) -> bytes:
        """The bytes of an input."""
        start = int(self.starts[number])
        return self.data[start : start + int(self.sizes[number])].tobytes()


def mutated(pool: SeedPool, bench: Bench, seed: int, number: int, inputs: int) -> Batch:
    """The batch of that number."""
    room = np.empty(inputs * (GAP + MOST_BYTES) + GAP, np.uint8)
    places, origins, touched = (
        np.empty((inputs, 2), np.int64),
        np.empty(inputs, np.int64),
        np.empty(inputs, np.int64),
    )
    mutate(pool, seed, number, bench, room, places, origins, touched)
    starts, sizes = np.ascontiguousarray(places.T)
    end = int(starts[-1] + sizes[-1]) + GAP if inputs else GAP
    return Batch(room[:end], starts, sizes, origins, touched > 0)


def gathered(raws: Sequence[bytes], origins: Sequence[int] = ()) -> Batch:
    """Given inputs, end to end with nothing around them: a byte too far is outside the buffer."""
    sizes = np.array([len(raw) for raw in raws], np.int64)
    data = np.frombuffer(b"".join(raws), np.uint8).copy()
    whose = np.array(origins or [0] * len(raws), np.int64)
    return Batch(data, np.cumsum(sizes) - sizes, sizes, whose, np.ones(len(raws), np.bool_))
