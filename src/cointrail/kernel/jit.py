"""How kernels are compiled: once, kept on disk, without the interpreter lock."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

int64 = cast("Callable[[object], int]", np.int64)
"""A 64-bit integer inside a kernel; to a type checker, an int."""


@cache
def cache_folder() -> str:
    """Where machine code is kept: beside the sources, in a folder named after their digest.

    Numba looks only at the file of the outermost function when it judges whether kept code is fresh; a
    digest over all kernels makes a change in any of them count. An empty string leaves the place to
    numba, where the package's own folder cannot be written.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(here.glob("*.py")):
        digest.update(path.read_bytes())
    kept = here / "__pycache__"
    if not os.access(kept if kept.exists() else here, os.W_OK):
        return ""
    return str(kept / f"kernels-{digest.hexdigest()[:16]}")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on its first call and keep the machine code on disk.

    A kernel allocates nothing, so it is compiled without numba's reference counts: they took half the time
    of the decoder. One that makes an array, or assigns one slice to another, is refused at compile time.

    `NUMBA_CACHE_DIR` chooses another place. Set `NUMBA_BOUNDSCHECK=1` to run every kernel under bounds
    checks, as the fuzzers do; numba does not tell such code from other code, so it is kept elsewhere.
    """
    given = numba.config.CACHE_DIR
    folder = given or cache_folder()
    checked = bool(numba.config.BOUNDSCHECK)
    numba.config.CACHE_DIR = f"{folder}-checked" if folder and checked else folder
    try:
        kept = bool(folder) or not checked
        compiled = numba.njit(cache=kept, nogil=True, _nrt=False, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = given
    return cast("Callable[P, R]", compiled)
