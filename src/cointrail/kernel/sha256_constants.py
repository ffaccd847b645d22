"""The constants of SHA-256, worked out from their definition (FIPS 180-4, 4.2.2 and 5.3.3)."""

from __future__ import annotations

from itertools import count, islice
from math import isqrt

import numpy as np


def _primes(n: int) -> list[int]:
    """The first `n` primes."""
    return list(islice((p for p in count(2) if all(p % d for d in range(2, isqrt(p) + 1))), n))


def _cube_root(value: int) -> int:
    """Whole part of the cube root."""
    root = 1 << -(-value.bit_length() // 3)
    while (better := (2 * root + value // root**2) // 3) < root:
        root = better
    return root


# First 32 bits of the fractional parts of square roots (start) and cube roots (rounds) of primes.
START = np.array([isqrt(p << 64) & 0xFFFFFFFF for p in _primes(8)], dtype=np.uint32)
ROUNDS = np.array([_cube_root(p << 96) & 0xFFFFFFFF for p in _primes(64)], dtype=np.uint32)
