"""Slices of byte arrays: copied together, and compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import kernel

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]


@kernel
def gather_slices(data: U8, starts: I64, lengths: I64, out: U8, out_starts: I64) -> None:
    """Copy slice k of `data` to `out_starts[k]` of `out`."""
    for k in range(len(starts)):
        for n in range(lengths[k]):
            out[out_starts[k] + n] = data[starts[k] + n]


@kernel
def differing_slices(
    a: U8,
    a_starts: I64,
    a_lengths: I64,
    b: U8,
    b_starts: I64,
    b_lengths: I64,
    differs: npt.NDArray[np.bool_],
) -> None:
    """Whether slice k of `a` and slice k of `b` differ."""
    for k in range(len(a_starts)):
        differs[k] = a_lengths[k] != b_lengths[k]
        if not differs[k]:
            for n in range(a_lengths[k]):
                if a[a_starts[k] + n] != b[b_starts[k] + n]:
                    differs[k] = True
                    break
