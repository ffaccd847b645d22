"""How the fuzzers' own loops are compiled: anew in every process, so that no stale code is run."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on the first call. Under NUMBA_BOUNDSCHECK=1 its indices are checked too."""
    return cast("Callable[P, R]", numba.njit(nogil=True, error_model="numpy")(function))
