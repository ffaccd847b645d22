"""Which sweeps into one script happened so close together that they are one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
Bools = npt.NDArray[np.bool_]


@kernel
def mark_firsts(target: U32, times: I64, span: int, first: Bools) -> None:
    """Mark the first sweep of each group: of another target, or further than `span` from the first before.

    Args:
        target: of each sweep; those of one stand together, in chain order.
        times: seconds.
        span: seconds.
        first: gets the marks.
    """
    begun = int64(0)
    for k in range(len(target)):
        apart = k == 0 or target[k] != target[k - 1] or abs(times[k] - begun) > span
        first[k] = apart
        if apart:
            begun = times[k]
