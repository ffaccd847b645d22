"""Worlds with known truth. Nothing on the tracing side imports this.

dice clock prices fees        chance by name, what is due when, money, the cost of block space
keys locks signing            keys, locking scripts, signatures
ledger wallet habits          posted transactions, coins of one hand, what programs do
exchange roster               custodians; who they are
people crowd business         persons, all of them, merchants and pools
joins mixing                  CoinJoins, and those who mix for its own sake
shop till cash_out peel       the hidden shop
orders customers              its demand, and who pays how
regtest blocks sinks          blocks, and the two ways of writing them
truth records tags case       what is true, what is told, what is asked
scene world                   what actors share; a world from one seed
outputs                       where a world goes

composed/                     worlds without a plot, put together from a plan: any era, any mix of agents
"""

from cointrail.simulate.composed import (
    PRESETS,
    ComposedSummary,
    Plan,
    compose_world,
    draw_plan,
    plan_from_toml,
    preset,
)
from cointrail.simulate.world import WorldSummary, simulate_world

__all__ = [
    "PRESETS",
    "ComposedSummary",
    "Plan",
    "WorldSummary",
    "compose_world",
    "draw_plan",
    "plan_from_toml",
    "preset",
    "simulate_world",
]
