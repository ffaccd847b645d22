"""Kernels of the benchmarks: compiled like the package's, kept apart from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

import numba

from cointrail.kernel.jit import cache_folder
from cointrail.kernel.jit import kernel as package_kernel

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _own_folder() -> str:
    """A folder named after the digest of these sources too, so that a change in one file counts in all."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("chain_*.py")):
        digest.update(path.read_bytes())
    folder = cache_folder()
    return f"{folder}-chain-{digest.hexdigest()[:16]}" if folder else ""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` as `cointrail.kernel.jit.kernel` does."""
    given = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = given or _own_folder()
    try:
        return package_kernel(function)
    finally:
        numba.config.CACHE_DIR = given
