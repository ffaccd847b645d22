"""Lists of numbers, one for each of many keys, in one array behind another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]


class Lists(NamedTuple):
    """List k is `numbers[start[k] : start[k + 1]]`."""

    start: I64
    numbers: Array

    def of(self, key: int) -> Array:
        """The list of a key."""
        return self.numbers[self.start[key] : self.start[key + 1]]

    def size(self, key: int) -> int:
        """How long the list of a key is."""
        return int(self.start[key + 1] - self.start[key])
