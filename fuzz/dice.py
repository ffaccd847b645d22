"""Seeded dice for compiled loops. Each input has dice of its own, so it can be made again alone.

Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014 (SplitMix64).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64
from compiled import compiled

U64 = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX, SECOND_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
A, B, C = np.uint64(30), np.uint64(27), np.uint64(31)
ONE = np.uint64(1)


@compiled
def roll(dice: U64) -> np.uint64:
    """The next 64 random bits. `dice`: uint64[1], the state."""
    dice[0] += GOLDEN
    z = dice[0]
    z = (z ^ (z >> A)) * FIRST_MIX
    z = (z ^ (z >> B)) * SECOND_MIX
    return np.uint64(z ^ (z >> C))


@compiled
def below(dice: U64, count: int) -> int:
    """A number of 0..count - 1; 0 when there is none."""
    return int64(roll(dice) >> ONE) % count if count > 0 else int64(0)


@compiled
def set_dice(dice: U64, seed: int, batch: int, number: int) -> None:
    """The dice of input `number` of a batch."""
    dice[0] = np.uint64(seed)
    dice[0] = roll(dice) ^ np.uint64(batch)
    dice[0] = roll(dice) ^ np.uint64(number)
