"""Which worlds a change model is made of: seeds that nobody else draws from.

Seeds from 1,000,000 to 3,999,999 belong to the model. `evaluate run` and checks of unseen worlds must stay
away from them, or what they measure is what the model was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.evaluate.worlds.many import DEFAULT_PRESETS, Draft
from cointrail.simulate import draw_plan, preset

TRAINING, CALIBRATION, COMPARISON = 1_000_000, 2_000_000, 3_000_000
"""The first seeds of each purpose."""

RESERVED = range(TRAINING, COMPARISON + 1_000_000)

DRAWN_PER_SEED = 4
"""Worlds of plans drawn at random, beside one of each preset."""

DRAWN = "drawn"
"""In place of a preset's name: a plan by lot."""

DEFAULT_SEEDS = 4
DEFAULT_SIZE = 5_000
"""Transactions of a world."""


class Planned(NamedTuple):
    """A world to be made, and what its plan is called."""

    plan: str
    draft: Draft


def worlds_from(first_seed: int, seeds: int, size: int, plans: Sequence[str] = ()) -> list[Planned]:
    """A world of each preset and seed, and some of plans by lot.

    Args:
        first_seed: one of the three above.
        seeds: worlds of each preset.
        size: transactions of each world.
        plans: presets in place of all of them, and of plans by lot.

    Raises:
        BadInput: no such preset.
    """
    found = [
        Planned(name, Draft(f"{name}, seed {seed}", preset(name).with_size(size), seed))
        for name in plans or DEFAULT_PRESETS
        for seed in range(first_seed, first_seed + seeds)
    ]
    drawn = range(first_seed, first_seed + (0 if plans else seeds * DRAWN_PER_SEED))
    found += [
        Planned(DRAWN, Draft(f"drawn, seed {seed}", draw_plan(seed).with_size(size), seed)) for seed in drawn
    ]
    return found
