"""How kernels are compiled: once, cached, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

int64 = cast("Callable[[object], int]", np.int64)
"""A 64-bit integer inside a kernel; to a type checker, an int."""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on its first call and keep the machine code on disk.

    Set `NUMBA_BOUNDSCHECK=1` to run every kernel under bounds checks, as the fuzzers do.
    """
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast("Callable[P, R]", compiled)
