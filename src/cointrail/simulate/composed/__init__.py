"""Worlds that are put together from a plan: an era, its wallet programs, and any mix of agents.

ranges plan presets        every value of a plan with its range; plans from TOML, by name, at random
eras programs              what changes with the year; wallet programs with their dated habits
selection wallet forms     which coins, from whose hand; keys in more than one form
calendar                   when blocks come
ledger record roles        posted transactions; the truth files; what may stand in them
town agents/               all who take part; one file an idea
engine                     a world from a plan and a seed

The demo's world (`cointrail.simulate.world`) has a plot and is fixed; these have none and vary.
"""

from cointrail.simulate.composed.engine import ComposedSummary, compose_world
from cointrail.simulate.composed.plan import Plan, draw_plan, plan_from_toml
from cointrail.simulate.composed.presets import PRESETS, preset

__all__ = [
    "PRESETS",
    "ComposedSummary",
    "Plan",
    "compose_world",
    "draw_plan",
    "plan_from_toml",
    "preset",
]
