"""Both ways of hashing under the same test, on one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cointrail.kernel import cpu

WAYS = [
    pytest.param("scalar"),
    pytest.param(
        "sha-ni",
        marks=pytest.mark.skipif(cpu.implementation() != "sha-ni", reason="this CPU has no SHA instructions"),
    ),
]


@contextmanager
def hashing(way: str) -> Iterator[None]:
    """Hash this `way` for a while, by the byte that compiled code looks at."""
    before = cpu._scalar_flag.value
    cpu._scalar_flag.value = way == "scalar"
    try:
        assert cpu.implementation() == way
        yield
    finally:
        cpu._scalar_flag.value = before
