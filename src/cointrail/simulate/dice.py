"""Seeded chance. One named generator per actor, so that one more actor shifts nobody else's luck.

Only `random.Random.random()` is drawn from, whose stream Python promises to keep, and only plain
arithmetic follows it: the same seed gives the same world on every machine and version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A generator that is named by its path, such as `7/exchange/3/hot`."""

    __slots__ = ("_path", "unit")

    def __init__(self, path: str) -> None:
        self._path = path
        digest = hashlib.sha256(path.encode()).digest()
        self.unit = Random(int.from_bytes(digest[:16], "big")).random
        """Draw from 0..1, 1 not included."""

    def child(self, name: str) -> Dice:
        """The generator of that name below this one; what was drawn here before does not matter."""
        return Dice(f"{self._path}/{name}")

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.unit() < probability

    def between(self, low: float, high: float) -> float:
        """Evenly from `low` to `high`."""
        return low + (high - low) * self.unit()

    def below(self, limit: int) -> int:
        """Evenly from 0 to `limit` - 1."""
        return int(self.unit() * limit)

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, each as likely."""
        return items[int(self.unit() * len(items))]

    def weigh(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of `items`, each as likely as its weight says."""
        marks = list(accumulate(weights))
        mark = self.unit() * marks[-1]
        for item, upto in zip(items, marks, strict=True):
            if mark < upto:
                return item
        return items[-1]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different places of `items`, or all of them in a new order when there are fewer."""
        left = list(items)
        return [left.pop(int(self.unit() * len(left))) for _ in range(min(count, len(left)))]

    def normal(self) -> float:
        """Mean 0, deviation 1, never beyond 6: twelve even draws, less six."""
        unit = self.unit
        return sum(unit() for _ in range(12)) - 6.0

    def lognormal(self, median: float, sigma: float) -> float:
        """Positive, half of the draws below `median`; `sigma` is the deviation of the logarithm."""
        return median * _exp(sigma * self.normal())

    def count(self, mean: float) -> int:
        """A whole number of 0 or more, `mean` on average, between none and twice the mean."""
        exact = 2 * mean * self.unit()
        return int(exact) + self.chance(exact - int(exact))


def _exp(x: float) -> float:
    # The C library's exp may differ in its last bit between machines; this cannot.
    small, total, term = x / 16.0, 1.0, 1.0
    for n in range(1, 16):
        term *= small / n
        total += term
    for _ in range(4):
        total *= total
    return total
